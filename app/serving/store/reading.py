"""Reading endpoints, deployments and rollouts. Functions that answer for parents take all of them at once."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.core.grouping import by_key
from app.core.ids import DeploymentId, RolloutId
from app.core.session import Connection
from app.serving.views import (
    OPEN_PHASES,
    BlueGreen,
    DeploymentState,
    DeploymentView,
    EndpointView,
    HeldDeployment,
    RolloutEventKind,
    RolloutEventView,
    RolloutPhase,
    RolloutView,
)

_ENDPOINT: Final = "e.id, e.name, e.created_at"
_ENDPOINTS: Final = f"select {_ENDPOINT} from endpoint e where e.id = any($1)"
_ENDPOINT_NAMED: Final = f"select {_ENDPOINT} from endpoint e where e.name = $1"
_ENDPOINTS_PAGE: Final = (
    f"select {_ENDPOINT} from endpoint e where $1::text is null or e.name > $1 order by e.name limit $2"
)
_DEPLOYMENT: Final = (
    "d.id, d.endpoint_id, e.name as endpoint_name, d.model_version_id, d.revision, d.state, d.is_stable, "
    "d.weight, d.created_at, d.created_by"
)
_DEPLOYMENTS_FROM: Final = "from deployment d join endpoint e on e.id = d.endpoint_id"
_DEPLOYMENTS: Final = f"select {_DEPLOYMENT} {_DEPLOYMENTS_FROM} where d.id = any($1)"
_STABLE: Final = f"select {_DEPLOYMENT} {_DEPLOYMENTS_FROM} where d.endpoint_id = any($1) and d.is_stable"
_WITH_TRAFFIC: Final = f"""
    select {_DEPLOYMENT} {_DEPLOYMENTS_FROM} where d.endpoint_id = any($1) and d.weight > 0
    order by d.revision"""
_DEPLOYMENTS_OF: Final = f"""
    select {_DEPLOYMENT} from unnest($1::uuid[]) as wanted (id) join endpoint e on e.id = wanted.id
    cross join lateral (
        select * from deployment d where d.endpoint_id = e.id and ($2::bigint is null or d.revision < $2)
        order by d.revision desc limit $3
    ) d order by d.revision desc"""
_ROLLOUT: Final = (
    "r.id, r.endpoint_id, r.baseline_id, r.candidate_id, r.strategy_parameters, r.phase, r.step, "
    "r.started_at, r.ended_at, r.started_by"
)
_ROLLOUTS: Final = f"select {_ROLLOUT} from rollout r where r.id = any($1)"
_OPEN: Final = ", ".join(f"'{phase}'" for phase in OPEN_PHASES)
_OPEN_ROLLOUTS: Final = (
    f"select {_ROLLOUT} from rollout r where r.endpoint_id = any($1) and r.phase in ({_OPEN})"
)
_HISTORY: Final = """
    select id, rollout_id, row_number() over (partition by rollout_id order by id) as number, at, kind,
        weight, actor_name, detail
    from rollout_event where rollout_id = any($1) order by id"""
_HELD: Final = f"""
    select d.id, d.endpoint_id, e.name as endpoint_name, d.revision, d.model_version_id, v.file_name,
        v.digest, d.is_stable, r.id as rollout_id
    {_DEPLOYMENTS_FROM} join model_version v on v.id = d.model_version_id
    left join rollout r on r.candidate_id = d.id and r.phase in ({_OPEN})
    where d.is_stable or r.id is not null or exists (
        select from rollout former
        where former.baseline_id = d.id and former.phase = '{RolloutPhase.PROMOTED}'
            and former.ended_at > now() - make_interval(
                secs => (former.strategy_parameters ->> 'keep_old_for_seconds')::float8
            )
    )
    order by d.is_stable desc, d.id"""
_DEPLOYMENT_TO_HOLD: Final = """
    select d.id, d.endpoint_id, e.name as endpoint_name, d.revision, d.model_version_id, v.file_name,
        v.digest, d.is_stable, null::uuid as rollout_id
    from deployment d join endpoint e on e.id = d.endpoint_id
    join model_version v on v.id = d.model_version_id
    where d.id = $1"""


async def find_endpoint(connection: Connection, name: str) -> EndpointView | None:
    """Return the endpoint of this name."""
    row = await connection.fetchrow(_ENDPOINT_NAMED, name)
    return None if row is None else EndpointView(*row)


async def list_endpoints(connection: Connection, *, after: str | None, limit: int) -> list[EndpointView]:
    """List endpoints by name, those behind `after`."""
    return [EndpointView(*row) for row in await connection.fetch(_ENDPOINTS_PAGE, after, limit)]


async def endpoints_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, EndpointView]:
    """Return the endpoints with these ids, those that there are."""
    return {row["id"]: EndpointView(*row) for row in await connection.fetch(_ENDPOINTS, list(ids))}


async def deployments_by_id(
    connection: Connection, ids: Sequence[DeploymentId]
) -> dict[DeploymentId, DeploymentView]:
    """Return the deployments with these ids, those that there are."""
    return {row["id"]: _deployment(row) for row in await connection.fetch(_DEPLOYMENTS, list(ids))}


async def stable_deployments(
    connection: Connection, endpoint_ids: Sequence[UUID]
) -> dict[UUID, DeploymentView]:
    """Return the stable deployment of each endpoint that has one."""
    return {
        row["endpoint_id"]: _deployment(row) for row in await connection.fetch(_STABLE, list(endpoint_ids))
    }


async def deployments_with_traffic(
    connection: Connection, endpoint_ids: Sequence[UUID]
) -> dict[UUID, list[DeploymentView]]:
    """Return the deployments of each endpoint that get a share of its traffic, by revision."""
    rows = await connection.fetch(_WITH_TRAFFIC, list(endpoint_ids))
    return by_key((row["endpoint_id"], _deployment(row)) for row in rows)


async def deployments_of_endpoints(
    connection: Connection, endpoint_ids: Sequence[UUID], *, before: int | None, limit: int
) -> dict[UUID, list[DeploymentView]]:
    """Return up to `limit` deployments of each endpoint, newest first, those below revision `before`."""
    rows = await connection.fetch(_DEPLOYMENTS_OF, list(endpoint_ids), before, limit)
    return by_key((row["endpoint_id"], _deployment(row)) for row in rows)


async def rollouts_by_id(connection: Connection, ids: Sequence[RolloutId]) -> dict[RolloutId, RolloutView]:
    """Return the rollouts with these ids, those that there are."""
    return {row["id"]: _rollout(row) for row in await connection.fetch(_ROLLOUTS, list(ids))}


async def open_rollouts(connection: Connection, endpoint_ids: Sequence[UUID]) -> dict[UUID, RolloutView]:
    """Return the open rollout of each endpoint that has one."""
    rows = await connection.fetch(_OPEN_ROLLOUTS, list(endpoint_ids))
    return {row["endpoint_id"]: _rollout(row) for row in rows}


async def histories(
    connection: Connection, rollout_ids: Sequence[RolloutId]
) -> dict[RolloutId, list[RolloutEventView]]:
    """Return what happened to each rollout, oldest first."""
    rows = await connection.fetch(_HISTORY, list(rollout_ids))
    return by_key((row["rollout_id"], _step(row)) for row in rows)


async def list_held(connection: Connection) -> list[HeldDeployment]:
    """List what a serving process keeps in memory: stable ones first, candidates, old ones."""
    return [HeldDeployment(*row) for row in await connection.fetch(_HELD)]


async def find_deployment_to_hold(
    connection: Connection, deployment_id: DeploymentId
) -> HeldDeployment | None:
    """Return what must be known to load one deployment."""
    row = await connection.fetchrow(_DEPLOYMENT_TO_HOLD, deployment_id)
    return None if row is None else HeldDeployment(*row)


def _deployment(row: asyncpg.Record) -> DeploymentView:
    return DeploymentView(**{**row, "state": DeploymentState(row["state"])})


def _step(row: asyncpg.Record) -> RolloutEventView:
    return RolloutEventView(**{**row, "kind": RolloutEventKind(row["kind"])})


def _rollout(row: asyncpg.Record) -> RolloutView:
    parameters: Mapping[str, Any] = row["strategy_parameters"]
    facts = {name: value for name, value in row.items() if name != "strategy_parameters"}
    return RolloutView(**{**facts, "phase": RolloutPhase(row["phase"])}, strategy=BlueGreen(**parameters))
