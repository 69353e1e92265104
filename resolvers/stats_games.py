"""How games are answered: their two sides, their box scores and plays."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.core.ids import key_of
from app.core.paging import Page
from app.stats.rows import GameStatus
from app.stats.store.counts import count_games_of_filters
from app.stats.store.games import GameFilter, find_games, list_games
from app.stats.store.lines import player_lines_of_games
from app.stats.store.plays import plays_of_games
from app.stats.store.plays_by_number import find_plays
from app.stats.views import GameView, PlayerLineView, PlayView, SeasonView
from resolvers.context import Context
from resolvers.stats import league_id, season_year

LARGEST_NUMBER = 2**31 - 1


class OfGame(Protocol):
    """A row that names a game."""

    @property
    def game_id(self) -> str:
        """The league's id of the game."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two teams of a game."""

    game_id: str
    team_id: int
    is_home: bool
    score: int | None


async def game(ctx: Context, *, id: str) -> GameView | None:  # noqa: A002 - the contract's word
    """Give the game of an id."""
    return (await games_by_key([key_of(id, "Game") or ""], ctx))[0]


async def games(
    ctx: Context,
    *,
    date: dt.date | None = None,
    season: str | None = None,
    team: str | None = None,
    status: GameStatus | None = None,
    first: int = 20,
    after: str | None = None,
) -> Page[GameView]:
    """Give a page of games, the newest first."""
    wanted = GameFilter(
        season_start_year=season_year(season),
        team_id=None if team is None else league_id(key_of(team, "Team")),
        from_date=date,
        to_date=date,
        status=status,
    )
    return await list_games(ctx.database, wanted, first=first, after=after)


async def total_counts(pages: Sequence[Page[GameView]], ctx: Context) -> list[int]:
    """Count for each page the games of the whole list."""
    wanted = [page.scope if isinstance(page.scope, GameFilter) else GameFilter() for page in pages]
    return await count_games_of_filters(ctx.database, wanted)


async def seasons_of(games: Sequence[GameView], _ctx: Context) -> list[SeasonView]:
    """Give for each game its season, which is there because the game is."""
    return [SeasonView(each.season_start_year) for each in games]


async def home_sides(games: Sequence[GameView], _ctx: Context) -> list[Side]:
    """Give for each game the home side, as designated by the league where the site is neutral."""
    return [Side(each.id, each.home_team_id, is_home=True, score=each.home_score) for each in games]


async def away_sides(games: Sequence[GameView], _ctx: Context) -> list[Side]:
    """Give for each game the visiting side."""
    return [Side(each.id, each.away_team_id, is_home=False, score=each.away_score) for each in games]


async def box_scores(sides: Sequence[Side], ctx: Context) -> list[list[PlayerLineView]]:
    """Give for each side the lines of its players."""
    lines = await player_lines_of_games(ctx.database, [side.game_id for side in sides])
    return [
        [line for line in of_game if line.team_id == side.team_id]
        for side, of_game in zip(sides, lines, strict=True)
    ]


async def plays(
    games: Sequence[GameView], ctx: Context, *, first: int = 100, after: str | None = None
) -> list[Page[PlayView]]:
    """Give for each game a page of its plays, from the first on."""
    return await plays_of_games(ctx.database, [each.id for each in games], first=first, after=after)


async def games_of(rows: Sequence[OfGame], ctx: Context) -> list[GameView | None]:
    """Give for each row the game that it names."""
    return await find_games(ctx.database, [row.game_id for row in rows])


async def games_by_key(keys: Sequence[str], ctx: Context) -> list[GameView | None]:
    """Give the game of each key of a global id."""
    return await find_games(ctx.database, list(keys))


async def plays_by_key(keys: Sequence[str], ctx: Context) -> list[PlayView | None]:
    """Give the play of each key of a global id, "game/number"."""
    return await find_plays(ctx.database, [_play_key(key) for key in keys])


def _play_key(key: str) -> tuple[str, int]:
    game_id, _, number = key.partition("/")
    found = league_id(number)
    return game_id, found if found <= LARGEST_NUMBER else -1
