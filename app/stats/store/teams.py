"""Teams: by id, by abbreviation, as a list."""

from collections.abc import Sequence
from typing import Final

from app.core.grouping import in_order
from app.core.paging import Page, check_page_size, page_of
from app.core.sort_keys import BY_NAME_AND_NUMBER, resume_behind
from app.stats.store.reading import Reader, storable
from app.stats.views import TeamView

_COLUMNS: Final = "id, abbreviation, name, conference, division"
_FIND: Final = f"select {_COLUMNS} from team where id = any($1::bigint[])"
_FIND_BY_ABBREVIATION: Final = f"""
    select {_COLUMNS} from team where abbreviation = any($1::text[])
    order by conference is not null, id"""
"""The last of a name wins: a team of today before one that is no more."""
_LIST: Final = f"""
    select {_COLUMNS} from team where (name, id) > ($1::text, $2::bigint)
    order by name, id limit $3"""


async def find_teams(reader: Reader, team_ids: Sequence[int]) -> list[TeamView | None]:
    """Give the team of each id, None where there is none."""
    rows = await reader.fetch(_FIND, storable(team_ids))
    return in_order(team_ids, {row["id"]: TeamView(*row) for row in rows})


async def find_teams_by_abbreviation(reader: Reader, abbreviations: Sequence[str]) -> list[TeamView | None]:
    """Give the team of each of today's abbreviations ("BOS", in either case), None where there is none."""
    wanted = [abbreviation.upper() for abbreviation in abbreviations]
    rows = await reader.fetch(_FIND_BY_ABBREVIATION, wanted)
    return in_order(wanted, {row["abbreviation"]: TeamView(*row) for row in rows})


async def find_team_by_abbreviation(reader: Reader, abbreviation: str) -> TeamView | None:
    """Give the team with one of today's abbreviations, None where there is none."""
    return (await find_teams_by_abbreviation(reader, [abbreviation]))[0]


async def list_teams(reader: Reader, *, first: int, after: str | None = None) -> Page[TeamView]:
    """List the teams by name; raises Invalid for a page that can't be."""
    check_page_size(first)
    rows = await reader.fetch(_LIST, *resume_behind(after, BY_NAME_AND_NUMBER), first + 1)
    return page_of(
        [TeamView(*row) for row in rows], first=first, after=after, key=lambda team: (team.name, team.id)
    )
