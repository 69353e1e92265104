"""Simulated seasons in a database, without their players: what features need, in a fraction of the time."""

import hashlib

from app.core.database import Database
from app.core.ids import WorkspaceId
from app.stats.simulation import simulate_seasons
from app.stats.store.loading import Loading, lock_league
from app.stats.store.names import insert_teams
from app.stats.store.sources import begin_source


async def load_seasons(
    database: Database, workspace_id: WorkspaceId, first_start_year: int, seasons: int, *, seed: int
) -> None:
    """Load games and both sides' totals of made-up seasons."""
    name = f"{first_start_year}, {seasons} seasons, seed {seed}"
    async with database.writing(workspace_id) as session:
        connection = await session.driver()
        await lock_league(connection)
        digest = hashlib.sha256(name.encode()).hexdigest()
        source_id = await begin_source(connection, digest=digest, name=name, format_name="made up")
        loading = Loading(connection, source_id, 1)
        games = simulate_seasons(first_start_year, seasons, seed)
        await insert_teams(connection, ())
        await loading.stage(row for made in games for row in (made.game, *made.team_lines))
        await loading.merge()
