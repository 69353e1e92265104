"""Endpoints, what is deployed on them, how it got there, and what they answered."""

import datetime as dt
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry import ID

from app.core.ids import encode_global_id
from app.serving import views
from app.serving.views import DeploymentState, RolloutEventKind, RolloutPhase
from app.serving.windows import ServingWindow as Window
from resolvers import serving
from schema import serving_enums
from schema.fields import Argument, Terms, derived, each
from schema.lineage_nodes import LineageNode
from schema.paging import AFTER, FIRST, PAGED
from schema.relay import Connection, Node, global_id, register_node, shows
from schema.scalars import Duration, EventCursor

if TYPE_CHECKING:
    from schema.registry import ModelVersion
__all__ = [
    "Deployment",
    "Endpoint",
    "Prediction",
    "Rollout",
    "RolloutEvent",
    "ServingWindow",
    "serving_enums",
]


def begin_of(root: strawberry.Parent[Any]) -> dt.datetime:
    """Tell where a window begins; the field's name is a word that Python keeps for itself."""
    since: dt.datetime = root.since
    return since


@shows(Window, "What a deployment did between two instants, all serving processes together.")
class ServingWindow:
    """Shows `app.serving.windows.ServingWindow`."""

    from_: dt.datetime = strawberry.field(resolver=begin_of, name="from", description="Where it begins.")
    to: dt.datetime = derived(attrgetter("until"), "Where it ends.")
    requests: int = strawberry.field(description="Requests, failed ones included; wrongly asked ones not.")
    errors: int = strawberry.field(description="Requests that we failed to answer.")
    p50_ms: float | None = strawberry.field(
        description="Half of the answers took no longer than this, in milliseconds, within 2 %."
    )
    p95_ms: float | None = strawberry.field(
        description="95 % of the answers took no longer than this, in milliseconds, within 2 %."
    )
    p99_ms: float | None = strawberry.field(
        description="99 % of the answers took no longer than this, in milliseconds, within 2 %."
    )


@strawberry.type(description="The probability of one class.")
class ClassProbability:
    """A label with its probability."""

    label: str = strawberry.field(description="The class: home_win or away_win.")
    probability: float = strawberry.field(description="Its probability, 0 to 1; all classes sum to 1.")


@strawberry.type(description="A probability as a model's answer.")
class ProbabilityOutput:
    """The probability of the class that the model is about, beside all classes."""

    label: str = strawberry.field(description="The class that the model is about: home_win.")
    probability: float = strawberry.field(description="Its probability, 0 to 1.")
    classes: list[ClassProbability] = strawberry.field(description="All classes.")


@strawberry.type(description="A feature as the model saw it.")
class FeatureValue:
    """A value with the instant up to which games were known."""

    feature: str = strawberry.field(description="The name of the feature, as its feature view defines it.")
    value: float | None = strawberry.field(description="Its value; null where it was not known.")
    as_of: dt.datetime = strawberry.field(description="No game on or after this instant is in the value.")


def output_of(row: views.PredictionView) -> ProbabilityOutput:
    """Show the answer as a probability and its complement."""
    home = ClassProbability(label="home_win", probability=row.probability)
    away = ClassProbability(label="away_win", probability=1 - row.probability)
    return ProbabilityOutput(label=home.label, probability=home.probability, classes=[home, away])


def feature_values(row: views.PredictionView) -> Sequence[FeatureValue]:
    """Show the features: only games of days before the game's were in them, and none after the answer."""
    before_game = dt.datetime.combine(row.date, dt.time(), dt.UTC)
    as_of = min(before_game, row.at)
    return [FeatureValue(feature=name, value=value, as_of=as_of) for name, value in row.features.items()]


@shows(views.DeploymentView, "A model version placed on an endpoint.")
class Deployment(LineageNode):
    """Shows `DeploymentView`."""

    id: ID = global_id("Deployment")
    name: str = strawberry.field(description="Endpoint and revision: win-probability/3.")
    endpoint: Annotated["Endpoint", strawberry.lazy("schema.serving_types")] = each(
        serving.endpoints_of, "The endpoint that it is placed on."
    )
    model_version: Annotated["ModelVersion", strawberry.lazy("schema.registry")] = each(
        serving.model_versions_of, "The model version that it serves."
    )
    revision: int = strawberry.field(description="Its number on the endpoint, from 1.")
    state: DeploymentState = strawberry.field(description="Where it stands.")
    weight: int = strawberry.field(description="Its share of the endpoint's requests, in percent.")
    created_at: dt.datetime = strawberry.field(description="When it was placed there.")
    created_by: str = strawberry.field(description="Who placed it there.")
    window: ServingWindow = each(
        serving.windows_of,
        "What it answered lately, to the second, all serving processes together.",
        arguments={"last": Argument("How far to look back: an ISO 8601 duration up to PT6H.", Duration)},
        terms=Terms(cost=20),
    )
    predictions: Connection[Annotated["Prediction", strawberry.lazy("schema.serving_types")]] = each(
        serving.predictions_of,
        "What it answered, the newest first.",
        arguments={"first": FIRST, "after": AFTER},
        terms=PAGED,
    )


