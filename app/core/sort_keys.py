"""How the key of a sorted list is read from a cursor: part by part, and the key before the first row.

A cursor comes from outside: whatever stands in it, a part is a value that PostgreSQL can compare with, or the
cursor is refused.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.core.errors import Invalid, Issue
from app.core.paging import BIGINT, decode_cursor


def parse_day(part: object) -> dt.date:
    """Give the date of a cursor's part; raises ValueError where it is none."""
    return dt.date.fromisoformat(str(part))


def parse_number(part: object) -> int:
    """Give the number of a cursor's part; raises ValueError where it is none."""
    number = int(str(part))
    if number not in BIGINT:
        raise ValueError(part)
    return number


def parse_text(part: object) -> str:
    """Give the text of a cursor's part; raises ValueError where it can't be stored."""
    if "\x00" in (text := str(part)):
        raise ValueError(part)
    return text


def parse_uuid(part: object) -> UUID:
    """Give the UUID of a cursor's part; raises ValueError where it is none."""
    return UUID(str(part))


@dataclass(frozen=True, slots=True)
class SortKey:
    """What reads each part of a key, and the key before the first row.

    Having a key in any case keeps it a condition on the index, even in a plan for all arguments.
    """

    parts: tuple[Callable[[object], object], ...]
    start: tuple[object, ...]


def resume_behind(after: str | None, key: SortKey) -> tuple[Any, ...]:
    """Give the key behind which a page starts; raises Invalid for a cursor of another list."""
    if after is None:
        return key.start
    found = decode_cursor(after, length=len(key.parts))
    try:
        return tuple(read(part) for read, part in zip(key.parts, found, strict=True))
    except ValueError as error:
        message = f"“{after[:80]}” is a cursor of another list: use an `endCursor` that this one returned."
        raise Invalid(message, issues=[Issue(("after",), "cursor", message)]) from error


NEWEST_FIRST = SortKey((parse_uuid,), (UUID(int=2**128 - 1),))
"""By an id of ours, which starts with the time, descending."""
DESCENDING = SortKey((parse_number,), (BIGINT[-1],))
"""By a number, the greatest first."""
BY_NAME = SortKey((parse_text,), ("",))
"""By a name that only one bears."""
BY_NAME_AND_NUMBER = SortKey((parse_text, parse_number), ("", 0))
"""By name and an id of the league."""
BY_NAME_AND_UUID = SortKey((parse_text, parse_uuid), ("", UUID(int=0)))
"""By name and an id of ours."""
