"""Rows of teams: LeagueGameLog, LeagueGameFinder and TeamGameLogs, one side of one game each.

A row alone is not a game: `assembling` puts two of them together.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.core.errors import Invalid
from app.stats.formats.appearances import Appearance, AppearanceReader, appearance_reader
from app.stats.formats.box import BoxReader, box_reader, check_box, without_unrecorded_attempts
from app.stats.formats.cells import MISSING
from app.stats.formats.rules import RejectedRow, RepeatedRow, Rule, RuleBroken, Seen, SourceRow, reject
from app.stats.minutes import POSITIONS, parse_minutes, team_seconds
from app.stats.rows import BoxScore


@dataclass(frozen=True, slots=True)
class TeamSide:
    """One side of one finished game."""

    source: SourceRow
    appearance: Appearance
    box: BoxScore


@dataclass(frozen=True, slots=True)
class _Readers:
    appearance: AppearanceReader
    box: BoxReader
    minutes_column: int
    scale: int


def read_team_lines(
    rows: Iterable[SourceRow], columns: Sequence[str], positions_in_minutes: int
) -> Iterator[TeamSide | RejectedRow | RepeatedRow]:
    """Give for each row its side, or why it is refused, or that it repeats an earlier one."""
    readers = _Readers(
        appearance_reader(columns),
        box_reader(columns),
        columns.index("MIN"),
        POSITIONS // positions_in_minutes,
    )
    seen = Seen[tuple[str, int], tuple[Appearance, BoxScore]]()
    for source in rows:
        try:
            side = _read_side(source, readers)
        except RuleBroken as broken:
            yield reject(source, broken.rule, broken.detail)
        else:
            key = (side.appearance.facts.game_id, side.appearance.team.id)
            yield seen.judge(source, key, (side.appearance, side.box)) or side


def _read_side(source: SourceRow, readers: _Readers) -> TeamSide:
    source.check_cell_count()
    appearance = readers.appearance(source.cells)
    box = readers.box(source.cells, _read_seconds(source.cells[readers.minutes_column], readers.scale))
    if appearance.won is None:
        if box.points:
            raise RuleBroken(
                Rule.UNFINISHED_GAME, f"WL is empty at {box.points} points: the game was not over"
            )
        raise RuleBroken(Rule.UNPLAYED_GAME, "WL is empty and PTS is 0: the game was never played")
    box = without_unrecorded_attempts(box, appearance.facts.season_start_year)
    check_box(box)
    return TeamSide(source, appearance, box)


def _read_seconds(cell: str, scale: int) -> int | None:
    text = cell.strip()
    if text in MISSING:
        return None
    try:
        return team_seconds(scale * parse_minutes(text) / 60)
    except Invalid as error:
        raise RuleBroken(Rule.MINUTES_MALFORMED, f"MIN: {error.message}") from error
