"""Turns box-score lines back into the single things a side did: shots, trips to the line, turnovers.

The order is not told by a box score; it is drawn elsewhere. Refuses lines that lack a count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

import numpy as np

from app.core.errors import Invalid
from app.stats.rows import BoxScore, PlayerLineRow, TeamLineRow

_TWO: Final = 2
_THREE: Final = 3


class Rebound(StrEnum):
    """Who got the ball after a miss; TEAM is the other side's ball without a player's rebound."""

    OFFENSIVE = "OFFENSIVE"
    DEFENSIVE = "DEFENSIVE"
    TEAM = "TEAM"


@dataclass(frozen=True, slots=True)
class Action:
    """One try of a side: a shot worth `shot` points (0: none), free throws in turn, or a turnover."""

    player_id: int | None
    shot: int = 0
    made: bool = False
    free_throws: tuple[bool, ...] = ()
    rebound: Rebound | None = None

    @property
    def points(self) -> int:
        """Points that it brought."""
        return self.shot * self.made + sum(self.free_throws)

    @property
    def is_turnover(self) -> bool:
        """Whether the ball was lost without a shot or free throw."""
        return not self.shot and not self.free_throws

    @property
    def is_three(self) -> bool:
        """Whether it was a shot from behind the arc."""
        return self.shot == _THREE

    @property
    def is_missed_two(self) -> bool:
        """Whether it was a missed shot from inside the arc, the kind that is blocked."""
        return bool(self.shot) and not self.is_three and not self.made

    @property
    def leaves_ball_loose(self) -> bool:
        """Whether it ends in a miss that can be rebounded; a technical free throw cannot."""
        if self.shot and not self.made:
            return True
        return (
            bool(self.free_throws) and not self.free_throws[-1] and (self.made or len(self.free_throws) > 1)
        )

    @property
    def is_continued(self) -> bool:
        """Whether the same side keeps the ball."""
        return self.rebound is Rebound.OFFENSIVE


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a game as its box score tells it."""

    team_id: int
    box: BoxScore
    players: tuple[PlayerLineRow, ...]


def count_of(box: BoxScore, field: str) -> int:
    """Give a count of a line; Invalid if the line lacks it, as many lines of early seasons do."""
    value: int | None = getattr(box, field)
    if value is None:
        message = f"plays can't be simulated from a box score without {field}: load a complete box score"
        raise Invalid(message)
    return value


def total_of(side: Side, field: str) -> int:
    """Sum a count over the players of a side."""
    return sum(count_of(line.box, field) for line in side.players)


def gather_side(team: TeamLineRow, lines: Sequence[PlayerLineRow]) -> Side:
    """Gather a team's own player lines; Invalid if their points differ from the team's."""
    side = Side(team.team_id, team.box, tuple(line for line in lines if line.team_id == team.team_id))
    if total_of(side, "points") != team.box.points:
        message = (
            f"plays of game {team.game_id} can't be simulated: the players of team {team.team_id} "
            f"scored {total_of(side, 'points')} points, the team {team.box.points}"
        )
        raise Invalid(message)
    return side


def list_actions(side: Side, opponent: Side, rng: np.random.Generator) -> list[Action]:
    """List everything a side tried in a game, in random order, each miss with who rebounded it."""
    actions = [action for line in side.players for action in _list_player_actions(line, rng)]
    team_turnovers = count_of(side.box, "turnovers") - total_of(side, "turnovers")
    actions += [Action(None)] * max(0, team_turnovers)
    offensive, defensive = total_of(side, "offensive_rebounds"), total_of(opponent, "defensive_rebounds")
    loose = [index for index, action in enumerate(actions) if action.leaves_ball_loose]
    for turn, place in enumerate(rng.permutation(np.asarray(loose, dtype=np.int64))):
        kind = Rebound.OFFENSIVE if turn < offensive else Rebound.DEFENSIVE
        kind = kind if turn < offensive + defensive else Rebound.TEAM
        action = actions[place]
        actions[place] = Action(action.player_id, action.shot, action.made, action.free_throws, kind)
    return [actions[place] for place in rng.permutation(len(actions))]


def _list_player_actions(line: PlayerLineRow, rng: np.random.Generator) -> list[Action]:
    who, box = line.player_id, line.box
    threes_made = count_of(box, "three_pointers_made")
    threes_missed = count_of(box, "three_pointers_attempted") - threes_made
    made = count_of(box, "field_goals_made")
    missed = count_of(box, "field_goals_attempted") - made
    scored = [Action(who, _TWO, made=True)] * (made - threes_made) + [
        Action(who, _THREE, made=True)
    ] * threes_made
    tries = [Action(who, _TWO)] * (missed - threes_missed) + [Action(who, _THREE)] * threes_missed
    throws_made, throws = count_of(box, "free_throws_made"), count_of(box, "free_throws_attempted")
    outcomes = [bool(each < throws_made) for each in rng.permutation(throws)]
    if throws % 2:
        # An odd throw goes with a made basket; who made none took it for a technical foul.
        bonus = (outcomes.pop(),)
        basket = scored.pop(0) if scored else Action(who)
        tries.append(Action(who, basket.shot, basket.made, bonus))
    trips = [Action(who, free_throws=pair) for pair in list(pairwise(outcomes))[::2]]
    return scored + tries + trips + [Action(who)] * count_of(box, "turnovers")
