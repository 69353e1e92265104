"""How the teams of a season stand, at its end or on any day of it, computed from its games."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

import asyncpg

from app.core.grouping import grouped
from app.stats.rows import Origin, SeasonType
from app.stats.store.reading import Reader
from app.stats.views import StandingView

_BELIEVED: Final = """
    select season_start_year, min(origin) as origin from game
    where season_start_year = any($1::integer[]) and season_type = $2::text group by season_start_year"""
"""Where a season has real games, simulated ones do not count (REAL comes before SIMULATED)."""

_RESULTS: Final = """
    select g.season_start_year, g.origin, side.team_id, side.opponent_id, side.margin, side.margin > 0 as won,
        t.conference, o.conference as opponent_conference,
        row_number() over (partition by g.season_start_year, side.team_id order by g.date desc, g.id desc)
            as back
    from game g join believed using (season_start_year, origin)
    cross join lateral (values
        (g.home_team_id, g.away_team_id, g.home_score - g.away_score),
        (g.away_team_id, g.home_team_id, g.away_score - g.home_score)
    ) side (team_id, opponent_id, margin)
    join team t on t.id = side.team_id join team o on o.id = side.opponent_id
    where g.season_start_year = any($1) and g.season_type = $2 and g.status = 'FINAL' and side.margin <> 0
        and ($3::date is null or g.date <= $3)"""
"""Every game twice, as each side saw it; `back` is 1 for a team's last game."""

_RECORDS: Final = """
    select season_start_year, origin, team_id, conference, avg(won::int) as pct, sum(margin) as margin,
        count(*) filter (where won) as wins, count(*) filter (where not won) as losses,
        avg(won::int) filter (where conference = opponent_conference) as conference_pct,
        bool_or(won) filter (where back = 1) as won_last,
        coalesce(min(back) filter (where won), count(*) + 1) as last_win,
        coalesce(min(back) filter (where not won), count(*) + 1) as last_loss
    from result group by season_start_year, origin, team_id, conference"""

_TIED: Final = """
    select mine.season_start_year, mine.team_id, avg(result.won::int) as pct
    from result join record mine
            on mine.season_start_year = result.season_start_year and mine.team_id = result.team_id
        join record theirs
            on theirs.season_start_year = result.season_start_year and theirs.team_id = result.opponent_id
            and theirs.pct = mine.pct and theirs.conference is not distinct from mine.conference
    group by mine.season_start_year, mine.team_id"""
"""Games among teams of one conference that have the same share of wins."""

_STANDINGS: Final = f"""
    with believed as materialized ({_BELIEVED}), result as ({_RESULTS}),
        record as ({_RECORDS}), tied as ({_TIED})
    select season_start_year, team_id, conference, wins, losses, record.pct::float8 as win_pct,
        ((first_value(wins) over place - wins + losses - first_value(losses) over place) / 2.0)::float8
            as games_behind,
        row_number() over place as conference_rank,
        case when won_last then 'W' || last_loss - 1 else 'L' || last_win - 1 end as streak, origin
    from record left join tied using (season_start_year, team_id)
    window place as (
        partition by season_start_year, conference
        order by record.pct desc, tied.pct desc nulls last, conference_pct desc nulls last, margin desc,
            team_id
    )
    order by season_start_year, record.pct desc, wins desc, conference, conference_rank"""


async def standings_of_seasons(
    reader: Reader,
    start_years: Sequence[int],
    *,
    season_type: SeasonType = SeasonType.REGULAR_SEASON,
    as_of: dt.date | None = None,
) -> list[list[StandingView]]:
    """Give for each season how the teams stand, or stood after the games of the day `as_of`, the best first.

    Teams of a conference with the same share of wins are ordered by their games among each other, then by
    their games within the conference, then by points; the league's further rules (division winners first)
    are left out. Conferences are today's: a team of another decade stands where its franchise is now.
    """
    rows = await reader.fetch(_STANDINGS, list(start_years), season_type.value, as_of)
    return grouped(start_years, ((row["season_start_year"], _standing(row)) for row in rows))


def _standing(row: asyncpg.Record) -> StandingView:
    return StandingView(
        season_start_year=row["season_start_year"],
        team_id=row["team_id"],
        conference=row["conference"],
        wins=row["wins"],
        losses=row["losses"],
        win_pct=row["win_pct"],
        games_behind=row["games_behind"],
        conference_rank=row["conference_rank"],
        streak=row["streak"],
        origin=Origin(row["origin"]),
    )
