"""All SQL of features: played games go in, forms are kept, matchups come out.

A matchup is made by one text of SQL, whether for the rows of a training or for a single game to come: the
last form of each team strictly before the date. So neither can know its own game, and both are the same.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Final

import asyncpg

from app.core.session import Connection
from app.features.form import TeamForm
from app.features.form_rows import COLUMNS, form_of, record_of
from app.features.games import RATED_SEASON_TYPES, PlayedGame, SideTotals
from app.features.matchup import Matchup
from app.stats.rows import GameStatus, Origin, SeasonType

MATERIALISATION_LOCK: Final = 0x0C0FEA

_WIDTH: Final = len(COLUMNS)
_TOTALS: Final = tuple(each.name for each in fields(SideTotals))
_RATED: Final = ", ".join(f"'{each}'" for each in sorted(RATED_SEASON_TYPES))
_PLAYED: Final = f"""
    select g.id, g.date, g.season_start_year, g.season_type, g.home_team_id, g.away_team_id, g.neutral_site,
        g.home_score, g.away_score, g.origin,
        array[{", ".join(f"home.{each}" for each in _TOTALS)}] as home_totals,
        array[{", ".join(f"away.{each}" for each in _TOTALS)}] as away_totals
    from game g
    left join team_line home on home.game_id = g.id and home.team_id = g.home_team_id
    left join team_line away on away.game_id = g.id and away.team_id = g.away_team_id
    where g.status = '{GameStatus.FINAL}' and g.season_type in ({_RATED})
        and g.home_score is not null and g.away_score is not null and g.home_score <> g.away_score"""
_PRINTED: Final = f"select p.*, hashtextextended(p::text, 0) as fingerprint from ({_PLAYED}) p"
"""Played games, each with a hash of everything that its forms are made of."""
_STALE_SINCE: Final = f"""
    with played as materialized ({_PRINTED})
    select least(
        (select min(least(p.date, f.date)) from played p
         left join team_form f on f.game_id = p.id and f.team_id = p.home_team_id
         where f.fingerprint is distinct from p.fingerprint),
        (select min(f.date) from team_form f where not exists (select from played p where p.id = f.game_id))
    )"""
_GAMES_BEHIND: Final = f"""
    select * from ({_PRINTED}) as played where (date, id) > ($1, $2) order by date, id limit $3"""

_LATEST_BEFORE: Final = f"""
    select distinct on (team_id) {", ".join(COLUMNS)} from team_form where date < $1
    order by team_id, date desc, game_id desc"""
_LAST_DATE: Final = "select max(date) from team_form"


def _latest_form(side: str) -> str:
    return f"""
    left join lateral (
        select {", ".join(COLUMNS)} from team_form f
        where f.team_id = w.{side}_team_id and f.date < w.date order by f.date desc, f.game_id desc limit 1
    ) {side} on true"""


_MATCHUPS: Final = f"""
    select home.*, away.*, w.date as game_date, w.season_start_year as game_season, w.* from wanted w
    {_latest_form("home")}{_latest_form("away")} order by w.place"""
_PLANNED: Final = f"""
    with wanted as (
        select * from unnest($1::bigint[], $2::bigint[], $3::date[], $4::int[], $5::bool[]) with ordinality
            as w (home_team_id, away_team_id, date, season_start_year, neutral_site, place)
    ) {_MATCHUPS}"""
_PLAYED_MATCHUPS: Final = f"""
    with wanted as (
        select g.id, g.home_team_id, g.away_team_id, g.date, g.season_start_year, g.neutral_site,
            g.season_type, g.origin, g.home_score > g.away_score as home_won,
            row_number() over (order by g.date, g.id) as place
        from ({_PLAYED}) g where g.season_start_year between $1 and $2
    ) {_MATCHUPS}"""


@dataclass(frozen=True, slots=True)
class PlannedGame:
    """A game to come: all that must be said of it."""

    home_team_id: int
    away_team_id: int
    date: dt.date
    season_start_year: int
    neutral_site: bool = False


@dataclass(frozen=True, slots=True)
class PlayedMatchup:
    """A game that was played, as it looked before it began, and who won."""

    game_id: str
    season_type: SeasonType
    origin: Origin
    matchup: Matchup
    home_won: bool


@dataclass(frozen=True, slots=True)
class PrintedGame:
    """A played game and the hash of what its forms are made of."""

    game: PlayedGame
    fingerprint: int


async def matchup_rows(connection: Connection, planned: Sequence[PlannedGame]) -> list[Matchup]:
    """Return what is known before each of these games, in their order: forms of strictly earlier dates."""
    columns = list(zip(*(astuple(each) for each in planned), strict=True)) or [()] * 5
    return [_matchup(row) for row in await connection.fetch(_PLANNED, *map(list, columns))]


async def played_matchups(
    connection: Connection, *, first_season: int, last_season: int
) -> list[PlayedMatchup]:
    """Return the rated games of seasons (start years, both included) in order, as they looked before."""
    rows = await connection.fetch(_PLAYED_MATCHUPS, first_season, last_season)
    return [
        PlayedMatchup(
            game_id=row["id"],
            season_type=SeasonType(row["season_type"]),
            origin=Origin(row["origin"]),
            matchup=_matchup(row),
            home_won=row["home_won"],
        )
        for row in rows
    ]


async def lock_forms(connection: Connection) -> None:
    """Wait until nobody else writes forms; held until the transaction ends."""
    await connection.execute("select pg_advisory_xact_lock($1)", MATERIALISATION_LOCK)


async def find_stale_since(connection: Connection) -> dt.date | None:
    """Return the date of the earliest game whose forms are missing or out of date, None if all are right."""
    found: dt.date | None = await connection.fetchval(_STALE_SINCE)
    return found


async def find_last_date(connection: Connection) -> dt.date | None:
    """Return the date of the newest form."""
    found: dt.date | None = await connection.fetchval(_LAST_DATE)
    return found


async def list_games_behind(
    connection: Connection, date: dt.date, game_id: str, *, limit: int
) -> list[PrintedGame]:
    """List played games behind a place in the order of date and id."""
    rows = await connection.fetch(_GAMES_BEHIND, date, game_id, limit)
    return [PrintedGame(_game(row), row["fingerprint"]) for row in rows]


async def latest_forms_before(connection: Connection, date: dt.date) -> list[TeamForm]:
    """List each team's last form before a date."""
    return [form_of(tuple(row)) for row in await connection.fetch(_LATEST_BEFORE, date)]