@strawberry.type(description="All requests move at once; what answered before stays loaded for a while.")
class BlueGreenStrategy:
    """Shows `BlueGreen`."""

    keep_old_for: Duration = strawberry.field(description="How long: an ISO 8601 duration.")


@shows(views.RolloutEventView, "One thing that happened to a rollout.")
class RolloutEvent:
    """Shows `RolloutEventView`."""

    cursor: EventCursor = strawberry.field(
        description="Its place in the subscription `rollout`: give it as `after` to go on behind it."
    )
    at: dt.datetime = strawberry.field(description="When it happened.")
    kind: RolloutEventKind = strawberry.field(description="What happened.")
    weight: int | None = strawberry.field(
        description="The candidate's share of the requests then, in percent."
    )
    actor_name: str = strawberry.field(description="Who did it; courtside is the platform itself.")
    detail: str = strawberry.field(description="What happened, in a sentence.")


@shows(views.RolloutView, "The way of one deployment onto its endpoint.")
class Rollout(Node):
    """Shows `RolloutView`."""

    id: ID = global_id("Rollout")
    endpoint: Annotated["Endpoint", strawberry.lazy("schema.serving_types")] = each(
        serving.endpoints_of, "The endpoint that it is about."
    )
    strategy: BlueGreenStrategy = strawberry.field(description="How requests move.")
    baseline: Deployment | None = each(
        serving.baselines_of, "What answered before; null for an endpoint's first."
    )
    candidate: Deployment = each(serving.candidates_of, "What is to answer.")
    phase: RolloutPhase = strawberry.field(description="Where it stands.")
    step: int = strawberry.field(description="How many steps of its strategy are done.")
    started_at: dt.datetime = strawberry.field(description="When it was started.")
    ended_at: dt.datetime | None = strawberry.field(description="When it ended; null while it is open.")
    started_by: str = strawberry.field(description="Who started it.")
    history: list[RolloutEvent] = each(serving.histories_of, "What happened to it, the oldest first.")


@shows(serving.TrafficShare, "A deployment and its share of an endpoint's requests.")
class TrafficShare:
    """Shows `TrafficShare`."""

    deployment: Deployment = strawberry.field(description="The deployment.")
    weight: int = strawberry.field(description="Its share in percent.")


@shows(serving.Health, "How an endpoint stands in the process that answers this request.")
class Health:
    """Shows `Health`."""

    ready: bool = strawberry.field(description="Whether a model is in memory and answers.")
    degraded: list[str] = strawberry.field(description="What is missing, a sentence each.")


@shows(views.EndpointView, "A name that is asked for predictions, whatever model stands behind it today.")
class Endpoint(Node):
    """Shows `EndpointView`."""

    id: ID = global_id("Endpoint")
    name: str = strawberry.field(description="The name.")
    created_at: dt.datetime = strawberry.field(description="When its first rollout was started.")
    stable: Deployment | None = each(
        serving.stable_of, "What answers; null until a rollout has been promoted."
    )
    deployments: Connection[Deployment] = each(
        serving.deployments_of,
        "Everything that was ever placed on it, the newest first.",
        arguments={"first": FIRST, "after": AFTER},
        terms=PAGED,
    )
    active_rollout: Rollout | None = each(serving.open_rollouts_of, "The rollout that is under way, if any.")
    traffic: list[TrafficShare] = each(serving.traffic_of, "How its requests are shared out.")
    health: Health = each(serving.health_of, "How it stands in the process that answers this request.")


@shows(views.PredictionView, "What was answered for one game, by which model version, from which values.")
class Prediction(LineageNode):
    """Shows `PredictionView`."""

    id: ID = global_id("Prediction")
    name: str = derived(lambda row: f"home win on {row.date}", "What was predicted.")
    deployment: Deployment = each(serving.deployments_of_rows, "What answered.")
    at: dt.datetime = strawberry.field(description="When.")
    game: ID | None = derived(
        lambda row: None if row.game_id is None else ID(encode_global_id("Game", row.game_id)),
        "The id of the game, for `game`; null where it was only planned.",
    )
    home: ID = derived(lambda row: ID(encode_global_id("Team", row.home_team_id)), "The home side's id.")
    away: ID = derived(lambda row: ID(encode_global_id("Team", row.away_team_id)), "The visiting side's id.")
    date: dt.date = strawberry.field(description="The day of the game.")
    output: ProbabilityOutput = derived(output_of, "The answer.")
    features: list[FeatureValue] = derived(feature_values, "What the model saw, in its order.")
    cached: bool = derived(lambda _row: False, "Whether it came from a cache: never, there is none.")
    degraded: bool = derived(lambda _row: False, "Whether another model stood in: never, there is none.")
    latency_ms: float = strawberry.field(
        description="From the request to the model's answer, in milliseconds; the same for all of a request."
    )


register_node("Endpoint", serving.endpoints_by_key)
register_node("Deployment", serving.deployments_by_key)
register_node("Rollout", serving.rollouts_by_key)
register_node("Prediction", serving.predictions_by_key)
