"""The form of every team after every game: all that later games may know about the past, in one value a team.

One pass over the games in order; a game moves two teams and the league's levels, nothing else. What a form
says about the future (features) is in matchup.py; how it is stored is not decided here.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from app.core.errors import Invalid
from app.features import elo
from app.features.games import RATED_SEASON_TYPES, PlayedGame, four_factors
from app.features.ratings import LeagueLevels, Strength, Surprise, levels_after, strength_after, surprises

REMEMBERED_DAYS: Final = 7
"""Dates of games are kept for as long as they can tire a team."""

RECENT_MARGIN_STEP: Final = 0.12
FACTOR_STEP: Final = 0.04
FACTOR_CARRY_OVER_SHARE: Final = 0.72


@dataclass(frozen=True, slots=True)
class NetFactors:
    """The four factors, each as the team's own share less its opponent's; rolling, 0 is an average team."""

    effective_field_goal: float
    turnover: float
    offensive_rebound: float
    free_throw: float

    def scaled(self, share: float) -> "NetFactors":
        """Give every factor times `share`."""
        return NetFactors(
            self.effective_field_goal * share,
            self.turnover * share,
            self.offensive_rebound * share,
            self.free_throw * share,
        )

    def plus(self, other: "NetFactors") -> "NetFactors":
        """Give the sum, factor by factor."""
        return NetFactors(
            self.effective_field_goal + other.effective_field_goal,
            self.turnover + other.turnover,
            self.offensive_rebound + other.offensive_rebound,
            self.free_throw + other.free_throw,
        )


@dataclass(frozen=True, slots=True)
class TeamForm:
    """How a team stood after one game, and where the league stood then."""

    team_id: int
    game_id: str
    date: dt.date
    season_start_year: int
    elo: float
    games_played: int
    wins: int
    recent_margin: float
    """Exponentially weighted margin in points, starting each season at 0."""
    strength: Strength
    factors: NetFactors | None
    """None until a game with a box score was seen."""
    recent_dates: tuple[dt.date, ...]
    """Dates of its games in the last seven days up to `date`, oldest first."""
    levels: LeagueLevels

    def at_season(self, season_start_year: int) -> "TeamForm":
        """Give this form as it counts in a season: unchanged in its own, carried over in a later one."""
        if season_start_year == self.season_start_year:
            return self
        return replace(
            self,
            season_start_year=season_start_year,
            elo=elo.carry_over(self.elo),
            games_played=0,
            wins=0,
            recent_margin=0.0,
            strength=self.strength.carried_over(),
            factors=None if self.factors is None else self.factors.scaled(FACTOR_CARRY_OVER_SHARE),
        )


def advance(
    home: TeamForm | None, away: TeamForm | None, game: PlayedGame, levels: LeagueLevels
) -> tuple[TeamForm, TeamForm]:
    """Give both teams' forms after a game.

    Parameters
    ----------
    home, away : TeamForm or None
        The forms after each team's game before this one, of any season; None for a team never seen.
    game : PlayedGame
        The result, with totals where a box score is known.
    levels : LeagueLevels
        Where the league stood after the game before this one.

    Returns
    -------
    tuple of TeamForm
        The home side's and the away side's form; both carry the league's levels after the game.

    Raises
    ------
    Invalid
        If the game is not later than the forms, or is an exhibition.
    """
    _require_order(home, game)
    _require_order(away, game)
    home_before = _before(home, game.home_team_id, game, levels)
    away_before = _before(away, game.away_team_id, game, levels)
    lead = elo.rating_difference(home_before.elo, away_before.elo, neutral_site=game.neutral_site)
    change = elo.rating_change(lead, game.home_margin)
    home_surprise, away_surprise = surprises(home_before.strength, away_before.strength, levels, game)
    after = levels_after(levels, home_surprise, away_surprise, game)
    margin = game.home_margin
    return (
        _after(home_before, game, _Side(margin, change, home_surprise, away_surprise), after),
        _after(away_before, game, _Side(-margin, -change, away_surprise, home_surprise), after),
    )


def roll_forms(games: Iterable[PlayedGame], known: Iterable[TeamForm] = ()) -> Iterator[TeamForm]:
    """Give two forms a game (home, then away), for games in order of date and game id.

    Parameters
    ----------
    games : iterable of PlayedGame
        In ascending order of ``(date, game_id)`` (in the 1950s teams played twice a day). Exhibitions must be
        left out.
    known : iterable of TeamForm
        To go on where an earlier pass ended: each team's latest form. The result is the same as of one pass.

    Raises
    ------
    Invalid
        If the games are not in order.
    """
    forms = {form.team_id: form for form in known}
    last = max(forms.values(), key=lambda form: (form.date, form.game_id), default=None)
    levels = LeagueLevels() if last is None else last.levels
    position = None if last is None else (last.date, last.game_id)
    for game in games:
        if position is not None and (game.date, game.game_id) <= position:
            raise Invalid(
                f"game {game.game_id} of {game.date} came after {position}: sort by date and game id"
            )
        position = (game.date, game.game_id)
        home, away = advance(forms.get(game.home_team_id), forms.get(game.away_team_id), game, levels)
        forms[home.team_id], forms[away.team_id] = home, away
        levels = home.levels
        yield home
        yield away


@dataclass(frozen=True, slots=True)
class _Side:
    """A game as one side saw it."""

    margin: int
    elo_change: float
    scored: Surprise
    allowed: Surprise


def _require_order(form: TeamForm | None, game: PlayedGame) -> None:
    if game.season_type not in RATED_SEASON_TYPES:
        raise Invalid(
            f"game {game.game_id} is of type {game.season_type}: exhibitions say nothing about form"
        )
    if form is not None and (form.date, form.game_id) >= (game.date, game.game_id):
        raise Invalid(
            f"game {game.game_id} of {game.date}: team {form.team_id} already stands after {form.game_id} of "
            f"{form.date}; games are told in order"
        )


def _before(form: TeamForm | None, team_id: int, game: PlayedGame, levels: LeagueLevels) -> TeamForm:
    if form is not None:
        return form.at_season(game.season_start_year)
    return TeamForm(
        team_id=team_id,
        game_id=game.game_id,
        date=game.date,
        season_start_year=game.season_start_year,
        elo=elo.INITIAL_RATING,
        games_played=0,
        wins=0,
        recent_margin=0.0,
        strength=Strength(),
        factors=None,
        recent_dates=(),
        levels=levels,
    )


def _after(before: TeamForm, game: PlayedGame, side: _Side, levels: LeagueLevels) -> TeamForm:
    is_home = before.team_id == game.home_team_id
    return TeamForm(
        team_id=before.team_id,
        game_id=game.game_id,
        date=game.date,
        season_start_year=game.season_start_year,
        elo=before.elo + side.elo_change,
        games_played=before.games_played + 1,
        wins=before.wins + (side.margin > 0),
        recent_margin=before.recent_margin + RECENT_MARGIN_STEP * (side.margin - before.recent_margin),
        strength=strength_after(
            before.strength,
            side.scored,
            side.allowed,
            games_played=before.games_played,
            on_own_court=is_home and not game.neutral_site,
        ),
        factors=_factors_after(before.factors, game, is_home=is_home),
        recent_dates=(*(day for day in before.recent_dates if _is_recent(day, game.date)), game.date),
        levels=levels,
    )


def _is_recent(day: dt.date, date: dt.date) -> bool:
    return (date - day).days < REMEMBERED_DAYS


def _factors_after(before: NetFactors | None, game: PlayedGame, *, is_home: bool) -> NetFactors | None:
    if game.home_totals is None or game.away_totals is None:
        return before
    home = four_factors(game.home_totals, game.away_totals)
    away = four_factors(game.away_totals, game.home_totals)
    if home is None or away is None:
        return before
    own, other = (home, away) if is_home else (away, home)
    shown = NetFactors(
        own.effective_field_goal - other.effective_field_goal,
        own.turnover - other.turnover,
        own.offensive_rebound - other.offensive_rebound,
        own.free_throw - other.free_throw,
    )
    if before is None:
        return shown.scaled(FACTOR_STEP)
    return before.scaled(1.0 - FACTOR_STEP).plus(shown.scaled(FACTOR_STEP))
