"""Casts a game: puts every action of the box score into a possession and names the others that took part.

Whoever acts stands on the floor at that time wherever the counts allow it; the counts themselves come first.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from app.stats.simulation.actions import Action, Rebound, Side, count_of
from app.stats.simulation.floor import deal, deal_all
from app.stats.simulation.timeline import Possession, Role, Try

_NOBODY: Final = 0

_OWN_ROLES: Final[dict[Role, Callable[[Action], bool]]] = {
    Role.ASSISTED: lambda action: action.made,
    Role.REBOUNDED_OWN: lambda action: action.rebound is Rebound.OFFENSIVE,
}
_OTHERS_ROLES: Final[dict[Role, Callable[[Action], bool]]] = {
    Role.REBOUNDED_OTHERS: lambda action: action.rebound is Rebound.DEFENSIVE,
    Role.STOLE: lambda action: action.is_turnover and action.player_id is not None,
    Role.BLOCKED: lambda action: action.is_missed_two,
}


def cast_actions(
    possessions: Sequence[Possession], side: int, actions: Sequence[Action], rng: np.random.Generator
) -> None:
    """Fill the tries of a side with as many actions; those that keep the ball come first in a possession."""
    own = [possession for possession in possessions if possession.side == side]
    ends = [(possession, possession.tries[-1]) for possession in own]
    starts = [(possession, each) for possession in own for each in possession.tries[:-1]]
    _place(ends, [action for action in actions if not action.is_continued], side, rng)
    _place(starts, [action for action in actions if action.is_continued], side, rng)


def _place(
    places: Sequence[tuple[Possession, Try]], actions: Sequence[Action], side: int, rng: np.random.Generator
) -> None:
    waiting: dict[int, list[Action]] = {}
    for action in actions:
        waiting.setdefault(action.player_id or _NOBODY, []).append(action)
    candidates = [(*possession.lineups[side], _NOBODY) for possession, _ in places]
    stock = {player: len(each) for player, each in waiting.items()}
    for (_, place), player in zip(places, deal_all(candidates, stock, rng), strict=True):
        if player is not None:
            place.action = waiting[player].pop()


def cast_others(
    possessions: Sequence[Possession], sides: tuple[Side, Side], rng: np.random.Generator
) -> None:
    """Name who assisted, rebounded, stole, blocked and fouled, by the counts of both sides' players."""
    for index, side in enumerate(sides):
        own = [possession for possession in possessions if possession.side == index]
        others = [possession for possession in possessions if possession.side != index]
        for role, happens in _OWN_ROLES.items():
            _cast_role(role, _list_places(own, happens), index, side, rng)
        for role, happens in _OTHERS_ROLES.items():
            _cast_role(role, _list_places(others, happens), index, side, rng)
        _cast_fouls(others, index, side, rng)


def _list_places(
    possessions: Sequence[Possession], happens: Callable[[Action], bool]
) -> list[tuple[Possession, Try]]:
    return [(each, one) for each in possessions for one in each.tries if happens(one.action)]


def _cast_role(
    role: Role, places: Sequence[tuple[Possession, Try]], index: int, side: Side, rng: np.random.Generator
) -> None:
    candidates = [
        [
            player
            for player in each.lineups[index]
            if player != one.action.player_id or role is not Role.ASSISTED
        ]
        for each, one in places
    ]
    if role is Role.ASSISTED:  # nobody assists himself: what finds no other scorer stays untold
        players, _ = deal(candidates, _stock(side, role), rng)
    else:
        players = deal_all(candidates, _stock(side, role), rng)
    for (_, one), player in zip(places, players, strict=True):
        if player is not None:
            one.cast[role] = player


def _stock(side: Side, role: Role) -> dict[int, int]:
    return {line.player_id: count_of(line.box, role.value) for line in side.players}


def _cast_fouls(possessions: Sequence[Possession], index: int, side: Side, rng: np.random.Generator) -> None:
    """Every trip to the line follows a foul; its other fouls fall anywhere while the other side attacks."""
    stock = _stock(side, Role.FOULED)
    shooting = _list_places(possessions, lambda action: bool(action.free_throws))
    plain = max(0, sum(stock.values()) - len(shooting))
    drawn = [possessions[place] for place in rng.integers(len(possessions), size=plain)]
    lineups = [each.lineups[index] for each, _ in shooting] + [each.lineups[index] for each in drawn]
    players = deal_all(lineups, stock, rng)
    for (_, one), player in zip(shooting, players[: len(shooting)], strict=True):
        if player is not None:
            one.cast[Role.FOULED] = player
    for each, player in zip(drawn, players[len(shooting) :], strict=True):
        if player is not None:
            each.plain_foulers.append(player)
