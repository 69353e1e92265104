"""What changes an endpoint and what asks it: each mutation's transaction, and what is read for its answer."""

import datetime as dt
import time
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.errors import NotFound
from app.core.ids import ModelVersionId, key_of, uuid_of
from app.serving import predicting, restoring, rollouts
from app.serving.predicting import RowWish
from app.serving.restoring import RollbackWish
from app.serving.rollouts import BlueGreenWish, RolloutWish
from app.serving.store import reading
from app.serving.views import DeploymentView, EndpointView, PredictionView, RolloutView
from resolvers.context import Context
from resolvers.stats import league_id


@dataclass(frozen=True, slots=True)
class RolloutStarted:
    """The rollout, and whether it had been started before under this key."""

    rollout: RolloutView
    replayed: bool


@dataclass(frozen=True, slots=True)
class RolledBack:
    """The endpoint, what answers again, and how long it took."""

    endpoint: EndpointView
    restored: DeploymentView
    took_ms: int


@dataclass(frozen=True, slots=True)
class Predicted:
    """What was answered, in the order of the rows."""

    predictions: Sequence[PredictionView]


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A row as it was asked for: global ids, not yet looked into."""

    game: str | None = None
    home: str | None = None
    away: str | None = None
    date: dt.date | None = None


async def start_rollout(
    ctx: Context, *, idempotency_key: str, endpoint: str, model_version: str, strategy: BlueGreenWish
) -> RolloutStarted:
    """Begin to move an endpoint to a model version."""
    version_id = uuid_of(model_version, "ModelVersion")
    if version_id is None:
        message = "`modelVersion` is not the id of a model version: use an `id` that a query returned."
        raise NotFound(message, missing_id=model_version, path=["modelVersion"])
    wish = RolloutWish(endpoint, ModelVersionId(version_id), strategy)
    async with ctx.writing() as session:
        started = await rollouts.start_rollout(
            session, ctx.actor, wish, key=idempotency_key, request_id=ctx.request_id
        )
    async with ctx.reading() as connection:
        found = await reading.rollouts_by_id(connection, [started.rollout_id])
    return RolloutStarted(found[started.rollout_id], started.replayed)


async def rollback(ctx: Context, *, endpoint: str, reason: str, to_revision: int | None = None) -> RolledBack:
    """Go back to an earlier deployment: in this process's memory before anything is changed."""
    began, models = time.perf_counter(), ctx.platform.models
    wish = RollbackWish(endpoint, reason, to_revision)
    async with ctx.writing() as session:
        chosen = await restoring.choose(session, wish)
    async with models.pinned(ctx.workspace_id, chosen):
        async with ctx.writing() as session:
            now = dt.datetime.now(dt.UTC)
            await restoring.restore(session, ctx.actor, wish, chosen, now=now, request_id=ctx.request_id)
        await models.refresh(ctx.workspace_id)
    async with ctx.reading() as connection:
        restored = (await reading.deployments_by_id(connection, [chosen]))[chosen]
        shown = (await reading.endpoints_by_id(connection, [restored.endpoint_id]))[restored.endpoint_id]
    return RolledBack(shown, restored, round(1000 * (time.perf_counter() - began)))


async def predict(
    ctx: Context, *, endpoint: str, rows: Sequence[AskedRow], idempotency_key: str | None = None
) -> Predicted:
    """Answer each row with the probability of a home win."""
    began, models = time.perf_counter(), ctx.platform.models
    with models.failures_counted(ctx.workspace_id, endpoint):
        wishes = [_wish(place, row) for place, row in enumerate(rows)]
        async with ctx.writing() as session:
            answer = await predicting.predict(
                session,
                models,
                endpoint,
                wishes,
                now=dt.datetime.now(dt.UTC),
                key=idempotency_key,
                request_id=ctx.request_id,
            )
    if not answer.replayed:
        milliseconds = 1000 * (time.perf_counter() - began)
        models.answered(ctx.workspace_id, endpoint, rows=len(answer.predictions), milliseconds=milliseconds)
    return Predicted(answer.predictions)


def _wish(place: int, row: AskedRow) -> RowWish:
    """Look into the ids; one of another type names nothing."""
    home, away = (_key(place, row, side, "Team") for side in ("home", "away"))
    return RowWish(
        game_id=_key(place, row, "game", "Game"),
        home_team_id=None if home is None else league_id(home),
        away_team_id=None if away is None else league_id(away),
        date=row.date,
    )


def _key(place: int, row: AskedRow, field: str, type_name: str) -> str | None:
    given: str | None = getattr(row, field)
    key = None if given is None else key_of(given, type_name)
    if given is not None and key is None:
        message = f"Row {place}: `{field}` is not the id of a {type_name}: use an `id` that a query returned."
        raise NotFound(message, missing_id=given, path=["rows", str(place), field])
    return key
