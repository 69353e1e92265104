"""The kinds of league rows that sources may disagree about, as data: their table, their key, what they say.

Everything that loading does is the same for each kind; this module is the only place where they differ.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any, Final, TypeAlias

from app.stats.rows import BoxScore, GameRow, PlayerLineRow, PlayRow, TeamLineRow

LeagueRow: TypeAlias = GameRow | TeamLineRow | PlayerLineRow | PlayRow
"""A statement about the league that a source makes and another may contradict."""

Record: TypeAlias = tuple[Any, ...]
"""One row in the order of its table's columns, as COPY wants it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One table that rows are merged into.

    `derived` are columns that no source states, each with its SQL over the candidate `c` and its game `g`.
    `replaceable` is SQL over the standing row `t` and the candidate `c`: may the one give way to the other?
    """

    table: str
    key: tuple[str, ...]
    values: tuple[str, ...]
    record: Callable[[Any], Record]
    game_column: str = "game_id"
    derived: tuple[tuple[str, str], ...] = ()
    replaceable: str = "true"

    @property
    def staging(self) -> str:
        """The temporary table in which rows wait to be merged."""
        return f"staged_{self.table}"

    @property
    def columns(self) -> tuple[str, ...]:
        """What a source says, key first."""
        return (*self.key, *self.values)


COUNTS: Final = tuple(each.name for each in fields(BoxScore))
"""The columns of a box score, in the order of its fields."""

_box = attrgetter(*COUNTS)
_game = attrgetter(*(each.name for each in fields(GameRow)))
_play = attrgetter(*(each.name for each in fields(PlayRow)))


def _team_line(row: TeamLineRow) -> Record:
    return (row.game_id, row.team_id, row.is_home, *_box(row.box))


def _player_line(row: PlayerLineRow) -> Record:
    return (row.game_id, row.player_id, row.team_id, *_box(row.box))


GAME: Final = Kind(
    table="game",
    key=("id",),
    values=tuple(each.name for each in fields(GameRow) if each.name != "id"),
    record=_game,
    game_column="id",
    replaceable="t.status <> 'FINAL' or c.status = 'FINAL'",  # what was played stays played
)
TEAM_LINE: Final = Kind(
    table="team_line",
    key=("game_id", "team_id"),
    values=("is_home", *COUNTS),
    record=_team_line,
)
PLAYER_LINE: Final = Kind(
    table="player_line",
    key=("game_id", "player_id"),
    values=("team_id", *COUNTS),
    record=_player_line,
    derived=(("game_date", "g.date"),),
)
PLAY: Final = Kind(
    table="play",
    key=("game_id", "number"),
    values=tuple(each.name for each in fields(PlayRow) if each.name not in {"game_id", "number"}),
    record=_play,
)

KINDS: Final[Mapping[type[LeagueRow], Kind]] = {
    GameRow: GAME,
    TeamLineRow: TEAM_LINE,
    PlayerLineRow: PLAYER_LINE,
    PlayRow: PLAY,
}
"""In the order in which they are merged: what is referred to comes first."""
