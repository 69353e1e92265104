"""Counting the games that filters let through: many filters in one statement."""

from collections.abc import Sequence
from typing import Final

from app.stats.store.games import GameFilter
from app.stats.store.reading import Reader

_LET_THROUGH: Final = """
    (w.season is null or g.season_start_year = w.season)
    and (w.season_type is null or g.season_type = w.season_type)
    and g.date between coalesce(w.from_date, '-infinity') and coalesce(w.to_date, 'infinity')
    and (w.status is null or g.status = w.status) and (w.origin is null or g.origin = w.origin)"""
_COUNT: Final = f"""
    select case when w.team_id is null then (select count(*) from game g where {_LET_THROUGH})
        else (select count(*) from game g where g.home_team_id = w.team_id and {_LET_THROUGH})
            + (select count(*) from game g where g.away_team_id = w.team_id and {_LET_THROUGH}) end as games
    from unnest($1::integer[], $2::text[], $3::bigint[], $4::date[], $5::date[], $6::text[], $7::text[])
        with ordinality as w (season, season_type, team_id, from_date, to_date, status, origin, place)
    order by w.place"""
"""A team's games are counted along the index of either side."""


async def count_games_of_filters(reader: Reader, wanted: Sequence[GameFilter]) -> list[int]:
    """Count the games that each filter lets through."""
    distinct = list(dict.fromkeys(wanted))
    columns = (
        [each.season_start_year for each in distinct],
        [each.season_type for each in distinct],
        [each.team_id for each in distinct],
        [each.from_date for each in distinct],
        [each.to_date for each in distinct],
        [each.status for each in distinct],
        [each.origin for each in distinct],
    )
    rows = await reader.fetch(_COUNT, *columns)
    counts = {each: int(row["games"]) for each, row in zip(distinct, rows, strict=True)}
    return [counts[each] for each in wanted]
