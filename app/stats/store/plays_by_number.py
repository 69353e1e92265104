"""Single plays, each by its game and its number within it."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from app.core.grouping import in_order
from app.stats.rows import PlayKind
from app.stats.store.reading import Reader
from app.stats.views import PlayView

_FIND: Final = """
    select p.game_id, p.number, p.period, p.seconds_left, p.kind, p.description, p.home_score, p.away_score,
        p.team_id, p.player_id
    from play p join unnest($1::text[], $2::integer[]) as given (game_id, number) using (game_id, number)"""


async def find_plays(reader: Reader, keys: Sequence[tuple[str, int]]) -> list[PlayView | None]:
    """Give the play of each game id and number, None where there is none."""
    rows = await reader.fetch(_FIND, [game_id for game_id, _ in keys], [number for _, number in keys])
    return in_order(keys, {(row["game_id"], row["number"]): _play(row) for row in rows})


def _play(row: asyncpg.Record) -> PlayView:
    game_id, number, period, seconds_left, kind, *rest = row
    return PlayView(game_id, number, period, seconds_left, PlayKind(kind), *rest)
