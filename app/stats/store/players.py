"""Players: by id, by name however it is typed, as a list, as the roster of a team."""

from collections.abc import Sequence
from typing import Final

import asyncpg

from app.core.grouping import grouped, in_order
from app.core.paging import Page, check_page_size, page_of
from app.core.sort_keys import BY_NAME_AND_NUMBER, resume_behind
from app.stats.store.names import fold_name
from app.stats.store.reading import Reader, storable
from app.stats.views import PlayerView

_COLUMNS: Final = "p.id, p.full_name, p.is_active"
_FIND: Final = f"select {_COLUMNS} from player p where p.id = any($1::bigint[])"
_FIND_BY_NAME: Final = f"""
    select {_COLUMNS}, p.folded_name from player p where p.folded_name = any($1::text[])
    order by p.is_active desc nulls last, p.id desc"""
_LIST: Final = f"""
    select {_COLUMNS} from player p
    where p.folded_name like $1::text and (p.folded_name, p.id) > ($2::text, $3::bigint)
    order by p.folded_name, p.id limit $4"""
_ROSTERS: Final = f"""
    with roster as (
        select distinct l.team_id, l.player_id from game g join player_line l on l.game_id = g.id
        where g.season_start_year = $2 and l.team_id = any($1::bigint[])
            and (g.home_team_id = any($1) or g.away_team_id = any($1))
    )
    select {_COLUMNS}, roster.team_id from roster join player p on p.id = roster.player_id
    order by p.folded_name, p.id"""


def _player(row: asyncpg.Record) -> PlayerView:
    return PlayerView(row["id"], row["full_name"], row["is_active"])


async def find_players(reader: Reader, player_ids: Sequence[int]) -> list[PlayerView | None]:
    """Give the player of each id, None where there is none."""
    rows = await reader.fetch(_FIND, storable(player_ids))
    return in_order(player_ids, {row["id"]: _player(row) for row in rows})


async def find_players_by_name(reader: Reader, names: Sequence[str]) -> list[list[PlayerView]]:
    """Give the players of each full name, whatever its case and marks, active ones first."""
    wanted = [fold_name(name) for name in names]
    rows = await reader.fetch(_FIND_BY_NAME, wanted)
    return grouped(wanted, ((row["folded_name"], _player(row)) for row in rows))


async def list_players(
    reader: Reader, *, search: str | None = None, first: int, after: str | None = None
) -> Page[PlayerView]:
    """List players by name, all or those with `search` in it whatever its case and marks."""
    check_page_size(first)
    pattern = "%" if search is None else f"%{_escape(fold_name(search))}%"
    rows = await reader.fetch(_LIST, pattern, *resume_behind(after, BY_NAME_AND_NUMBER), first + 1)
    players = [_player(row) for row in rows]
    return page_of(
        players, first=first, after=after, key=lambda player: (fold_name(player.full_name), player.id)
    )


async def rosters_of_teams(
    reader: Reader, team_ids: Sequence[int], *, season_start_year: int
) -> list[list[PlayerView]]:
    """Give for each team the players who played for it in a season, by name."""
    rows = await reader.fetch(_ROSTERS, list(team_ids), season_start_year)
    return grouped(team_ids, ((row["team_id"], _player(row)) for row in rows))


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
