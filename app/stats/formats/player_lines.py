"""Rows of players: LeagueGameLog or LeagueGameFinder in player mode, one player in one game each.

Each row also tells of his team and the game, from which `player_sums` makes games where no team rows exist.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.core.errors import Invalid
from app.stats.formats.appearances import Appearance, AppearanceReader, appearance_reader
from app.stats.formats.box import BoxReader, box_reader, check_box
from app.stats.formats.cells import MISSING, require, require_id
from app.stats.formats.rules import RejectedRow, RepeatedRow, Rule, RuleBroken, Seen, SourceRow, reject
from app.stats.minutes import LONGEST_GAME_MINUTES, parse_minutes
from app.stats.rows import PlayerLineRow

_MOST_SECONDS: Final = LONGEST_GAME_MINUTES * 60


@dataclass(frozen=True, slots=True)
class PlayerEntry:
    """One player in one finished game, with the names that the source gives."""

    source: SourceRow
    appearance: Appearance
    player_name: str
    line: PlayerLineRow


@dataclass(frozen=True, slots=True)
class _Readers:
    appearance: AppearanceReader
    box: BoxReader
    player_id: int
    player_name: int
    minutes: int


def read_player_lines(
    rows: Iterable[SourceRow], columns: Sequence[str]
) -> Iterator[PlayerEntry | RejectedRow | RepeatedRow]:
    """Give for each row its player's line, or why it is refused, or that it repeats an earlier one."""
    places = (columns.index(column) for column in ("PLAYER_ID", "PLAYER_NAME", "MIN"))
    readers = _Readers(appearance_reader(columns), box_reader(columns), *places)
    seen = Seen[tuple[str, int], tuple[Appearance, PlayerLineRow]]()
    for source in rows:
        try:
            entry = _read_entry(source, readers)
        except RuleBroken as broken:
            yield reject(source, broken.rule, broken.detail)
        else:
            key = (entry.line.game_id, entry.line.player_id)
            yield seen.judge(source, key, (entry.appearance, entry.line)) or entry


def _read_entry(source: SourceRow, readers: _Readers) -> PlayerEntry:
    source.check_cell_count()
    cells = source.cells
    appearance = readers.appearance(cells)
    if appearance.won is None:
        raise RuleBroken(Rule.UNFINISHED_GAME, "WL is empty: the game was not over")
    box = readers.box(cells, _read_seconds(cells[readers.minutes]))
    check_box(box)
    player_id = require_id(cells[readers.player_id], "PLAYER_ID")
    line = PlayerLineRow(appearance.facts.game_id, player_id, appearance.team.id, box)
    return PlayerEntry(source, appearance, require(cells[readers.player_name], "PLAYER_NAME"), line)


def _read_seconds(cell: str) -> int | None:
    text = cell.strip()
    if text in MISSING:
        return None
    try:
        seconds = parse_minutes(text)
    except Invalid as error:
        raise RuleBroken(Rule.MINUTES_MALFORMED, f"MIN: {error.message}") from error
    if seconds > _MOST_SECONDS:
        raise RuleBroken(
            Rule.MINUTES_MALFORMED, f"MIN is {cell}; no game lasts above {LONGEST_GAME_MINUTES} minutes"
        )
    return seconds
