"""Plays of games, in the order in which they happened."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from app.core.grouping import grouped
from app.core.paging import Page, check_page_size, page_of
from app.core.sort_keys import SortKey, parse_number, resume_behind
from app.stats.rows import PlayKind
from app.stats.store.reading import Reader
from app.stats.views import PlayView

_BY_NUMBER: Final = SortKey((parse_number,), (0,))
_OF_GAMES: Final = """
    select p.game_id, p.number, p.period, p.seconds_left, p.kind, p.description, p.home_score, p.away_score,
        p.team_id, p.player_id
    from (select distinct id from unnest($1::text[]) as given (id)) game cross join lateral (
        select * from play p where p.game_id = game.id and p.number > $2::bigint
        order by p.number limit $3
    ) p order by p.game_id, p.number"""


async def plays_of_games(
    reader: Reader, game_ids: Sequence[str], *, first: int, after: str | None = None
) -> list[Page[PlayView]]:
    """Give for each game a page of its plays, from the first on."""
    check_page_size(first)
    rows = await reader.fetch(_OF_GAMES, list(game_ids), *resume_behind(after, _BY_NUMBER), first + 1)
    groups = grouped(game_ids, ((row["game_id"], _play(row)) for row in rows))
    return [page_of(plays, first=first, after=after, key=lambda play: (play.number,)) for plays in groups]


def _play(row: asyncpg.Record) -> PlayView:
    game_id, number, period, seconds_left, kind, *rest = row
    return PlayView(game_id, number, period, seconds_left, PlayKind(kind), *rest)
