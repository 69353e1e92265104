"""Which of the real players stand on which simulated team, what each is good at, and who plays a given game.

The names are real; teams, talents and absences are drawn and say nothing of the persons.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.stats.league import TEAMS, list_players

PLAYERS_A_GAME: Final = 10
_PLAYERS_A_TEAM: Final = 15
_ABSENT_SHARE: Final = 0.08
_SUMMER_MOVES_SHARE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Talents:
    """What every player is good at: float64 arrays of shape (450,), positive weights without unit; no NaN."""

    quality: NDArray[np.float64]
    two_shots: NDArray[np.float64]
    three_shots: NDArray[np.float64]
    trips: NDArray[np.float64]
    offensive_rebounds: NDArray[np.float64]
    defensive_rebounds: NDArray[np.float64]
    assists: NDArray[np.float64]
    steals: NDArray[np.float64]
    blocks: NDArray[np.float64]
    turnovers: NDArray[np.float64]
    fouls: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rosters:
    """The league's players: NBA ids (450,), their talents, and `places` (30, 15), indices into both."""

    player_ids: NDArray[np.int64]
    talents: Talents
    places: NDArray[np.int64]


def draw_rosters(rng: np.random.Generator) -> Rosters:
    """Deal 450 players to the 30 teams of `TEAMS`, active ones first, and draw their talents."""
    size = len(TEAMS) * _PLAYERS_A_TEAM
    # The youngest ids fill up if fewer than 450 players are marked active in the installed list.
    known = sorted(list_players(), key=lambda player: (bool(player.is_active), player.id))[-size:]
    ids = np.asarray([player.id for player in known], dtype=np.int64)
    return Rosters(ids, _draw_talents(size, rng), rng.permutation(size).reshape(len(TEAMS), _PLAYERS_A_TEAM))


def _draw_talents(size: int, rng: np.random.Generator) -> Talents:
    tall = rng.random(size)  # 0: a guard, 1: a centre
    quality = rng.lognormal(0.0, 0.3, size)

    def vary() -> NDArray[np.float64]:
        return rng.lognormal(0.0, 0.25, size)

    return Talents(
        quality=quality,
        two_shots=quality * vary(),
        three_shots=quality * (1.25 - tall) * vary(),
        trips=quality**1.3 * vary(),
        offensive_rebounds=(0.15 + tall**2) * vary(),
        defensive_rebounds=(0.4 + tall) * vary(),
        assists=quality * (1.3 - tall) ** 2 * vary(),
        steals=(1.2 - 0.5 * tall) * vary(),
        blocks=(0.1 + tall**2) * vary(),
        turnovers=quality * vary(),
        fouls=(0.8 + 0.4 * tall) * vary(),
    )


def move_players(rosters: Rosters, rng: np.random.Generator) -> Rosters:
    """Let a fifth of all players change places between two seasons."""
    places = rosters.places.ravel().copy()
    moving = rng.choice(places.size, size=round(_SUMMER_MOVES_SHARE * places.size), replace=False)
    places[moving] = places[rng.permutation(moving)]
    return Rosters(rosters.player_ids, rosters.talents, places.reshape(rosters.places.shape))


def draw_rotations(rosters: Rosters, teams: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw who plays: the ten best of those who are fit.

    Parameters
    ----------
    rosters : Rosters
        Who belongs to which team.
    teams : int64 array of shape (rows,)
        Positions in `TEAMS`, one for each side of each game.
    rng : numpy.random.Generator
        The source of all randomness.

    Returns
    -------
    int64 array of shape (rows, 10)
        Indices into `rosters.player_ids`, best player first, all different within a row.
    """
    places = rosters.places[teams]
    absent = rng.random(places.shape) < _ABSENT_SHARE
    order = np.argsort(-rosters.talents.quality[places] + 1_000.0 * absent, axis=1, kind="stable")
    return np.take_along_axis(places, order[:, :PLAYERS_A_GAME], axis=1)
