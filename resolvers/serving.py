"""How endpoints, deployments, rollouts and predictions are read: one statement a level."""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar
from uuid import UUID

from app.core.errors import Invalid, Issue
from app.core.ids import DeploymentId, uuid_of, uuid_or_none
from app.core.paging import Page, check_page_size, page_of
from app.core.session import Connection
from app.core.sort_keys import BY_NAME, DESCENDING, NEWEST_FIRST, resume_behind
from app.registry.store.reading import versions_by_id
from app.registry.views import VersionView
from app.serving.durations import parse_duration
from app.serving.events import ServingSampled, serving_topic
from app.serving.store import predictions as predicted
from app.serving.store import reading
from app.serving.views import DeploymentView, EndpointView, PredictionView, RolloutEventView, RolloutView
from app.serving.windows import ServingWindow, merge_samples
from resolvers.context import Context

K = TypeVar("K")
V = TypeVar("V")

LONGEST_WINDOW: Final = dt.timedelta(hours=6)


class OnEndpoint(Protocol):
    """A row that names an endpoint."""

    @property
    def endpoint_id(self) -> UUID:
        """The endpoint's id."""


class OfDeployment(Protocol):
    """A row that names a deployment."""

    @property
    def deployment_id(self) -> DeploymentId:
        """The deployment's id."""


@dataclass(frozen=True, slots=True)
class TrafficShare:
    """A deployment and its share of the requests in percent."""

    deployment: DeploymentView
    weight: int


@dataclass(frozen=True, slots=True)
class Health:
    """How an endpoint stands in the process that answers this request."""

    ready: bool
    degraded: Sequence[str]


async def endpoint(ctx: Context, *, name: str) -> EndpointView | None:
    """Give the endpoint of a name."""
    async with ctx.reading() as connection:
        return await reading.find_endpoint(connection, name)


async def endpoints(ctx: Context, *, first: int = 20, after: str | None = None) -> Page[EndpointView]:
    """Give a page of the workspace's endpoints, by name."""
    check_page_size(first)
    (behind,) = resume_behind(after, BY_NAME)
    async with ctx.reading() as connection:
        rows = await reading.list_endpoints(connection, after=behind, limit=first + 1)
    return page_of(rows, first=first, after=after, key=lambda row: (row.name,))


async def rollout(ctx: Context, *, id: str) -> RolloutView | None:  # noqa: A002 - the contract's word
    """Give the rollout of an id."""
    return (await _in_order(ctx, reading.rollouts_by_id, [uuid_of(id, "Rollout")]))[0]


async def prediction(ctx: Context, *, id: str) -> PredictionView | None:  # noqa: A002 - the contract's word
    """Give the prediction of an id."""
    return (await _in_order(ctx, predicted.predictions_by_id, [uuid_of(id, "Prediction")]))[0]


async def endpoints_of(rows: Sequence[OnEndpoint], ctx: Context) -> list[EndpointView | None]:
    """Give for each row its endpoint."""
    return await _in_order(ctx, reading.endpoints_by_id, [row.endpoint_id for row in rows])


async def stable_of(endpoints: Sequence[EndpointView], ctx: Context) -> list[DeploymentView | None]:
    """Give for each endpoint what answers its requests."""
    return await _in_order(ctx, reading.stable_deployments, [each.id for each in endpoints])


async def open_rollouts_of(endpoints: Sequence[EndpointView], ctx: Context) -> list[RolloutView | None]:
    """Give for each endpoint the rollout that is under way."""
    return await _in_order(ctx, reading.open_rollouts, [each.id for each in endpoints])


async def traffic_of(endpoints: Sequence[EndpointView], ctx: Context) -> list[list[TrafficShare]]:
    """Give for each endpoint how its requests are shared out."""
    found = await _in_order(ctx, reading.deployments_with_traffic, [each.id for each in endpoints])
    return [[TrafficShare(each, each.weight) for each in group or ()] for group in found]


async def health_of(endpoints: Sequence[EndpointView], ctx: Context) -> list[Health]:
    """Give for each endpoint whether it is answered by the process that was asked."""
    models, workspace_id = ctx.platform.models, ctx.workspace_id
    return [
        Health(ready=True, degraded=())
        if models.find(workspace_id, each.name) is not None
        else Health(ready=False, degraded=(models.reason(workspace_id, each.name),))
        for each in endpoints
    ]


async def deployments_of(
    endpoints: Sequence[EndpointView], ctx: Context, *, first: int = 20, after: str | None = None
) -> list[Page[DeploymentView]]:
    """Give for each endpoint a page of its deployments, the newest first."""
    check_page_size(first)
    (behind,) = resume_behind(after, DESCENDING)
    ids = [each.id for each in endpoints]
    async with ctx.reading() as connection:
        found = await reading.deployments_of_endpoints(connection, ids, before=behind, limit=first + 1)
    return [
        page_of(found.get(id_, []), first=first, after=after, key=lambda row: (row.revision,)) for id_ in ids
    ]


