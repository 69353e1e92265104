"""The roots of serving: what is deployed, how it is changed, what it answers, and how it does."""

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import ID

from app.core.events import RecordedEvent
from app.core.ids import encode_global_id
from app.governance.scopes import Scope
from app.serving.events import RolloutChanged as RolloutChangedEvent
from app.serving.events import ServingSampled as ServingSampledEvent
from app.serving.windows import ServingWindow as Window
from app.serving.windows import merge_samples
from resolvers import serving, serving_changes, serving_streams
from schema.fields import Argument, Terms, act, derived, each, one, stream
from schema.paging import AFTER, FIRST
from schema.relay import Connection
from schema.scalars import EventCursor
from schema.serving_changes import (
    PredictInput,
    PredictResult,
    PredictSuccess,
    RollbackInput,
    RollbackResult,
    RollbackSuccess,
    StartRolloutInput,
    StartRolloutResult,
    StartRolloutSuccess,
)
from schema.serving_types import Endpoint, Prediction, Rollout, RolloutEvent, ServingWindow
from schema.streams import StreamEnding, StreamEvent, StreamGap, StreamHeartbeat, event_type, payload

READ = Terms(requires=Scope.STATS_READ)
READ_PAGE = Terms(requires=Scope.STATS_READ, multipliers=("first",))


def window_of(sample: RecordedEvent) -> Window:
    """Give the window of one sample."""
    since, until = (dt.datetime.fromisoformat(sample.payload[end]) for end in ("since", "until"))
    return merge_samples([sample.payload], since=since, until=until)


@event_type(
    ServingSampledEvent.kind, "What one serving process answered from one deployment since it last told."
)
class ServingSampled(StreamEvent):
    """Shows the event of that name."""

    deployment: ID = derived(
        lambda root: ID(encode_global_id("Deployment", root.payload["deployment_id"])), "The deployment's id."
    )
    window: ServingWindow = derived(window_of, "What it did.")
    coalesced: int = payload(
        "coalesced", "How many samples this one stands for: above 1 after a time without the database."
    )


@event_type(RolloutChangedEvent.kind, "Something happened to a rollout.")
class RolloutChanged(StreamEvent):
    """Shows the event of that name."""

    rollout: Rollout = each(serving_streams.rollouts_of, "The rollout, as it stands now.")
    event: RolloutEvent = each(serving_streams.steps_of, "What happened.")


ServingEvent = Annotated[
    ServingSampled | StreamGap | StreamHeartbeat | StreamEnding,
    strawberry.union("ServingEvent", description="What `servingMetrics` sends."),
]
RolloutStreamEvent = Annotated[
    RolloutChanged | StreamGap | StreamHeartbeat | StreamEnding,
    strawberry.union("RolloutStreamEvent", description="What `rollout` sends."),
]
RESUME = Argument("The cursor of the last event that you have seen.", EventCursor | None)


@strawberry.type
class ServingQuery:
    """Roots that read what is deployed and what it answered."""

    endpoint: Endpoint | None = one(
        serving.endpoint,
        "The endpoint of a name, null where there is none.",
        arguments={"name": Argument("Its name.")},
        terms=READ,
    )
    endpoints: Connection[Endpoint] = one(
        serving.endpoints,
        "All endpoints, by name.",
        arguments={"first": FIRST, "after": AFTER},
        terms=READ_PAGE,
    )
    rollout: Rollout | None = one(
        serving.rollout,
        "One rollout, null where there is none.",
        arguments={"id": Argument("The id of a rollout.", ID)},
        terms=READ,
    )
    prediction: Prediction | None = one(
        serving.prediction,
        "One prediction, null where there is none.",
        arguments={"id": Argument("The id of a prediction.", ID)},
        terms=READ,
    )


@strawberry.type
class ServingMutation:
    """Roots that change an endpoint or ask it."""

    start_rollout: StartRolloutResult = act(
        serving_changes.start_rollout,
        "Put a model version onto an endpoint; it answers once a process has loaded and verified it.",
        takes=StartRolloutInput,
        success=StartRolloutSuccess,
        answers=StartRolloutResult,
        terms=Terms(requires=Scope.DEPLOY_WRITE, cost=10),
    )
    rollback: RollbackResult = act(
        serving_changes.rollback,
        "Let an endpoint go back to an earlier deployment, at once.",
        takes=RollbackInput,
        success=RollbackSuccess,
        answers=RollbackResult,
        terms=Terms(requires=Scope.DEPLOY_WRITE, cost=10),
    )
    predict: PredictResult = act(
        serving_changes.predict,
        "Predict up to 500 games from what is known before each; every answer is kept.",
        takes=PredictInput,
        success=PredictSuccess,
        answers=PredictResult,
        terms=Terms(requires=Scope.PREDICT, cost=10),
    )


@strawberry.type
class ServingSubscription:
    """Roots that watch an endpoint or a rollout."""

    serving_metrics: ServingEvent = stream(
        serving_streams.serving_metrics,
        "The live figures of an endpoint, once a second while it is asked: first the last sample, then each.",
        events=ServingEvent,
        arguments={"endpoint": Argument("The endpoint's name."), "after": RESUME},
        terms=READ,
    )
    rollout: RolloutStreamEvent = stream(
        serving_streams.rollout,
        "The steps of a rollout, from the first or behind a cursor; ends when nothing more can happen.",
        events=RolloutStreamEvent,
        arguments={"id": Argument("The id of a rollout.", ID), "after": RESUME},
        terms=READ,
    )
