"""Both sides' box score of many simulated games at once, built possession by possession counts.

A possession ends in a shot, a turnover or a trip to the line; a rebound in attack prolongs it. The rates are
those of the season 2023-24. Works on whole arrays: a season is a handful of draws. Knows no teams or players.
"""

from dataclasses import dataclass, fields
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]

_TURNOVER_SHARE: Final = 0.129
_TRIP_SHARE: Final = 0.112  # of possessions without a turnover, in trips of two free throws
_AND_ONE_SHARE: Final = 0.05
_THREE_SHARE: Final = 0.395
_TWO_MADE_SHARE: Final = 0.543
_THREE_MADE_SHARE: Final = 0.363
_FREE_THROW_MADE_SHARE: Final = 0.784
_OFFENSIVE_REBOUND_CHANCES: Final = 0.47  # missed shots a possession
_OFFENSIVE_REBOUND_SHARE: Final = 0.225
_DEFENSIVE_REBOUND_SHARE: Final = 0.86  # what neither side's players take is a team rebound
_ASSIST_SHARE: Final = 0.632
_STEAL_SHARE: Final = 0.58
_BLOCK_SHARE: Final = 0.21
_OTHER_FOULS_A_POSSESSION: Final = 0.068
# Points that a rise of both shooting shares by 1 brings in a game: 2 x 54 twos and 3 x 35 threes.
_POINTS_A_SHARE: Final = 213.0
_OVERTIME_OF_REGULATION: Final = 5 / 48


@dataclass(frozen=True, slots=True)
class Counts:
    """What each side did in each game: int64 arrays of shape (games, 2), column 0 at home; no NaN."""

    twos_made: Ints
    twos_attempted: Ints
    threes_made: Ints
    threes_attempted: Ints
    and_ones: Ints
    trips: Ints
    free_throws_made: Ints
    offensive_rebounds: Ints
    defensive_rebounds: Ints
    assists: Ints
    steals: Ints
    blocks: Ints
    turnovers: Ints
    fouls: Ints

    @property
    def points(self) -> Ints:
        """Points of each side in each game."""
        return 2 * self.twos_made + 3 * self.threes_made + self.free_throws_made

    def add_at(self, games: Ints, more: "Counts") -> None:
        """Add, in place, the counts of an overtime to the games (indices) in which it was played."""
        for field in fields(self):
            getattr(self, field.name)[games] += getattr(more, field.name)


def draw_counts(possessions: Ints, edge_points: Floats, rng: np.random.Generator) -> Counts:
    """Draw what both sides do with their possessions.

    Parameters
    ----------
    possessions : int64 array of shape (games,)
        Possessions of each side, 0 or more; about 99 in 48 minutes.
    edge_points : float64 array of shape (games, 2)
        Points that a side is expected to score above an average game of 48 minutes, about -20 to 20; no NaN.
    rng : numpy.random.Generator
        The source of all randomness.
    """
    own = np.repeat(possessions[:, None], 2, axis=1)
    turnovers = rng.binomial(own, _TURNOVER_SHARE)
    trips = rng.binomial(own - turnovers, _TRIP_SHARE)
    chances = np.rint(own * _OFFENSIVE_REBOUND_CHANCES).astype(np.int64)
    prolonged = rng.binomial(chances, _OFFENSIVE_REBOUND_SHARE)
    shots = own - turnovers - trips + prolonged
    threes_attempted = rng.binomial(shots, _THREE_SHARE)
    twos_attempted = shots - threes_attempted
    better = edge_points / _POINTS_A_SHARE
    twos_made = _draw_made(twos_attempted, _TWO_MADE_SHARE + better, rng)
    threes_made = _draw_made(threes_attempted, _THREE_MADE_SHARE + better, rng)
    made = twos_made + threes_made
    and_ones = rng.binomial(made, _AND_ONE_SHARE)
    free_throws = 2 * trips + and_ones
    free_throws_made = _draw_made(free_throws, np.full(own.shape, _FREE_THROW_MADE_SHARE), rng)
    offensive_rebounds = np.minimum(prolonged, shots - made)
    # A missed free throw is rebounded only if it was the last of its trip: about every second one.
    loose_balls = shots - made + (free_throws - free_throws_made) // 2 - offensive_rebounds
    others = slice(None, None, -1)
    return Counts(
        twos_made=twos_made,
        twos_attempted=twos_attempted,
        threes_made=threes_made,
        threes_attempted=threes_attempted,
        and_ones=and_ones,
        trips=trips,
        free_throws_made=free_throws_made,
        offensive_rebounds=offensive_rebounds,
        defensive_rebounds=rng.binomial(loose_balls, _DEFENSIVE_REBOUND_SHARE)[:, others],
        assists=rng.binomial(made, _ASSIST_SHARE),
        steals=rng.binomial(turnovers, _STEAL_SHARE)[:, others],
        blocks=rng.binomial(twos_attempted - twos_made, _BLOCK_SHARE)[:, others],
        turnovers=turnovers,
        fouls=(trips + and_ones)[:, others] + rng.binomial(own, _OTHER_FOULS_A_POSSESSION),
    )


def _draw_made(attempts: Ints, share: Floats, rng: np.random.Generator) -> Ints:
    """How many attempts go in, drawn without replacement from a pool half as large again.

    Independent shots would spread margins by 16 points where real games of given strengths spread by 12:
    leaders ease off and trailing sides press. Such a pool leaves a third of the variance and keeps the mean.
    """
    pool = attempts + attempts // 2
    good = np.floor(pool * np.clip(share, 0.05, 0.95) + rng.random(attempts.shape)).astype(np.int64)
    return np.asarray(rng.hypergeometric(good, pool - good, attempts))


def draw_games(possessions: Ints, edge_points: Floats, rng: np.random.Generator) -> tuple[Counts, Ints]:
    """Draw whole games: regulation, then overtimes until none is tied.

    Takes what `draw_counts` takes. Returns the counts and the number of overtimes, int64 of shape (games,).
    """
    counts = draw_counts(possessions, edge_points, rng)
    overtimes = np.zeros(len(possessions), dtype=np.int64)
    while (tied := np.flatnonzero(np.diff(counts.points, axis=1)[:, 0] == 0)).size:
        overtimes[tied] += 1
        extra = np.rint(possessions[tied] * _OVERTIME_OF_REGULATION).astype(np.int64)
        counts.add_at(tied, draw_counts(extra, edge_points[tied], rng))
    return counts, overtimes
