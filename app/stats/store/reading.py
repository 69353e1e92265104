"""What all readings share: where they read from, and how answers find their way back to their parents."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Protocol, TypeVar

import asyncpg

from app.core.paging import Page, page_of

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Reader(Protocol):
    """Whoever can run a query: the database as a whole, or one connection within a transaction."""

    async def fetch(self, query: str, /, *arguments: object) -> list[asyncpg.Record]:
        """Return the rows of a query."""
        ...


def in_order(keys: Sequence[K], rows: Iterable[V], key: Callable[[V], K]) -> list[V | None]:
    """Give for each key its row or None, in the order of the keys, repeated keys included."""
    found = {key(row): row for row in rows}
    return [found.get(each) for each in keys]


def grouped(keys: Sequence[K], rows: Iterable[V], key: Callable[[V], K]) -> list[list[V]]:
    """Give for each key its rows, in the order of the keys, repeated keys included."""
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return [groups.get(each, []) for each in keys]


def paged(
    groups: Iterable[Sequence[V]],
    *,
    first: int,
    after: str | None,
    key: Callable[[V], Sequence[str | int | float]],
) -> list[Page[V]]:
    """Cut a page out of each group of up to `first + 1` rows."""
    return [page_of(rows, first=first, after=after, key=key) for rows in groups]
