"""Who stands on the floor when, and which of those on the floor did what.

Substitution patterns follow from the minutes of the box score; deeds are matched to players by augmenting
paths, so that the counts of the box score are met by players who were on the floor. Knows no scores.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import numpy as np

POSITIONS: Final = 5
_ROUNDS: Final = 20


@dataclass(frozen=True, slots=True)
class Rotation:
    """A side's substitution pattern: players in turn, with running sums of their shares of five positions."""

    players: tuple[int, ...]
    reached: tuple[float, ...]

    @classmethod
    def from_seconds(cls, seconds: Mapping[int, int], rng: np.random.Generator) -> "Rotation":
        """Build the pattern in which players fill five positions in turn (McNaughton's wrap-around rule).

        A player whose turn runs over the end of one position goes on at the start of the next; as nobody's
        share exceeds a whole position, nobody stands on the floor twice. Needs five players with time.
        """
        players = tuple(int(player) for player in rng.permutation(sorted(seconds)))
        shares = np.asarray([seconds[player] for player in players], dtype=np.float64)
        for _ in range(_ROUNDS):  # what is cut from one who was never off goes to the others
            shares = np.minimum(1.0, shares * POSITIONS / shares.sum())
        return cls(players, tuple(accumulate(shares.tolist())))

    def lineup(self, moment: float) -> tuple[int, ...]:
        """Give those on the floor at a moment in [0, 1) of a half (or overtime), by position."""
        found = np.searchsorted(self.reached, np.arange(POSITIONS) + moment, side="right")
        lineup: list[int] = []
        for place in found.tolist():
            turn = place % len(self.players)
            while self.players[turn] in lineup:  # rounding may find one player on both sides of a border
                turn = (turn + 1) % len(self.players)
            lineup.append(self.players[turn])
        return tuple(lineup)


def deal(
    candidates: Sequence[Sequence[int]], stock: Mapping[int, int], rng: np.random.Generator
) -> tuple[list[int | None], Counter[int]]:
    """Give each deed to one of its candidates so that as many of the stock as possible are used.

    Parameters
    ----------
    candidates : sequence of sequences of player ids
        Who may have done each deed.
    stock : mapping of player id to int
        How many deeds each player has to get, 0 or more.
    rng : numpy.random.Generator
        Decides between equals.

    Returns
    -------
    The player of each deed, or None, and what is left of the stock. The number matched is the largest
    possible (Kuhn's augmenting paths on a bipartite graph with capacities).
    """
    given: list[int | None] = [None] * len(candidates)
    left = Counter({player: count for player, count in stock.items() if count > 0})
    held: dict[int, list[int]] = {player: [] for player in left}

    def place(deed: int, seen: set[int]) -> bool:
        options = [player for player in candidates[deed] if player in held and player not in seen]
        options.sort(key=lambda player: -left[player])
        for player in options:
            if player in seen:
                continue
            seen.add(player)
            if left[player] > 0:
                left[player] -= 1
            else:
                moved = next((other for other in held[player] if place(other, seen)), None)
                if moved is None:
                    continue
                held[player].remove(moved)
            held[player].append(deed)
            given[deed] = player
            return True
        return False

    for deed in rng.permutation(len(candidates)):
        place(int(deed), set())
    return given, +left


def deal_all(
    candidates: Sequence[Sequence[int]], stock: Mapping[int, int], rng: np.random.Generator
) -> list[int | None]:
    """Deal like `deal`, then hand what is left to the open deeds: the box score outranks the clock."""
    given, left = deal(candidates, stock, rng)
    rest = iter(left.elements())
    return [next(rest, None) if player is None else player for player in given]
