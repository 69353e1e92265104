"""What all readings of the league share: where they read, which ids can be there, how games are sorted."""

import datetime as dt
from collections.abc import Iterable
from typing import Final, Protocol

import asyncpg

from app.core.paging import BIGINT
from app.core.sort_keys import SortKey, parse_day, parse_text

NEWEST_GAME_FIRST: Final = SortKey((parse_day, parse_text), (dt.date.max, ""))
"""By date and game id, descending."""


class Reader(Protocol):
    """Whoever can run a query: the database as a whole, or one connection within a transaction."""

    async def fetch(self, query: str, /, *arguments: object) -> list[asyncpg.Record]:
        """Return the rows of a query."""
        ...


def storable(ids: Iterable[int]) -> list[int]:
    """Give those ids that the database can hold at all: no other can be found there."""
    return [each for each in ids if each in BIGINT]
