"""Writes possessions down as plays: one row an event, with clock, running score and an English sentence.

Only tells what has been decided elsewhere, apart from timeouts, which no box score counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from app.stats.league import find_player_name, find_team
from app.stats.rows import GameRow, PlayKind, PlayRow
from app.stats.simulation.actions import Rebound
from app.stats.simulation.timeline import REGULATION_PERIODS, Possession, Role, Try, period_seconds

_TIMEOUT_SHARE: Final = 0.06  # of possessions: about six a side in a game
_JUMP_BALL_PERIODS: Final = (1, *range(REGULATION_PERIODS + 1, 100))


@dataclass(slots=True)
class Telling:
    """The plays told so far, with the score and the players on the floor as they stand now."""

    game: GameRow
    plays: list[PlayRow] = field(default_factory=list)
    score: list[int] = field(default_factory=lambda: [0, 0])
    period: int = 0
    seconds_left: int = 0
    floor: list[tuple[int, ...]] = field(default_factory=lambda: [(), ()])

    def tell_period(self, period: int, possessions: Sequence[Possession], rng: np.random.Generator) -> None:
        """Tell one period from start to end."""
        self.period, self.seconds_left = period, period_seconds(period)
        name = (
            f"period {period}" if period <= REGULATION_PERIODS else f"overtime {period - REGULATION_PERIODS}"
        )
        self._tell(PlayKind.PERIOD_START, f"Start of {name} (simulated)")
        for index, possession in enumerate(possessions):
            self._change_players(possession)
            if index == 0 and period in _JUMP_BALL_PERIODS:
                self._tell_jump_ball(possession)
            elif rng.random() < _TIMEOUT_SHARE:
                self._tell(PlayKind.TIMEOUT, f"{self._team_name(possession.side)} timeout", possession.side)
            self._tell_possession(possession)
        self.seconds_left = 0
        self._tell(PlayKind.PERIOD_END, f"End of {name} (simulated)")

    def _tell_jump_ball(self, possession: Possession) -> None:
        jumpers = [_name(lineup[0]) for lineup in possession.lineups]
        text = f"Jump ball {jumpers[0]} against {jumpers[1]}, {self._team_name(possession.side)} get it"
        self._tell(PlayKind.JUMP_BALL, text, possession.side, possession.lineups[possession.side][0])

    def _change_players(self, possession: Possession) -> None:
        """Tell who comes for whom; those who start a game just stand there."""
        for side, lineup in enumerate(possession.lineups):
            out = [player for player in self.floor[side] if player not in lineup]
            come = [player for player in lineup if player not in self.floor[side]]
            for leaving, coming in zip(out, come, strict=False):
                text = f"{_name(coming)} comes for {_name(leaving)}"
                self._tell(PlayKind.SUBSTITUTION, text, side, coming)
            self.floor[side] = lineup

    def _tell_possession(self, possession: Possession) -> None:
        side, defence = possession.side, 1 - possession.side
        first = possession.tries[0].seconds_left
        for turn, fouler in enumerate(possession.plain_foulers, start=1):
            share = turn / (len(possession.plain_foulers) + 1)
            clock = round(possession.start_left + share * (first - possession.start_left))
            self.seconds_left = min(self.seconds_left, clock)
            self._tell(PlayKind.FOUL, f"{_name(fouler)} foul", defence, fouler)
        for one in possession.tries:
            self.seconds_left = min(self.seconds_left, one.seconds_left)
            self._tell_try(one, side)

    def _tell_try(self, one: Try, side: int) -> None:
        action = one.action
        if action.is_turnover:
            self._tell_turnover(one, side)
        if action.shot:
            self._tell_shot(one, side)
        if action.free_throws:
            self._tell_free_throws(one, side)
        if action.rebound is not None:
            self._tell_rebound(one, side, action.rebound)

    def _tell_turnover(self, one: Try, side: int) -> None:
        who = self._team_name(side) if one.action.player_id is None else _name(one.action.player_id)
        self._tell(PlayKind.TURNOVER, f"{who} turnover", side, one.action.player_id)
        if (thief := one.cast.get(Role.STOLE)) is not None:
            self._tell(PlayKind.STEAL, f"{_name(thief)} steal", 1 - side, thief)

    def _tell_shot(self, one: Try, side: int) -> None:
        action = one.action
        who, worth = _name(action.player_id), "three-pointer" if action.is_three else "two-pointer"
        if not action.made:
            self._tell(PlayKind.MISSED_SHOT, f"{who} misses {worth}", side, action.player_id)
            if (blocker := one.cast.get(Role.BLOCKED)) is not None:
                self._tell(PlayKind.BLOCK, f"{_name(blocker)} block", 1 - side, blocker)
            return
        assistant = one.cast.get(Role.ASSISTED)
        assist = "" if assistant is None else f", assist {_name(assistant)}"
        self.score[side] += action.shot
        self._tell(PlayKind.MADE_SHOT, f"{who} makes {worth}{assist}", side, action.player_id)

    def _tell_free_throws(self, one: Try, side: int) -> None:
        who, count = _name(one.action.player_id), len(one.action.free_throws)
        if (fouler := one.cast.get(Role.FOULED)) is not None:
            self._tell(PlayKind.FOUL, f"{_name(fouler)} shooting foul", 1 - side, fouler)
        for turn, made in enumerate(one.action.free_throws, start=1):
            self.score[side] += made
            verb = "makes" if made else "misses"
            self._tell(
                PlayKind.FREE_THROW, f"{who} {verb} free throw {turn} of {count}", side, one.action.player_id
            )

    def _tell_rebound(self, one: Try, side: int, rebound: Rebound) -> None:
        role = Role.REBOUNDED_OWN if rebound is Rebound.OFFENSIVE else Role.REBOUNDED_OTHERS
        taker = one.cast.get(role)
        getter = side if rebound is Rebound.OFFENSIVE else 1 - side
        self.seconds_left = max(0, self.seconds_left - 1)
        who = self._team_name(getter) if taker is None else _name(taker)
        self._tell(PlayKind.REBOUND, f"{who} {rebound.value.lower()} rebound", getter, taker)

    def _team_name(self, side: int) -> str:
        team_id = (self.game.home_team_id, self.game.away_team_id)[side]
        team = find_team(team_id)
        return f"Team {team_id}" if team is None else team.name

    def _tell(self, kind: PlayKind, text: str, side: int | None = None, player_id: int | None = None) -> None:
        teams = (self.game.home_team_id, self.game.away_team_id)
        play = PlayRow(
            game_id=self.game.id,
            number=len(self.plays) + 1,
            period=self.period,
            seconds_left=float(self.seconds_left),
            kind=kind,
            description=text,
            home_score=self.score[0],
            away_score=self.score[1],
            team_id=None if side is None else teams[side],
            player_id=player_id,
        )
        self.plays.append(play)


def _name(player_id: int | None) -> str:
    name = None if player_id is None else find_player_name(player_id)
    return f"Player {player_id}" if name is None else name
