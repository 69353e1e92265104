"""Keyset pages: the shape of a Relay connection, without GraphQL.

A cursor is the opaque text of the sort key of its row, so that a page stays where it was
while rows are added before it. Counting is left to whoever asks for it.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import orjson

from app.core.errors import Invalid, Issue

T = TypeVar("T")
MAX_PAGE_SIZE = 500
BIGINT = range(-(2**63), 2**63)
"""The whole numbers that PostgreSQL can hold."""


@dataclass(frozen=True, slots=True)
class Edge(Generic[T]):
    """A row and the cursor behind which the next page starts."""

    cursor: str
    node: T


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Whether there is more, and the cursors at both ends of this page."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of rows; `scope` is what a later count needs to know about the whole."""

    edges: Sequence[Edge[T]]
    page_info: PageInfo
    scope: object = None


def encode_cursor(key: Sequence[str | int | float]) -> str:
    """Return the opaque text of a sort key."""
    return base64.urlsafe_b64encode(orjson.dumps(list(key))).decode().rstrip("=")


def decode_cursor(cursor: str, *, length: int) -> list[str | int | float]:
    """Return the sort key of `length` parts inside a cursor; raise `Invalid` where it is not one of ours."""
    try:
        key = orjson.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        key = None
    if not isinstance(key, list) or len(key) != length or not all(map(_is_part, key)):
        message = f"“{cursor[:80]}” is not a cursor of this list: use an `endCursor` that it returned."
        raise Invalid(message, issues=[Issue(("after",), "cursor", message)])
    return key


def _is_part(part: object) -> bool:
    """Whether PostgreSQL can compare with it: a text without NUL, a number of 64 bits."""
    if isinstance(part, str):
        return "\x00" not in part
    if isinstance(part, int):
        return not isinstance(part, bool) and part in BIGINT
    return isinstance(part, float)


def check_page_size(first: int, *, limit: int = MAX_PAGE_SIZE) -> None:
    """Raise `Invalid` unless 1 <= first <= limit."""
    if not 1 <= first <= limit:
        message = f"`first` is {first}: ask for 1 to {limit} rows a page."
        raise Invalid(message, issues=[Issue(("first",), "page_size", message)])


def page_of(
    rows: Sequence[T],
    *,
    first: int,
    after: str | None,
    key: Callable[[T], Sequence[str | int | float]],
    scope: object = None,
) -> Page[T]:
    """Cut a page out of up to `first + 1` rows: the row too many only says that there is more."""
    edges = [Edge(encode_cursor(key(row)), row) for row in rows[:first]]
    info = PageInfo(
        has_next_page=len(rows) > first,
        has_previous_page=after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Page(edges, info, scope)
