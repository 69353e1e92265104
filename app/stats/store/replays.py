"""SQL of replays: which game is worth one, which runs there are, how far a telling has come."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg
from sqlalchemy import text

from app.core.grouping import in_order
from app.core.runs import RunKind, RunState
from app.core.session import Session
from app.stats.events import GameStatusChanged, PlayRecorded, game_topic
from app.stats.rows import GameStatus
from app.stats.store.reading import Reader
from app.stats.views import ReplayView

_PICK: Final = text("""
    select g.id from game g where g.status = 'FINAL'
        and (g.origin = 'SIMULATED' or exists (select from play p where p.game_id = g.id))
    order by g.origin, g.date desc, g.id desc limit 1""")
"""REAL before SIMULATED; a simulated game's plays can be made up, a real one's must be known."""
_FIND_OPEN: Final = text(f"""
    select id from run where kind = '{RunKind.REPLAY}' and state in ('QUEUED', 'RUNNING')
        and input->>'game_id' = :game_id limit 1""")
_FIND: Final = f"""
    select id, input, state, created_at, started_at, ended_at, failure_message from run
    where kind = '{RunKind.REPLAY}' and id = any($1::uuid[])"""
_TOLD: Final = f"""
    with live as (
        select max(sequence) as sequence from event where topic = $1 and kind = '{GameStatusChanged.kind}'
            and payload->>'status' = '{GameStatus.LIVE}'
    )
    select live.sequence as live, max((e.payload->>'number')::integer) as number,
        coalesce(bool_or(e.kind = '{GameStatusChanged.kind}'), false) as is_over
    from live left join event e on e.topic = $1 and e.sequence > live.sequence
        and (e.kind = '{PlayRecorded.kind}' or e.payload->>'status' = '{GameStatus.FINAL}')
    group by live.sequence"""


async def pick_game(session: Session) -> str | None:
    """Give the newest game that can be told play by play, a real one before a simulated one."""
    game_id: str | None = (await session.execute(_PICK)).scalar_one_or_none()
    return game_id


async def find_open_replay(session: Session, game_id: str) -> UUID | None:
    """Give the workspace's replay of a game that has not ended."""
    run_id: UUID | None = (await session.execute(_FIND_OPEN, {"game_id": game_id})).scalar_one_or_none()
    return run_id


async def find_replays(reader: Reader, run_ids: Sequence[UUID]) -> list[ReplayView | None]:
    """Give the replay of each id, None where there is none in this workspace."""
    rows = await reader.fetch(_FIND, list(run_ids))
    return in_order(run_ids, {row["id"]: _replay(row) for row in rows})


async def find_start_of_telling(reader: Reader, game_id: str) -> int:
    """Give the number of the event before the newest telling of a game began, 0 where there was none."""
    rows = await reader.fetch(_TOLD, game_topic(game_id))
    return 0 if rows[0]["live"] is None else int(rows[0]["live"]) - 1


async def find_last_told(reader: Reader, game_id: str) -> int | None:
    """Give the number of the last play of a telling that is not over, None where none is under way."""
    row = (await reader.fetch(_TOLD, game_topic(game_id)))[0]
    return None if row["live"] is None or row["is_over"] else int(row["number"] or 0)


def _replay(row: asyncpg.Record) -> ReplayView:
    return ReplayView(
        id=row["id"],
        game_id=row["input"]["game_id"],
        speed=row["input"]["speed"],
        state=RunState(row["state"]),
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        failure_message=row["failure_message"],
    )
