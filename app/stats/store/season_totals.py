"""Sums of players over a part of a season, computed anew for the parts that a load has touched.

Where a part of a season has real games, simulated ones do not count.
"""

from collections.abc import Sequence
from typing import Final

from app.core.session import Connection
from app.stats.rows import SeasonType

_SUMMED: Final = (
    "seconds", "points", "rebounds", "assists", "steals", "blocks", "turnovers", "three_pointers_made",
)  # fmt: skip
_SUMS: Final = ", ".join(f"coalesce(sum(l.{name}), 0)" for name in _SUMMED)

_WANTED: Final = "unnest($1::integer[], $2::text[]) as wanted (season_start_year, season_type)"
_DELETE: Final = f"""
    delete from season_totals t using {_WANTED}
    where t.season_start_year = wanted.season_start_year and t.season_type = wanted.season_type"""
_INSERT: Final = f"""
    insert into season_totals
        (season_start_year, season_type, player_id, team_id, origin, games, {", ".join(_SUMMED)})
    select wanted.season_start_year, wanted.season_type, l.player_id,
        (array_agg(l.team_id order by l.game_date desc, l.game_id desc))[1],
        believed.origin, count(*), {_SUMS}
    from {_WANTED}
    cross join lateral (
        select min(origin) as origin from game g  -- REAL before SIMULATED
        where g.season_start_year = wanted.season_start_year and g.season_type = wanted.season_type
    ) believed
    join game g on g.season_start_year = wanted.season_start_year and g.season_type = wanted.season_type
        and g.origin = believed.origin
    join player_line l on l.game_id = g.id
    group by wanted.season_start_year, wanted.season_type, l.player_id, believed.origin"""


async def refresh_season_totals(connection: Connection, seasons: Sequence[tuple[int, SeasonType]]) -> None:
    """Compute the sums of these parts of seasons from the player lines that stand."""
    years, types = [year for year, _ in seasons], [kind.value for _, kind in seasons]
    await connection.execute(_DELETE, years, types)
    await connection.execute(_INSERT, years, types)
