"""Predictions: one insert for all rows of a request, pages of a deployment, samples of live figures."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from app.core.grouping import by_key
from app.core.ids import DeploymentId, PredictionId
from app.core.session import Connection, Session
from app.serving.views import PredictionView

_COLUMNS: Final = (
    "p.id, p.deployment_id, p.at, p.game_id, p.home_team_id, p.away_team_id, p.date, p.probability, "
    "p.features, p.latency_ms, p.request_id"
)
_INSERT: Final = """
    insert into prediction (id, place, game_id, home_team_id, away_team_id, date, probability, features,
        batch_id, deployment_id, at, latency_ms, request_id)
    select r.id, r.place, r.game_id, r.home_team_id, r.away_team_id, r.date, r.probability, r.features::jsonb,
        $8, $9, $10, $11, $12
    from unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::date[], $6::float8[], $7::text[])
        with ordinality
        as r (id, game_id, home_team_id, away_team_id, date, probability, features, place)"""
_OF_BATCH: Final = f"""
    select {_COLUMNS}, p.features::text as features_text from prediction p where p.batch_id = $1
    order by p.place"""
_BY_ID: Final = f"select {_COLUMNS} from prediction p where p.id = any($1)"
_OF_DEPLOYMENTS: Final = f"""
    select {_COLUMNS} from unnest($1::uuid[]) as wanted (id) cross join lateral (
        select * from prediction p where p.deployment_id = wanted.id and ($2::uuid is null or p.id < $2)
        order by p.id desc limit $3
    ) p order by p.id desc"""
_SAMPLES: Final = """
    select payload from event where topic = any($1) and kind = $2 and at > $3 order by topic, sequence"""
_LAST_SAMPLE: Final = """
    select sequence from event where topic = $1 and kind = $2 order by sequence desc limit 1"""


async def insert_predictions(session: Session, batch_id: UUID, predictions: Sequence[PredictionView]) -> None:
    """Store the predictions of one request, which share all but their game and what came of it."""
    connection, first = await session.driver(), predictions[0]
    await connection.execute(
        _INSERT,
        [each.id for each in predictions],
        [each.game_id for each in predictions],
        [each.home_team_id for each in predictions],
        [each.away_team_id for each in predictions],
        [each.date for each in predictions],
        [each.probability for each in predictions],
        [orjson.dumps({"values": list(each.features.items())}).decode() for each in predictions],
        batch_id,
        first.deployment_id,
        first.at,
        first.latency_ms,
        first.request_id,
    )


async def predictions_of_batch(session: Session, batch_id: UUID) -> list[PredictionView]:
    """Return what was answered to one request, in its order."""
    rows = await (await session.driver()).fetch(_OF_BATCH, batch_id)
    # within a session JSONB is read by SQLAlchemy's codec, hence the text
    return [_prediction(row, orjson.loads(row["features_text"])) for row in rows]


async def predictions_by_id(
    connection: Connection, ids: Sequence[PredictionId]
) -> dict[PredictionId, PredictionView]:
    """Return the predictions with these ids, those that there are."""
    rows = await connection.fetch(_BY_ID, list(ids))
    return {row["id"]: _prediction(row, row["features"]) for row in rows}


async def predictions_of_deployments(
    connection: Connection, ids: Sequence[DeploymentId], *, before: UUID | None, limit: int
) -> dict[DeploymentId, list[PredictionView]]:
    """Return up to `limit` predictions of each deployment, newest first, those older than `before`."""
    rows = await connection.fetch(_OF_DEPLOYMENTS, list(ids), before, limit)
    return by_key((row["deployment_id"], _prediction(row, row["features"])) for row in rows)


async def list_samples(
    connection: Connection, topics: Sequence[str], *, kind: str, since: dt.datetime
) -> list[Mapping[str, Any]]:
    """List what was sampled on these topics since an instant, each topic's in order."""
    return [row["payload"] for row in await connection.fetch(_SAMPLES, list(topics), kind, since)]


async def find_last_sample(connection: Connection, topic: str, *, kind: str) -> int | None:
    """Return the number of the topic's last sample that is still kept."""
    found: int | None = await connection.fetchval(_LAST_SAMPLE, topic, kind)
    return found


def _prediction(row: asyncpg.Record, features: Mapping[str, Any]) -> PredictionView:
    """Build the view; features are stored as pairs, for JSONB keeps no order of keys."""
    facts = {name: value for name, value in row.items() if name != "features_text"}
    return PredictionView(**{**facts, "features": dict(features["values"])})