async def delete_forms_since(connection: Connection, date: dt.date) -> None:
    """Forget all forms of this date and later."""
    await connection.execute("delete from team_form where date >= $1", date)


async def insert_forms(connection: Connection, forms: Iterable[tuple[TeamForm, int]]) -> None:
    """COPY forms, each with the fingerprint of its game."""
    records = [(*record_of(form), fingerprint) for form, fingerprint in forms]
    await connection.copy_records_to_table("team_form", records=records, columns=[*COLUMNS, "fingerprint"])


def _game(row: asyncpg.Record) -> PlayedGame:
    return PlayedGame(
        game_id=row["id"],
        date=row["date"],
        season_start_year=row["season_start_year"],
        season_type=SeasonType(row["season_type"]),
        home_team_id=row["home_team_id"],
        away_team_id=row["away_team_id"],
        neutral_site=row["neutral_site"],
        home_score=row["home_score"],
        away_score=row["away_score"],
        home_totals=_totals(row["home_totals"]),
        away_totals=_totals(row["away_totals"]),
    )


def _totals(counts: Sequence[int | None]) -> SideTotals | None:
    known = [count for count in counts if count is not None]
    return SideTotals(*known) if len(known) == len(counts) else None


def _matchup(row: asyncpg.Record) -> Matchup:
    home, away = row[:_WIDTH], row[_WIDTH : 2 * _WIDTH]
    return Matchup(
        home=None if home[0] is None else form_of(home),
        away=None if away[0] is None else form_of(away),
        date=row["game_date"],
        season_start_year=row["game_season"],
        neutral_site=row["neutral_site"],
    )
