"""How seasons are answered: standings and leaders."""

import datetime as dt
from collections.abc import Sequence

from app.core.errors import Invalid
from app.stats.rows import SeasonType
from app.stats.season import parse_season
from app.stats.store.leaders import leaders_of_seasons
from app.stats.store.seasons import find_seasons, list_seasons
from app.stats.store.standings import standings_of_seasons
from app.stats.views import LeaderMetric, LeaderView, PerMode, SeasonView, StandingView
from resolvers.context import Context

NEVER = -1
"""A start year that no season has."""


async def season(ctx: Context, *, label: str) -> SeasonView | None:
    """Give the season of a label, if there are games of it; raises Invalid for what is no label."""
    return (await find_seasons(ctx.database, [parse_season(label)]))[0]


async def seasons(ctx: Context) -> list[SeasonView]:
    """Give all seasons of which there are games."""
    return await list_seasons(ctx.database)


async def standings(
    seasons: Sequence[SeasonView],
    ctx: Context,
    *,
    type: SeasonType = SeasonType.REGULAR_SEASON,  # noqa: A002 - the contract's word
    as_of: dt.date | None = None,
) -> list[list[StandingView]]:
    """Give for each season how the teams stood at the end of a day, the best first."""
    years = [each.start_year for each in seasons]
    return await standings_of_seasons(ctx.database, years, season_type=type, as_of=as_of)


async def leaders(
    seasons: Sequence[SeasonView],
    ctx: Context,
    *,
    metric: LeaderMetric,
    per_mode: PerMode = PerMode.PER_GAME,
    type: SeasonType = SeasonType.REGULAR_SEASON,  # noqa: A002 - the contract's word
    first: int = 10,
    min_games: int | None = None,
) -> list[list[LeaderView]]:
    """Give for each season its leading players."""
    return await leaders_of_seasons(
        ctx.database,
        [each.start_year for each in seasons],
        metric=metric,
        per_mode=per_mode,
        season_type=type,
        first=first,
        min_games=min_games,
    )


async def seasons_by_key(keys: Sequence[str], ctx: Context) -> list[SeasonView | None]:
    """Give the season of each key of a global id, its label."""
    return await find_seasons(ctx.database, [_start_year(key) for key in keys])


def _start_year(label: str) -> int:
    try:
        return parse_season(label)
    except Invalid:
        return NEVER
