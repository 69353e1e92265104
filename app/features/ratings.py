"""Offence and defence of a team per 100 possessions, adjusted for opponent, court and shooting luck.

After each game both sides move a little towards what they showed beyond expectation, as in Elo but in points.
Pure: what stood before and the game come in, what stands after goes out. All steps and shares below were
chosen by scoring the seasons 2012-13 to 2022-23, each from earlier ones only.

Which three-pointers fall is mostly luck in a single game, the more so for the side that defends (K. Pomeroy
found it in college games, kenpom.com, 2012): about half of that luck is taken from the defence, a fifth from
the offence.
"""

import math
from dataclasses import dataclass
from typing import Final

from app.features.games import PlayedGame, SideTotals, possessions

FIRST_STEP: Final = 0.05
LATER_STEP: Final = 0.027
STEP_DECAY_GAMES: Final = 15.0
CARRY_OVER_SHARE: Final = 0.72
"""What is left of a rating at the start of the next season."""
OFFENCE_LUCK_SHARE: Final = 0.2
DEFENCE_LUCK_SHARE: Final = 0.55
TEAM_COURT_STEP: Final = 0.01

_COURT_STEP: Final = 0.001
_EFFICIENCY_STEP: Final = 0.005
_PACE_STEP: Final = 0.002
_THREE_POINT_STEP: Final = 0.002


@dataclass(frozen=True, slots=True)
class LeagueLevels:
    """Where the league stands, followed slowly from game to game."""

    home_advantage: float = 3.0
    """Points per 100 possessions by which a home side of equal strength wins."""
    efficiency: float = 104.0
    """Points per 100 possessions."""
    pace: float = 98.0
    """Possessions of a side per game; stands in where a game has no box score."""
    three_point_share: float = 0.35
    """Three-pointers made per attempt."""


@dataclass(frozen=True, slots=True)
class Strength:
    """A team against an average one, in points per 100 possessions; higher is better in all three."""

    offence: float = 0.0
    defence: float = 0.0
    home_court: float = 0.0
    """What its own court adds to the league's home advantage."""

    @property
    def net(self) -> float:
        """Points per 100 possessions by which the team beats an average one at a neutral site."""
        return self.offence + self.defence

    def carried_over(self) -> "Strength":
        """Give the strength to start the next season with: offence and defence shrink towards the average."""
        return Strength(self.offence * CARRY_OVER_SHARE, self.defence * CARRY_OVER_SHARE, self.home_court)


@dataclass(frozen=True, slots=True)
class Surprise:
    """Points per 100 possessions scored beyond expectation: as it was, and without part of luck."""

    raw: float
    for_offence: float
    for_defence: float


def expected_margin(home: Strength, away: Strength, levels: LeagueLevels, *, neutral_site: bool) -> float:
    """Give the home side's expected lead in points per 100 possessions, the team's own court left aside."""
    return home.net - away.net + (0.0 if neutral_site else levels.home_advantage)


def step_size(games_played: int) -> float:
    """Tell how far a rating follows one game: further at the start of a season.

    Examples
    --------
    >>> round(step_size(0), 4), round(step_size(82), 4)
    (0.05, 0.0271)
    """
    return LATER_STEP + (FIRST_STEP - LATER_STEP) * math.exp(-games_played / STEP_DECAY_GAMES)


def surprises(
    home: Strength, away: Strength, levels: LeagueLevels, game: PlayedGame
) -> tuple[Surprise, Surprise]:
    """Measure how both sides' scoring differed from what strength, court and league let expect."""
    pace = possessions(game.home_totals, game.away_totals) or levels.pace
    court = 0.0 if game.neutral_site else levels.home_advantage / 2
    home_expected = levels.efficiency + home.offence - away.defence + court
    away_expected = levels.efficiency + away.offence - home.defence - court
    return (
        _surprise(game.home_score, game.home_totals, home_expected, pace, levels),
        _surprise(game.away_score, game.away_totals, away_expected, pace, levels),
    )


def strength_after(
    before: Strength, scored: Surprise, allowed: Surprise, *, games_played: int, on_own_court: bool
) -> Strength:
    """Move a team's strength after a game in which it `scored` and `allowed` more or less than expected."""
    step = step_size(games_played)
    court = before.home_court
    if on_own_court:
        court += TEAM_COURT_STEP * (scored.raw - allowed.raw - court)
    return Strength(
        offence=before.offence + step * scored.for_offence,
        defence=before.defence - step * allowed.for_defence,
        home_court=court,
    )


def levels_after(before: LeagueLevels, home: Surprise, away: Surprise, game: PlayedGame) -> LeagueLevels:
    """Move the league's levels after a game."""
    pace = possessions(game.home_totals, game.away_totals)
    court = before.home_advantage
    if not game.neutral_site:
        court += _COURT_STEP * (home.raw - away.raw)
    return LeagueLevels(
        home_advantage=court,
        efficiency=before.efficiency + _EFFICIENCY_STEP * (home.raw + away.raw) / 2,
        pace=before.pace if pace is None else before.pace + _PACE_STEP * (pace - before.pace),
        three_point_share=_three_point_share_after(before.three_point_share, game),
    )


def _surprise(
    score: int, totals: SideTotals | None, expected: float, pace: float, levels: LeagueLevels
) -> Surprise:
    raw = 100.0 * score / pace - expected
    luck = 0.0
    if totals is not None:
        expected_made = levels.three_point_share * totals.three_pointers_attempted
        luck = 300.0 * (totals.three_pointers_made - expected_made) / pace
    return Surprise(raw, raw - OFFENCE_LUCK_SHARE * luck, raw - DEFENCE_LUCK_SHARE * luck)


def _three_point_share_after(before: float, game: PlayedGame) -> float:
    if game.home_totals is None or game.away_totals is None:
        return before
    attempted = game.home_totals.three_pointers_attempted + game.away_totals.three_pointers_attempted
    if attempted == 0:
        return before
    made = game.home_totals.three_pointers_made + game.away_totals.three_pointers_made
    return before + _THREE_POINT_STEP * (made / attempted - before)
