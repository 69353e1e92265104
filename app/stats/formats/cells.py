"""Single cells: text in, a number or a date out, or the rule that the text breaks."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from app.stats.formats.rules import Rule, RuleBroken

MISSING: Final = frozenset({"", "nan", "NaN", "None", "null", "NULL"})
"""How the libraries that write such files spell "no value"."""

_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_DATE: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T00:00:00)?")
_COMMON_COUNTS: Final[Mapping[str, int | None]] = (
    {"": None} | {str(count): count for count in range(400)} | {f"{count}.0": count for count in range(400)}
)


def parse_counts(cells: Sequence[str], columns: Sequence[str]) -> list[int | None]:
    """Give the counts of several cells at once, as `parse_count` does; the columns name a culprit."""
    try:
        return [_COMMON_COUNTS[cell] for cell in cells]  # look-ups: this is the inner loop of every import
    except KeyError:
        return [parse_count(cell, column) for cell, column in zip(cells, columns, strict=True)]


def parse_count(cell: str, column: str) -> int | None:
    """Give a whole number of zero or more ("26" or "26.0"), None if the cell is empty."""
    number = parse_number(cell, column)
    if number is None:
        return None
    if number < 0:
        raise RuleBroken(Rule.NEGATIVE_COUNT, f"{column} is {cell}; a count starts at 0")
    if not number.is_integer():
        raise RuleBroken(Rule.NOT_A_NUMBER, f"{column} is {cell}; a count is whole")
    return int(number)


@lru_cache(maxsize=4096)
def parse_number(cell: str, column: str) -> float | None:
    """Give a decimal number, None if the cell is empty."""
    text = cell.strip()
    if text in MISSING:
        return None
    if not _NUMBER.fullmatch(text):
        raise RuleBroken(Rule.NOT_A_NUMBER, f"{column} is {cell!r}; a number was expected")
    return float(text)


@lru_cache(maxsize=4096)
def require_id(cell: str, column: str) -> int:
    """Give an identifier of the league: a whole number above zero that must be there."""
    number = parse_count(require(cell, column), column)
    if not number:
        raise RuleBroken(Rule.MISSING_REQUIRED, f"{column} is {cell!r}; an identifier was expected")
    return number


def require(cell: str, column: str) -> str:
    """Give the text of a cell that must not be empty."""
    text = cell.strip()
    if text in MISSING:
        raise RuleBroken(Rule.MISSING_REQUIRED, f"{column} is empty")
    return text


@lru_cache(maxsize=4096)
def parse_date(cell: str, column: str) -> dt.date:
    """Give the league's date (US Eastern) of "2019-04-10" or "2019-04-10T00:00:00"."""
    match = _DATE.fullmatch(require(cell, column))
    if match is None:
        raise RuleBroken(Rule.DATE_MALFORMED, f"{column} is {cell!r}; a date such as 2019-04-10 was expected")
    try:
        return dt.date.fromisoformat(match[1])
    except ValueError as error:
        raise RuleBroken(Rule.DATE_MALFORMED, f"{column} is {cell!r}: {error}") from error
