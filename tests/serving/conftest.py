"""A served league: two teams with a past, a folder of models, and serving processes to start."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry
from psycopg import connect

from app.core.database import Database
from app.core.feed import EventFeed
from app.core.ids import ModelVersionId, RolloutId, WorkspaceId, new_id
from app.core.provisioning import DatabaseUrls
from app.core.settings import Settings
from app.features.materialisation import materialise
from app.serving.pool import ModelPool
from app.serving.store.reading import rollouts_by_id
from app.serving.views import RolloutPhase, RolloutView
from tests.serving import make
from tests.stats.make import BOS, PHI, League, game, team_lines

PATIENCE_SECONDS = 30.0
"""The first model of a session waits until scikit-learn is imported."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(state_dir=tmp_path, stream_heartbeat_seconds=30.0)


@pytest.fixture
async def feed(database: Database) -> AsyncIterator[EventFeed]:
    feed = EventFeed(database)
    await feed.start()
    yield feed
    await feed.stop()


@pytest.fixture
def other(database_urls: DatabaseUrls) -> WorkspaceId:
    """Another workspace, to be kept out."""
    found = WorkspaceId(new_id())
    with connect(database_urls.owner) as owner:
        owner.execute("insert into workspace (id, name) values (%s, 'other')", [found])
    return found


OpenPool = Callable[[], Awaitable[ModelPool]]


@pytest.fixture
async def open_pool(database: Database, feed: EventFeed, settings: Settings) -> AsyncIterator[OpenPool]:
    """Start a serving process's pool, as often as a test wants one."""

    @asynccontextmanager
    async def running() -> AsyncIterator[ModelPool]:
        pool = ModelPool(database, feed, settings, registry=CollectorRegistry())
        await pool.start()
        yield pool
        await pool.stop()

    async with AsyncExitStack() as stack:
        yield lambda: stack.enter_async_context(running())


@pytest.fixture
async def played(database: Database, workspace_id: WorkspaceId) -> None:
    """Boston and Philadelphia met on the first and the third of October 2018."""
    games = [game(1), game(3, home=PHI, away=BOS, date=dt.date(2018, 10, 3))]
    rows = [row for each in games for row in (each, *team_lines(each))]
    await League(database, workspace_id).load(rows)
    async with database.writing(workspace_id) as session:
        await materialise(session)


Register = Callable[..., Awaitable[ModelVersionId]]


@pytest.fixture
def register(database: Database, workspace_id: WorkspaceId, settings: Settings) -> Register:
    """Register a version that answers every game with one probability."""

    async def do(probability: float = 0.75) -> ModelVersionId:
        content = await asyncio.to_thread(make.model_file, probability)
        return await make.register(database, workspace_id, settings.artifacts_directory, content)

    return do


Ended = Callable[[RolloutId], Awaitable[RolloutView]]


@pytest.fixture
def ended(database: Database, workspace_id: WorkspaceId) -> Ended:
    """Wait until a rollout is no longer under way."""

    async def wait(rollout_id: RolloutId) -> RolloutView:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                async with database.reading(workspace_id) as connection:
                    found = (await rollouts_by_id(connection, [rollout_id]))[rollout_id]
                if found.phase is not RolloutPhase.RUNNING:
                    return found
                await asyncio.sleep(0.02)

    return wait
