"""Games: by id, by day, by team."""

from collections.abc import Sequence
from typing import Final

from app.stats.store.reading import Reader

_KNOWN: Final = "select id from game where id = any($1)"


async def find_known_games(reader: Reader, game_ids: Sequence[str]) -> frozenset[str]:
    """Tell which of these games there are."""
    return frozenset(row["id"] for row in await reader.fetch(_KNOWN, list(game_ids)))
