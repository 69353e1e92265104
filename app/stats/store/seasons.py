"""Seasons of which there are games."""

from collections.abc import Sequence
from typing import Final

from app.core.grouping import in_order
from app.stats.store.reading import Reader
from app.stats.views import SeasonView

_LIST: Final = """
    with recursive season as (
        select max(season_start_year) as start_year from game
        union all
        select (select max(g.season_start_year) from game g where g.season_start_year < season.start_year)
        from season where start_year is not null
    ) select start_year from season where start_year is not null order by start_year desc"""
"""One step along the index for each season, instead of a walk over all games."""
_FIND: Final = """
    select start_year from unnest($1::integer[]) as given (start_year)
    where exists (select from game g where g.season_start_year = given.start_year)"""


async def list_seasons(reader: Reader) -> list[SeasonView]:
    """List the seasons of which there are games, the newest first."""
    return [SeasonView(row["start_year"]) for row in await reader.fetch(_LIST)]


async def find_seasons(reader: Reader, start_years: Sequence[int]) -> list[SeasonView | None]:
    """Give the season of each start year, None where there are no games of it."""
    rows = await reader.fetch(_FIND, list(start_years))
    return in_order(start_years, {row["start_year"]: SeasonView(row["start_year"]) for row in rows})
