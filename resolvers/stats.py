"""How teams and players are answered: one statement a level, however many parents it has."""

from collections.abc import Sequence
from typing import Protocol

from app.core.errors import Invalid
from app.core.ids import key_of
from app.core.paging import Page
from app.stats.season import parse_season
from app.stats.store.games import GameFilter, games_of_teams
from app.stats.store.lines import game_log_of_players
from app.stats.store.players import find_players, find_players_by_name, list_players, rosters_of_teams
from app.stats.store.teams import find_team_by_abbreviation, find_teams, list_teams
from app.stats.views import GameView, PlayerLineView, PlayerView, TeamView
from resolvers.context import Context

LONGEST_ID = 18
"""More digits than any id of the league; what has more may not fit into the database."""
NOBODY = -1
"""An id that no team and no player has: what is not an id finds nothing."""


class OfTeam(Protocol):
    """A row that names a team, or none."""

    @property
    def team_id(self) -> int | None:
        """The league's id of the team."""


class OfPlayer(Protocol):
    """A row that names a player, or none."""

    @property
    def player_id(self) -> int | None:
        """The league's id of the player."""


def league_id(key: str | None) -> int:
    """Give the league's id inside a key, `NOBODY` where it is none."""
    if key is None or len(key) > LONGEST_ID or not (key.isascii() and key.isdecimal()):
        return NOBODY
    return int(key)


def storable_text(given: str) -> str:
    """Give a text that PostgreSQL can compare with: it refuses NUL, and nothing stored has one."""
    return given.replace("\x00", "\N{REPLACEMENT CHARACTER}")


def season_year(season: str | None) -> int | None:
    """Give the start year of a season's label; raises Invalid for what is no label."""
    return None if season is None else parse_season(season)


async def team(ctx: Context, *, abbreviation: str) -> TeamView | None:
    """Give the team of today's abbreviation."""
    return await find_team_by_abbreviation(ctx.database, storable_text(abbreviation))


async def teams(ctx: Context, *, first: int = 50, after: str | None = None) -> Page[TeamView]:
    """Give a page of all teams, by name."""
    return await list_teams(ctx.database, first=first, after=after)


async def player(
    ctx: Context,
    *,
    id: str | None = None,  # noqa: A002 - the contract's word
    name: str | None = None,
) -> PlayerView | None:
    """Give the player of an id or of a full name, an active one before others of that name."""
    if (id is None) == (name is None):
        raise Invalid("Ask for a player by `id` or by `name`: give exactly one of them.")
    if id is not None:
        return (await find_players(ctx.database, [league_id(key_of(id, "Player"))]))[0]
    named = (await find_players_by_name(ctx.database, [storable_text(str(name))]))[0]
    return named[0] if named else None


async def players(
    ctx: Context, *, search: str | None = None, first: int = 20, after: str | None = None
) -> Page[PlayerView]:
    """Give a page of players, by name."""
    wanted = None if search is None else storable_text(search)
    return await list_players(ctx.database, search=wanted, first=first, after=after)


async def rosters(teams: Sequence[TeamView], ctx: Context, *, season: str) -> list[list[PlayerView]]:
    """Give for each team who played for it in a season."""
    return await rosters_of_teams(
        ctx.database, [each.id for each in teams], season_start_year=parse_season(season)
    )


async def team_games(
    teams: Sequence[TeamView],
    ctx: Context,
    *,
    first: int = 20,
    after: str | None = None,
    season: str | None = None,
) -> list[Page[GameView]]:
    """Give for each team a page of its games, the newest first."""
    year, team_ids = season_year(season), [each.id for each in teams]
    pages = await games_of_teams(ctx.database, team_ids, season_start_year=year, first=first, after=after)
    return [
        Page(page.edges, page.page_info, GameFilter(season_start_year=year, team_id=team_id))
        for page, team_id in zip(pages, team_ids, strict=True)
    ]


async def game_logs(
    players: Sequence[PlayerView],
    ctx: Context,
    *,
    first: int = 20,
    after: str | None = None,
    season: str | None = None,
) -> list[Page[PlayerLineView]]:
    """Give for each player a page of his lines, the newest game first."""
    return await game_log_of_players(
        ctx.database,
        [each.id for each in players],
        season_start_year=season_year(season),
        first=first,
        after=after,
    )


async def teams_of(rows: Sequence[OfTeam], ctx: Context) -> list[TeamView | None]:
    """Give for each row the team that it names."""
    return await find_teams(ctx.database, [_or_nobody(row.team_id) for row in rows])


async def players_of(rows: Sequence[OfPlayer], ctx: Context) -> list[PlayerView | None]:
    """Give for each row the player whom it names."""
    return await find_players(ctx.database, [_or_nobody(row.player_id) for row in rows])


async def teams_by_key(keys: Sequence[str], ctx: Context) -> list[TeamView | None]:
    """Give the team of each key of a global id."""
    return await find_teams(ctx.database, [league_id(key) for key in keys])


async def players_by_key(keys: Sequence[str], ctx: Context) -> list[PlayerView | None]:
    """Give the player of each key of a global id."""
    return await find_players(ctx.database, [league_id(key) for key in keys])


def _or_nobody(given: int | None) -> int:
    return NOBODY if given is None else given
