"""Box scores from cells: the counts of one side or one player, checked against each other.

A contradiction within a box score refuses the row; a count that the source lacks stays None.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Final

from app.stats.formats.catalogue import BOX_COLUMNS
from app.stats.formats.cells import parse_counts, parse_number
from app.stats.formats.rules import Rule, RuleBroken
from app.stats.rows import BoxScore

FIRST_DEPENDABLE_SEASON: Final = 1985
"""Before 1985-86 attempts that nobody recorded are sometimes written as 0 beside makes."""

BoxReader = Callable[[Sequence[str], int | None], BoxScore]
"""Reads the cells of a row into a box score with the given seconds."""


def box_reader(columns: Sequence[str]) -> BoxReader:
    """Make a reader for rows with these columns; it raises RuleBroken for a cell that cannot be read."""
    pick = itemgetter(*(columns.index(column) for column in BOX_COLUMNS))
    plus_minus = columns.index("PLUS_MINUS")

    def read(cells: Sequence[str], seconds: int | None) -> BoxScore:
        box = _make_box(seconds, parse_counts(pick(cells), BOX_COLUMNS), cells[plus_minus])
        if box.points is None:
            raise RuleBroken(Rule.MISSING_REQUIRED, "PTS is empty")
        return box

    return read


def _make_box(seconds: int | None, counts: Sequence[int | None], plus_minus: str) -> BoxScore:
    points, fgm, fga, fg3m, fg3a, ftm, fta, oreb, dreb, reb, ast, stl, blk, tov, fouls = counts
    return BoxScore(
        seconds, points, fgm, fga, fg3m, fg3a, ftm, fta, oreb, dreb, reb, ast, stl, blk, tov, fouls,
        parse_number(plus_minus, "PLUS_MINUS"),
    )  # fmt: skip


def without_unrecorded_attempts(box: BoxScore, season_start_year: int) -> BoxScore:
    """Take attempts of 0 beside makes as "not recorded" in the seasons for which that is known to happen."""
    if season_start_year >= FIRST_DEPENDABLE_SEASON:
        return box
    if box.field_goals_attempted == 0 and box.field_goals_made:
        box = replace(box, field_goals_attempted=None)
    if box.three_pointers_attempted == 0 and box.three_pointers_made:
        box = replace(box, three_pointers_attempted=None)
    return box


def check_box(box: BoxScore) -> None:
    """Raise RuleBroken if the counts contradict each other; unknown counts contradict nothing."""
    _check_not_above(box.field_goals_made, box.field_goals_attempted, "FGM", "FGA")
    _check_not_above(box.three_pointers_made, box.three_pointers_attempted, "FG3M", "FG3A")
    _check_not_above(box.free_throws_made, box.free_throws_attempted, "FTM", "FTA")
    _check_threes(box)
    _check_points(box)
    _check_rebounds(box)


def _check_not_above(
    made: int | None, attempted: int | None, made_column: str, attempted_column: str
) -> None:
    if made is not None and attempted is not None and made > attempted:
        raise RuleBroken(
            Rule.MADE_EXCEEDS_ATTEMPTED, f"{made_column} {made} is above {attempted_column} {attempted}"
        )


def _check_threes(box: BoxScore) -> None:
    threes, goals = box.three_pointers_made, box.field_goals_made
    if threes is not None and goals is not None and threes > goals:
        raise RuleBroken(
            Rule.THREES_EXCEED_FIELD_GOALS, f"FG3M {threes} is above FGM {goals}, which includes it"
        )


def _check_points(box: BoxScore) -> None:
    goals, threes, throws = box.field_goals_made, box.three_pointers_made, box.free_throws_made
    if goals is None or threes is None or throws is None:
        return
    if (points := 2 * goals + threes + throws) != box.points:
        raise RuleBroken(
            Rule.POINTS_DO_NOT_ADD_UP, f"PTS is {box.points}, but 2 FGM + FG3M + FTM is {points}"
        )


def _check_rebounds(box: BoxScore) -> None:
    offensive, defensive = box.offensive_rebounds, box.defensive_rebounds
    if offensive is None or defensive is None or box.rebounds is None:
        return
    if (rebounds := offensive + defensive) != box.rebounds:
        raise RuleBroken(Rule.REBOUNDS_DO_NOT_ADD_UP, f"REB is {box.rebounds}, but OREB + DREB is {rebounds}")
