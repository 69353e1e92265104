"""Games: by id, by day, by team."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg

from app.core.grouping import grouped, in_order
from app.core.paging import Page, check_page_size, page_of
from app.core.sort_keys import resume_behind
from app.stats.rows import GameStatus, Origin, SeasonType
from app.stats.store.reading import NEWEST_GAME_FIRST, Reader
from app.stats.views import GameView

_COLUMNS: Final = (
    "g.id, g.season_start_year, g.season_type, g.date, g.status, g.home_team_id, g.away_team_id, "
    "g.neutral_site, g.home_score, g.away_score, g.origin, g.source_file_id"
)
_KNOWN: Final = "select id from game where id = any($1::text[])"
_FIND: Final = f"select {_COLUMNS} from game g where g.id = any($1::text[])"
_SIDE: Final = """
    (select g.* from game g where g.{side}_team_id = team.id
        and ($2::integer is null or g.season_start_year = $2)
        and (g.date, g.id) < ($3::date, $4::text)
    order by g.date desc, g.id desc limit $5)"""
_OF_TEAMS: Final = f"""
    select {_COLUMNS}, team.id as team_id
    from (select distinct id from unnest($1::bigint[]) as given (id)) team cross join lateral (
        select * from ({_SIDE.format(side="home")} union all {_SIDE.format(side="away")}) either
        order by date desc, id desc limit $5
    ) g order by team.id, g.date desc, g.id desc"""
"""Each side's index gives its newest games; the newest of both remain."""


@dataclass(frozen=True, slots=True)
class GameFilter:
    """Which games are meant; what is None does not matter. Both dates are included."""

    season_start_year: int | None = None
    season_type: SeasonType | None = None
    team_id: int | None = None
    from_date: dt.date | None = None
    to_date: dt.date | None = None
    status: GameStatus | None = None
    origin: Origin | None = None


ALL_GAMES: Final = GameFilter()


async def find_known_games(reader: Reader, game_ids: Sequence[str]) -> frozenset[str]:
    """Tell which of these games there are."""
    return frozenset(row["id"] for row in await reader.fetch(_KNOWN, list(game_ids)))


async def find_games(reader: Reader, game_ids: Sequence[str]) -> list[GameView | None]:
    """Give the game of each id, None where there is none."""
    rows = await reader.fetch(_FIND, list(game_ids))
    return in_order(game_ids, {row["id"]: _game(row) for row in rows})


async def list_games(
    reader: Reader, wanted: GameFilter = ALL_GAMES, *, first: int, after: str | None = None
) -> Page[GameView]:
    """List games, the newest first; the page's scope is the filter, to be counted by `count_games`."""
    check_page_size(first)
    conditions, arguments = _conditions(wanted)
    arguments += resume_behind(after, NEWEST_GAME_FIRST)
    conditions.append(f"(g.date, g.id) < (${len(arguments) - 1}::date, ${len(arguments)}::text)")
    sql = (
        f"select {_COLUMNS} from game g{_where(conditions)} order by g.date desc, g.id desc limit {first + 1}"
    )
    games = [_game(row) for row in await reader.fetch(sql, *arguments)]
    return page_of(games, first=first, after=after, key=_game_key, scope=wanted)


async def count_games(reader: Reader, wanted: GameFilter = ALL_GAMES) -> int:
    """Count the games that a filter lets through."""
    conditions, arguments = _conditions(wanted)
    rows = await reader.fetch(f"select count(*) from game g{_where(conditions)}", *arguments)
    count: int = rows[0][0]
    return count


async def games_of_teams(
    reader: Reader,
    team_ids: Sequence[int],
    *,
    season_start_year: int | None = None,
    first: int,
    after: str | None = None,
) -> list[Page[GameView]]:
    """Give for each team a page of its games, the newest first."""
    check_page_size(first)
    behind = resume_behind(after, NEWEST_GAME_FIRST)
    rows = await reader.fetch(_OF_TEAMS, list(team_ids), season_start_year, *behind, first + 1)
    groups = grouped(team_ids, ((row["team_id"], _game(row)) for row in rows))
    return [page_of(games, first=first, after=after, key=_game_key) for games in groups]


def _conditions(wanted: GameFilter) -> tuple[list[str], list[object]]:
    tests: list[tuple[str, object]] = [
        ("g.season_start_year = {}::integer", wanted.season_start_year),
        ("g.season_type = {}::text", wanted.season_type),
        ("(g.home_team_id = {0}::bigint or g.away_team_id = {0}::bigint)", wanted.team_id),
        ("g.date >= {}::date", wanted.from_date),
        ("g.date <= {}::date", wanted.to_date),
        ("g.status = {}::text", wanted.status),
        ("g.origin = {}::text", wanted.origin),
    ]
    given = [(test, value) for test, value in tests if value is not None]
    conditions = [test.format(f"${place}") for place, (test, _) in enumerate(given, start=1)]
    return conditions, [value for _, value in given]


def _where(conditions: Sequence[str]) -> str:
    return f" where {' and '.join(conditions)}" if conditions else ""


def _game_key(game: GameView) -> tuple[str, str]:
    return game.date.isoformat(), game.id


def _game(row: asyncpg.Record) -> GameView:
    return GameView(
        id=row["id"],
        season_start_year=row["season_start_year"],
        season_type=SeasonType(row["season_type"]),
        date=row["date"],
        status=GameStatus(row["status"]),
        home_team_id=row["home_team_id"],
        away_team_id=row["away_team_id"],
        neutral_site=row["neutral_site"],
        home_score=row["home_score"],
        away_score=row["away_score"],
        origin=Origin(row["origin"]),
        source_file_id=row["source_file_id"],
    )
