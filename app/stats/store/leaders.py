"""Who leads a season, read from the sums that ingestion keeps."""

from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg

from app.core.grouping import grouped
from app.core.paging import check_page_size
from app.stats.rows import Origin, SeasonType
from app.stats.store.reading import Reader
from app.stats.views import LeaderMetric, LeaderView, PerMode

_SUMS: Final[Mapping[LeaderMetric, str]] = {metric: f"t.{metric}::float8" for metric in LeaderMetric} | {
    LeaderMetric.MINUTES: "t.seconds / 60.0::float8"
}
_RATES: Final[Mapping[PerMode, str]] = {
    PerMode.TOTALS: "{}",
    PerMode.PER_GAME: "{} / t.games",
    PerMode.PER_36: "{} * 2160 / nullif(t.seconds, 0)",  # 36 minutes in seconds
}

_GAMES_NEEDED: Final = """
    select case when $4::integer is not null then $4 else (
        select ceil(0.7 * count(*) / nullif(count(distinct side.team_id), 0))
        from game g cross join lateral (values (g.home_team_id), (g.away_team_id)) side (team_id)
        where g.season_start_year = asked.year and g.season_type = $2::text and g.status = 'FINAL'
    ) end as games"""
"""70 percent of the games that a team has played on average."""

_RANKED: Final = """
    select rank() over (order by {value} desc) as rank, {value} as value,
        t.player_id, t.team_id, t.games, t.origin
    from season_totals t
    where t.season_start_year = asked.year and t.season_type = $2 and t.games >= needed.games
        and {value} is not null
    order by value desc, t.player_id limit $3"""

_LEADERS: Final = f"""
    with asked as (select distinct year from unnest($1::integer[]) as given (year))
    select asked.year, rank, player_id, team_id, leader.games, value, origin
    from asked cross join lateral ({_GAMES_NEEDED}) needed cross join lateral ({_RANKED}) leader
    order by asked.year, rank, player_id"""


async def leaders_of_seasons(
    reader: Reader,
    start_years: Sequence[int],
    *,
    metric: LeaderMetric,
    per_mode: PerMode = PerMode.PER_GAME,
    season_type: SeasonType = SeasonType.REGULAR_SEASON,
    first: int = 10,
    min_games: int | None = None,
) -> list[list[LeaderView]]:
    """Give for each season its `first` leading players.

    A rate counts for players of 70 percent of the games that a team has played on average (58 of 82, 51 of
    72, and fewer while a season is under way), or of `min_games`; a total counts for everyone.
    """
    check_page_size(first)
    if min_games is None and per_mode is PerMode.TOTALS:
        min_games = 0
    sql = _LEADERS.format(value=_RATES[per_mode].format(_SUMS[metric]))
    rows = await reader.fetch(sql, list(start_years), season_type.value, first, min_games)
    return grouped(start_years, ((row["year"], _leader(row)) for row in rows))


def _leader(row: asyncpg.Record) -> LeaderView:
    return LeaderView(
        season_start_year=row["year"],
        rank=row["rank"],
        player_id=row["player_id"],
        team_id=row["team_id"],
        games=row["games"],
        value=row["value"],
        origin=Origin(row["origin"]),
    )
