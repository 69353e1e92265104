"""What a finished game hands to the features: who played, where, when, the score, and each side's totals.

Values and the ratios that the field draws from them; no storage, and nothing about the games before.

Source: D. Oliver, "Basketball on Paper", 2004 (possessions, the four factors); 0.44 is the usual share of
free throws that end a possession. Possessions of a game are the mean of both sides' estimates.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from app.core.errors import Invalid
from app.stats.rows import SeasonType

RATED_SEASON_TYPES: Final = frozenset(
    {SeasonType.REGULAR_SEASON, SeasonType.PLAY_IN, SeasonType.PLAYOFFS, SeasonType.CUP_FINAL}
)
"""The games that count for form; preseason and all-star games are exhibitions."""

_FREE_THROW_POSSESSIONS: Final = 0.44


@dataclass(frozen=True, slots=True)
class SideTotals:
    """One side's counts in one game, of which all must be known."""

    field_goals_made: int
    field_goals_attempted: int
    three_pointers_made: int
    three_pointers_attempted: int
    free_throws_made: int
    free_throws_attempted: int
    offensive_rebounds: int
    defensive_rebounds: int
    turnovers: int


@dataclass(frozen=True, slots=True)
class PlayedGame:
    """A finished game; raises Invalid for an impossible result. Totals are None without a box score."""

    game_id: str
    date: dt.date
    season_start_year: int
    season_type: SeasonType
    home_team_id: int
    away_team_id: int
    neutral_site: bool
    home_score: int
    away_score: int
    home_totals: SideTotals | None = None
    away_totals: SideTotals | None = None

    def __post_init__(self) -> None:
        if self.home_score == self.away_score:
            raise Invalid(f"game {self.game_id}: {self.home_score}-{self.away_score} is not a final score")
        if self.home_team_id == self.away_team_id:
            raise Invalid(f"game {self.game_id}: team {self.home_team_id} cannot play itself")

    @property
    def home_margin(self) -> int:
        """Points of the home side minus points of the away side; never 0."""
        return self.home_score - self.away_score


@dataclass(frozen=True, slots=True)
class FourFactors:
    """Shares in [0, 1] (field goals up to 1.5, free throws unbounded) that explain most of a result."""

    effective_field_goal: float
    turnover: float
    offensive_rebound: float
    free_throw: float


def possessions(home: SideTotals | None, away: SideTotals | None) -> float | None:
    """Estimate the possessions of a side in a game; None where the totals are unknown or empty.

    Examples
    --------
    >>> side = SideTotals(40, 90, 10, 30, 15, 20, 10, 35, 14)
    >>> round(possessions(side, side), 1)
    102.8
    """
    if home is None or away is None:
        return None
    estimate = (_possessions_of(home) + _possessions_of(away)) / 2
    return estimate if estimate > 0 else None


def four_factors(side: SideTotals, opponent: SideTotals) -> FourFactors | None:
    """Compute a side's four factors; None where a denominator is 0.

    Examples
    --------
    >>> side = SideTotals(40, 80, 10, 30, 16, 20, 10, 30, 11)
    >>> four_factors(side, side)
    FourFactors(effective_field_goal=0.5625, turnover=0.11..., offensive_rebound=0.25, free_throw=0.2)
    """
    ended = side.field_goals_attempted + _FREE_THROW_POSSESSIONS * side.free_throws_attempted + side.turnovers
    rebounds = side.offensive_rebounds + opponent.defensive_rebounds
    if side.field_goals_attempted == 0 or rebounds == 0:
        return None
    return FourFactors(
        effective_field_goal=(side.field_goals_made + 0.5 * side.three_pointers_made)
        / side.field_goals_attempted,
        turnover=side.turnovers / ended,
        offensive_rebound=side.offensive_rebounds / rebounds,
        free_throw=side.free_throws_made / side.field_goals_attempted,
    )


def _possessions_of(side: SideTotals) -> float:
    return (
        side.field_goals_attempted
        + _FREE_THROW_POSSESSIONS * side.free_throws_attempted
        - side.offensive_rebounds
        + side.turnovers
    )
