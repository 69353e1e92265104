"""The rules that a row must keep to be believed, and what becomes of one that breaks them.

Names of rules are stable: they are stored in the quarantine and shown to people. A row is refused whole;
nothing is mended in silence.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar


class Rule(StrEnum):
    """What a refused row broke."""

    # One cell.
    CELL_COUNT_WRONG = "cell_count_wrong"
    MISSING_REQUIRED = "missing_required"
    NOT_A_NUMBER = "not_a_number"
    NEGATIVE_COUNT = "negative_count"
    GAME_ID_MALFORMED = "game_id_malformed"
    DATE_MALFORMED = "date_malformed"
    MATCHUP_MALFORMED = "matchup_malformed"
    RESULT_MALFORMED = "result_malformed"
    MINUTES_MALFORMED = "minutes_malformed"
    CLOCK_MALFORMED = "clock_malformed"
    SCORE_MALFORMED = "score_malformed"
    TEAM_UNKNOWN = "team_unknown"
    # Cells of one row against each other.
    SEASON_CONTRADICTS_GAME = "season_contradicts_game"
    MADE_EXCEEDS_ATTEMPTED = "made_exceeds_attempted"
    THREES_EXCEED_FIELD_GOALS = "threes_exceed_field_goals"
    POINTS_DO_NOT_ADD_UP = "points_do_not_add_up"
    REBOUNDS_DO_NOT_ADD_UP = "rebounds_do_not_add_up"
    UNPLAYED_GAME = "unplayed_game"
    UNFINISHED_GAME = "unfinished_game"
    # Rows of one file against each other.
    CONTRADICTS_EARLIER_ROW = "contradicts_earlier_row"
    OPPONENT_MISSING = "opponent_missing"
    TOO_MANY_TEAMS = "too_many_teams"
    SIDES_DISAGREE = "sides_disagree"
    RESULT_CONTRADICTS_SCORE = "result_contradicts_score"
    LINES_INCOMPLETE = "lines_incomplete"
    SCORE_DECREASES = "score_decreases"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row as it stands; `line_number` is the line of a CSV (header: 1) or the place in a JSON list."""

    line_number: int
    columns: Sequence[str]
    cells: Sequence[str]

    @property
    def raw(self) -> dict[str, str]:
        """The cells by their columns; cells beyond the columns are kept under their place."""
        extra = {
            f"cell {place + 1}": cell for place, cell in enumerate(self.cells) if place >= len(self.columns)
        }
        return dict(zip(self.columns, self.cells, strict=False)) | extra

    def check_cell_count(self) -> None:
        """Raise RuleBroken if the row has more or fewer cells than columns: nobody knows which is which."""
        if len(self.cells) != len(self.columns):
            raise RuleBroken(
                Rule.CELL_COUNT_WRONG, f"{len(self.cells)} cells were found under {len(self.columns)} columns"
            )


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that broke a rule, with the sentence that says how, as it came."""

    line_number: int
    rule: Rule
    detail: str
    raw: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RepeatedRow:
    """A row that says what an earlier row of the same file has said."""

    line_number: int
    first_line_number: int


class RuleBroken(Exception):
    """A rule was broken while a row was being read; never leaves this package: it becomes a RejectedRow."""

    def __init__(self, rule: Rule, detail: str) -> None:
        super().__init__(detail)
        self.rule = rule
        self.detail = detail


def reject(source: SourceRow, rule: Rule, detail: str) -> RejectedRow:
    """Put a row aside together with the rule that it broke."""
    return RejectedRow(source.line_number, rule, detail, source.raw)


Key = TypeVar("Key", bound=Hashable)
Content = TypeVar("Content")


class Seen(Generic[Key, Content]):
    """What the rows of one file have said so far, to tell repetitions from contradictions."""

    def __init__(self) -> None:
        self._first: dict[Key, tuple[int, Content]] = {}

    def judge(self, source: SourceRow, key: Key, content: Content) -> RepeatedRow | RejectedRow | None:
        """Give None for a first statement about `key`, else whether it repeats or contradicts the first."""
        line_number, first = self._first.setdefault(key, (source.line_number, content))
        if line_number == source.line_number:
            return None
        if first == content:
            return RepeatedRow(source.line_number, line_number)
        return reject(
            source, Rule.CONTRADICTS_EARLIER_ROW, f"row {line_number} says otherwise about the same thing"
        )
