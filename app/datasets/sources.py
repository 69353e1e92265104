"""Where rows may come from, as one shape: a name, a digest, a trust, and the way to take its rows in."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final

from app.datasets.discovery import FoundFile
from app.datasets.intake import CHUNK_ROWS, Intake, Taken, next_items
from app.stats.formats.catalogue import SIGNATURES
from app.stats.league import find_player_name
from app.stats.rows import PlayerRow
from app.stats.simulation.seasons import SimulatedGame
from app.stats.store.kinds import GAME, LeagueRow
from app.stats.store.loading import Loading
from app.stats.store.names import insert_players, insert_teams
from app.stats.store.sources import Counts

SIMULATION: Final = "SIMULATION"
"""The format of a source that no file stands behind."""
SIMULATION_TRUST: Final = 0
_GAMES_AT_ONCE: Final = CHUNK_ROWS // 23  # a game has 23 rows: itself, two sides, ten players each


@dataclass(frozen=True, slots=True)
class Source:
    """Something whose rows can be loaded once; `digest` is its identity."""

    name: str
    format: str
    digest: str
    trust: int
    take: Callable[[Loading], Awaitable[Taken]]


def file_source(file: FoundFile) -> Source:
    """Make a source of a recognised file."""

    async def take(loading: Loading) -> Taken:
        return await Intake(loading).take(file.recognised)

    trust = SIGNATURES[file.recognised.format].trust or 0
    return Source(file.name, file.recognised.format, file.digest, trust, take)


def simulated_source(name: str, games: Iterable[SimulatedGame]) -> Source:
    """Make a source of made-up games that `name` describes wholly: its digest is the source's."""

    async def take(loading: Loading) -> Taken:
        remaining, player_ids = iter(games), set[int]()
        while chunk := await asyncio.to_thread(next_items, remaining, _GAMES_AT_ONCE):
            rows: list[LeagueRow] = []
            for each in chunk:
                rows += (each.game, *each.team_lines, *each.player_lines)
            await loading.stage(rows)
            player_ids |= {line.player_id for each in chunk for line in each.player_lines}
        await insert_teams(loading.connection, [])
        await insert_players(loading.connection, map(_name_player, sorted(player_ids)))
        merged = await loading.merge()
        outcome = merged.outcomes[GAME]
        return Taken(Counts(outcome.stored, outcome.superseded, outcome.duplicate), (), merged.changed)

    digest = hashlib.sha256(f"{SIMULATION}\n{name}".encode()).hexdigest()
    return Source(name, SIMULATION, digest, SIMULATION_TRUST, take)


def _name_player(player_id: int) -> PlayerRow:
    return PlayerRow(player_id, find_player_name(player_id) or f"Player {player_id}")