async def model_versions_of(deployments: Sequence[DeploymentView], ctx: Context) -> list[VersionView | None]:
    """Give for each deployment the model version that it serves."""
    return await _in_order(ctx, versions_by_id, [each.model_version_id for each in deployments])


async def windows_of(
    deployments: Sequence[DeploymentView], ctx: Context, *, last: str = "PT15M"
) -> list[ServingWindow]:
    """Give for each deployment what all processes together answered lately."""
    span = parse_duration(last, field="last")
    if span > LONGEST_WINDOW:
        message = f"`last` is {last}: ask for up to PT6H."
        raise Invalid(message, issues=[Issue(("last",), "window", message)])
    until = dt.datetime.now(dt.UTC)
    topics = sorted({serving_topic(each.endpoint_id) for each in deployments})
    async with ctx.reading() as connection:
        samples = await predicted.list_samples(
            connection, topics, kind=ServingSampled.kind, since=until - span
        )
    return [
        merge_samples(
            (sample for sample in samples if sample["deployment_id"] == str(each.id)),
            since=until - span,
            until=until,
        )
        for each in deployments
    ]


async def predictions_of(
    deployments: Sequence[DeploymentView], ctx: Context, *, first: int = 20, after: str | None = None
) -> list[Page[PredictionView]]:
    """Give for each deployment a page of what it answered, the newest first."""
    check_page_size(first)
    (behind,) = resume_behind(after, NEWEST_FIRST)
    ids = [each.id for each in deployments]
    async with ctx.reading() as connection:
        found = await predicted.predictions_of_deployments(connection, ids, before=behind, limit=first + 1)
    return [
        page_of(found.get(id_, []), first=first, after=after, key=lambda row: (str(row.id),)) for id_ in ids
    ]


async def baselines_of(rollouts: Sequence[RolloutView], ctx: Context) -> list[DeploymentView | None]:
    """Give for each rollout what served before it."""
    return await _in_order(ctx, reading.deployments_by_id, [each.baseline_id for each in rollouts])


async def candidates_of(rollouts: Sequence[RolloutView], ctx: Context) -> list[DeploymentView | None]:
    """Give for each rollout what is to serve."""
    return await _in_order(ctx, reading.deployments_by_id, [each.candidate_id for each in rollouts])


async def histories_of(rollouts: Sequence[RolloutView], ctx: Context) -> list[list[RolloutEventView]]:
    """Give for each rollout what happened to it, the oldest first."""
    found = await _in_order(ctx, reading.histories, [each.id for each in rollouts])
    return [group or [] for group in found]


async def deployments_of_rows(rows: Sequence[OfDeployment], ctx: Context) -> list[DeploymentView | None]:
    """Give for each row its deployment."""
    return await _in_order(ctx, reading.deployments_by_id, [row.deployment_id for row in rows])


async def endpoints_by_key(keys: Sequence[str], ctx: Context) -> list[EndpointView | None]:
    """Give the endpoint of each key of a global id."""
    return await _in_order(ctx, reading.endpoints_by_id, [uuid_or_none(key) for key in keys])


async def deployments_by_key(keys: Sequence[str], ctx: Context) -> list[DeploymentView | None]:
    """Give the deployment of each key of a global id."""
    return await _in_order(ctx, reading.deployments_by_id, [uuid_or_none(key) for key in keys])


async def rollouts_by_key(keys: Sequence[str], ctx: Context) -> list[RolloutView | None]:
    """Give the rollout of each key of a global id."""
    return await _in_order(ctx, reading.rollouts_by_id, [uuid_or_none(key) for key in keys])


async def predictions_by_key(keys: Sequence[str], ctx: Context) -> list[PredictionView | None]:
    """Give the prediction of each key of a global id."""
    return await _in_order(ctx, predicted.predictions_by_id, [uuid_or_none(key) for key in keys])


async def _in_order(
    ctx: Context,
    load: Callable[[Connection, Sequence[K]], Awaitable[Mapping[K, V]]],
    keys: Sequence[UUID | None],
) -> list[V | None]:
    """Load what the keys name by one statement; None where there is no key or nothing behind it."""
    wanted = list(dict.fromkeys(key for key in keys if key is not None))
    if not wanted:
        return [None] * len(keys)
    async with ctx.reading() as connection:
        found: Mapping[UUID, V] = await load(connection, wanted)  # type: ignore[arg-type, assignment]  # ids of one kind
    return [None if key is None else found.get(key) for key in keys]
