"""What all readings share: where they read from, how pages resume, how answers find back to their parents."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from uuid import UUID

import asyncpg

from app.core.errors import Invalid, Issue
from app.core.paging import decode_cursor

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Reader(Protocol):
    """Whoever can run a query: the database as a whole, or one connection within a transaction."""

    async def fetch(self, query: str, /, *arguments: object) -> list[asyncpg.Record]:
        """Return the rows of a query."""
        ...


_LARGEST_ID = 2**63 - 1


def storable(ids: Iterable[int]) -> list[int]:
    """Give those ids that the database can hold at all: no other can be found there."""
    return [each for each in ids if abs(each) <= _LARGEST_ID]


def parse_day(part: object) -> dt.date:
    """Give the date of a cursor's part; raises ValueError where it is none."""
    return dt.date.fromisoformat(str(part))


def parse_number(part: object) -> int:
    """Give the number of a cursor's part; raises ValueError where it is none."""
    number = int(str(part))
    if not storable([number]):
        raise ValueError(part)
    return number


def parse_text(part: object) -> str:
    """Give the text of a cursor's part; raises ValueError where it can't be stored."""
    if "\x00" in (text := str(part)):
        raise ValueError(part)
    return text


@dataclass(frozen=True, slots=True)
class SortKey:
    """How the key of a list is read from a cursor, part by part, and the key before the first row.

    Having a key in any case keeps it a condition on the index, even in a plan for all arguments.
    """

    parts: tuple[Callable[[Any], Any], ...]
    start: tuple[Any, ...]


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


NEWEST_GAME_FIRST = SortKey((parse_day, parse_text), (dt.date.max, ""))
"""By date and game id, descending."""
BY_NAME_AND_UUID = SortKey((parse_text, UUID), ("", UUID(int=0)))
"""By name and an id of ours."""
DESCENDING = SortKey((parse_number,), (_LARGEST_ID,))
"""By a number, the greatest first."""
BY_NAME = SortKey((parse_text, parse_number), ("", 0))
"""By name and id."""


def in_order(keys: Sequence[K], found: Mapping[K, V]) -> list[V | None]:
    """Give for each key its value or None, in the order of the keys, repeated keys included."""
    return [found.get(key) for key in keys]


def grouped(keys: Sequence[K], rows: Iterable[tuple[K, V]]) -> list[list[V]]:
    """Give for each key its values, in the order of the keys, repeated keys included."""
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in rows:
        groups[key].append(value)
    return [groups.get(key, []) for key in keys]
