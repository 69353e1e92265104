"""How the answers of one statement find back to the many parents that it was asked for."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def in_order(keys: Sequence[K], found: Mapping[K, V]) -> list[V | None]:
    """Give for each key its value or None, in the order of the keys, repeated keys included."""
    return [found.get(key) for key in keys]


def by_key(rows: Iterable[tuple[K, V]]) -> dict[K, list[V]]:
    """Give the values of each key that has any, in the order in which they came."""
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in rows:
        groups[key].append(value)
    return dict(groups)


def grouped(keys: Sequence[K], rows: Iterable[tuple[K, V]]) -> list[list[V]]:
    """Give for each key its values, in the order of the keys, repeated keys included."""
    groups = by_key(rows)
    return [groups.get(key, []) for key in keys]
