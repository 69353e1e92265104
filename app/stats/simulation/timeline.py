"""Spreads what both sides did over periods and seconds: possessions in turn, with clocks and ten players.

A game with overtime is tied after regulation and after each overtime but the last, whatever the order drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

import numpy as np

from app.core.errors import Invalid
from app.stats.simulation.actions import Action
from app.stats.simulation.floor import Rotation

REGULATION_PERIODS: Final = 4
PERIOD_SECONDS: Final = 720
OVERTIME_SECONDS: Final = 300
_SWAPS: Final = 500
_AFTER_SHOT_SECONDS: Final = 2.0


class Role(StrEnum):
    """How another player than the acting one takes part in an action; values are fields of `BoxScore`."""

    ASSISTED = "assists"
    REBOUNDED_OWN = "offensive_rebounds"
    REBOUNDED_OTHERS = "defensive_rebounds"
    STOLE = "steals"
    BLOCKED = "blocks"
    FOULED = "personal_fouls"


@dataclass(slots=True)
class Try:
    """A place in time for one action of a side; the action and the others' roles are filled in later."""

    seconds_left: int
    action: Action = field(default_factory=lambda: Action(None))
    cast: dict[Role, int] = field(default_factory=dict)


@dataclass(slots=True)
class Possession:
    """One side's (0 home, 1 away) time with the ball: one try, or more after rebounds in attack."""

    side: int
    period: int
    start_left: int
    lineups: tuple[tuple[int, ...], tuple[int, ...]]
    tries: list[Try]
    plain_foulers: list[int] = field(default_factory=list)


def period_seconds(period: int) -> int:
    """Length of a period in seconds: 720, or 300 from the fifth on."""
    return PERIOD_SECONDS if period <= REGULATION_PERIODS else OVERTIME_SECONDS


def split_stretches(
    home: Sequence[Action], away: Sequence[Action], overtimes: int, rng: np.random.Generator
) -> list[tuple[list[Action], list[Action]]]:
    """Split both sides' actions into regulation and overtimes, by length, tied where an overtime follows.

    Raises Invalid if the actions cannot be split so (never seen with whole box scores).
    """
    lengths = [REGULATION_PERIODS * PERIOD_SECONDS, *[OVERTIME_SECONDS] * overtimes]
    cuts = np.cumsum(lengths) / sum(lengths)
    stretches: list[tuple[list[Action], list[Action]]] = []
    done = [0, 0]
    for cut in cuts:
        ends = [round(cut * len(home)), round(cut * len(away))]
        stretches.append((list(home[done[0] : ends[0]]), list(away[done[1] : ends[1]])))
        done = ends
    margin = _margin((list(home), list(away)))
    for index in range(1, overtimes + 1):
        _settle(stretches[index], stretches[0], margin if index == overtimes else 0, rng)
    return stretches


def _margin(stretch: tuple[list[Action], list[Action]]) -> int:
    return sum(action.points for action in stretch[0]) - sum(action.points for action in stretch[1])


def _settle(
    stretch: tuple[list[Action], list[Action]],
    pool: tuple[list[Action], list[Action]],
    target: int,
    rng: np.random.Generator,
) -> None:
    """Swap actions of a side between an overtime and regulation until the overtime has the margin wanted."""
    for _ in range(_SWAPS):
        missing = target - _margin(stretch)
        if missing == 0:
            return
        side = int(rng.integers(2))
        if not stretch[side]:
            continue
        inside, outside = int(rng.integers(len(stretch[side]))), rng.permutation(len(pool[side]))
        wanted = missing if side == 0 else -missing
        own = stretch[side][inside]
        nearest = min(outside, key=lambda place: abs(wanted - (pool[side][place].points - own.points)))
        stretch[side][inside], pool[side][nearest] = pool[side][nearest], own
    message = f"no overtime with a margin of {target} points can be made of this box score"
    raise Invalid(message)


def draw_period(
    period: int,
    tries: tuple[list[int], list[int]],
    rotations: tuple[Rotation, Rotation],
    rng: np.random.Generator,
) -> list[Possession]:
    """Draw the possessions of one period, in turn, with clocks.

    Parameters
    ----------
    period : int
        1 to 4, 5 and more for overtimes.
    tries : two lists of int
        For the home and the away side, the number of tries (1 or more) of each of its possessions.
    rotations : two Rotations
        The substitution patterns of both sides.
    rng : numpy.random.Generator
        The source of all randomness.
    """
    starter = float(rng.choice([-1e-6, 1e-6]))
    order = sorted(
        ((index + 0.5) / len(own) + starter * side, side, count)
        for side, own in enumerate(tries)
        for index, count in enumerate(own)
    )
    length = period_seconds(period)
    weights = rng.gamma(6.0, size=len(order)) * np.asarray([0.6 + 0.4 * count for _, _, count in order])
    elapsed = np.concatenate([[0.0], np.cumsum(weights) / weights.sum() * length])
    possessions = []
    for (_, side, count), start, end in zip(order, elapsed[:-1], elapsed[1:], strict=True):
        last = max(start, end - _AFTER_SHOT_SECONDS)
        clocks = [round(length - (start + (last - start) * (turn + 1) / count)) for turn in range(count)]
        lineups = (rotations[0].lineup(_moment(period, start)), rotations[1].lineup(_moment(period, start)))
        possessions.append(
            Possession(
                side, period, round(length - start), lineups, [Try(seconds_left) for seconds_left in clocks]
            )
        )
    return possessions


def _moment(period: int, elapsed: float) -> float:
    """Tell where in [0, 1) of its half (or overtime) a second lies; every other one runs back.

    So the side that ends a half begins the next stretch, and nobody is changed without need.
    """
    if period > REGULATION_PERIODS:
        share, backwards = elapsed / OVERTIME_SECONDS, period % 2 == 0
    else:
        half = REGULATION_PERIODS // 2 * PERIOD_SECONDS
        share = ((period - 1) * PERIOD_SECONDS % half + elapsed) / half
        backwards = period > REGULATION_PERIODS // 2
    return float(min(max(1.0 - share if backwards else share, 0.0), 1.0 - 1e-9))
