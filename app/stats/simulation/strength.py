"""How good each simulated team is, day by day: drawn, drifting all season, pulled to the mean in summer.

Strength is what makes a simulated league predictable at all; it is never stored, only its results are.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.stats.league import TEAMS

# Every season starts with this spread of net strength, near that of real ones: no seed makes a dull league.
NET_SPREAD_POINTS: Final = 4.4
_STYLE_SPREAD_POINTS: Final = 2.0  # teams of equal strength attack and defend differently well
_SUMMER_CARRY: Final = 0.7
_DAILY_DRIFT_POINTS: Final = 0.08


def draw_strengths(
    previous: NDArray[np.float64] | None, days: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw every team's offence and defence for each day of a season.

    Parameters
    ----------
    previous : array of shape (30, 2) or None
        Strengths on the last day of the season before, in points a game; None for the first season.
    days : int
        Number of calendar days, at least 1.
    rng : numpy.random.Generator
        The source of all randomness.

    Returns
    -------
    array of shape (days, 30, 2), float64
        Points scored (column 0) and points prevented (column 1) above an average team, in one game; no NaN.
        Teams stand in the order of `TEAMS`.
    """
    net = rng.normal(0.0, NET_SPREAD_POINTS, len(TEAMS))
    style = rng.normal(0.0, _STYLE_SPREAD_POINTS, len(TEAMS))
    fresh = np.stack([net / 2 + style, net / 2 - style], axis=1)
    start = fresh if previous is None else _SUMMER_CARRY * previous + np.sqrt(1.0 - _SUMMER_CARRY**2) * fresh
    start = start - start.mean(axis=0)
    start *= NET_SPREAD_POINTS / start.sum(axis=1).std()
    drift = rng.normal(0.0, _DAILY_DRIFT_POINTS, (days, *start.shape))
    drift[0] = 0.0
    return np.asarray(start + drift.cumsum(axis=0))
