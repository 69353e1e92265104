"""What is told of a game while it goes on, or is told again: seen by everyone, as the league's data is."""

from dataclasses import dataclass
from typing import ClassVar

from app.core.events import Event
from app.stats.rows import GameStatus, PlayKind


def game_topic(game_id: str) -> str:
    """Name the stream of one game."""
    return f"game:{game_id}"


@dataclass(frozen=True, slots=True)
class PlayRecorded(Event):
    """Something happened on the floor; the fields are those of the play."""

    kind: ClassVar[str] = "PlayRecorded"
    league_wide: ClassVar[bool] = True

    game_id: str
    number: int
    period: int
    seconds_left: float
    play_kind: PlayKind
    description: str
    home_score: int
    away_score: int
    team_id: int | None
    player_id: int | None

    @property
    def topic(self) -> str:
        """The stream of the game."""
        return game_topic(self.game_id)


@dataclass(frozen=True, slots=True)
class GameStatusChanged(Event):
    """The telling of a game begins (LIVE) or is over (FINAL)."""

    kind: ClassVar[str] = "GameStatusChanged"
    league_wide: ClassVar[bool] = True

    game_id: str
    status: GameStatus

    @property
    def topic(self) -> str:
        """The stream of the game."""
        return game_topic(self.game_id)
