"""A league made for one test, and one made of real files: read only, shared by all tests that ask for it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import pytest
from psycopg import connect, sql

from app.core.database import Database
from app.core.ids import DEFAULT_WORKSPACE, WorkspaceId
from app.core.postgres import PostgresAddress
from app.core.provisioning import LOGIN, OWNER
from app.datasets.ingestion import ingest_paths
from tests.stats.make import League

REAL_DATABASE = "real_league"
REAL_FILES = (
    "team_game_logs/log-1951.csv",
    "team_game_logs/log-2016.csv",
    "team_game_logs/log-2019.csv",
    "team_game_logs_finder/leaguegamefinder_2020-21.csv",
    "player_game_logs/player_logs_2015-16.csv.gz",
    "player_game_logs/player_logs_2018-19.csv.gz",
    "playoffs/play_off_totals_2010_2024.csv",
    "play_by_play/v2_2018-19/0021801230.csv",
    "play_by_play/v2_2018-19/0021800928.csv",
)


@pytest.fixture
def league(database: Database, workspace_id: WorkspaceId) -> League:
    return League(database, workspace_id)


@pytest.fixture(scope="session")
def real_league_url(postgres: PostgresAddress, template: str, nba_data: Path) -> Iterator[str]:
    """A database with a few seasons of real files, loaded once."""
    name = sql.Identifier(REAL_DATABASE)
    with connect(postgres.url(user=OWNER, database="postgres"), autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} template {}").format(name, sql.Identifier(template)))
        url = postgres.url(user=LOGIN, database=REAL_DATABASE)
        asyncio.run(_load_real_files(url, [nba_data / file for file in REAL_FILES]))
        yield url
        admin.execute(sql.SQL("drop database {} with (force)").format(name))


async def _load_real_files(url: str, paths: Sequence[Path]) -> None:
    database = await Database.open(url, pool_size=2)
    await ingest_paths(database, DEFAULT_WORKSPACE, paths)
    await database.close()


@pytest.fixture
async def real_league(real_league_url: str) -> AsyncIterator[Database]:
    """The league of the real files, to be read only."""
    database = await Database.open(real_league_url, pool_size=2)
    yield database
    await database.close()


CountStatements = Callable[[Callable[..., Awaitable[object]]], Awaitable[int]]


@pytest.fixture
def count_statements(real_league: Database) -> CountStatements:
    """Count the statements that a reading sends to the database."""

    async def count(reading: Callable[..., Awaitable[object]]) -> int:
        sent: list[str] = []
        async with real_league.pool.acquire() as connection:
            with connection.query_logger(lambda query: sent.append(query.query)):
                await reading(connection)
        return len(sent)

    return count
