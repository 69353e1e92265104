"""A real server on a port of the loopback address, over this test's own database."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import structlog
from websockets.asyncio.client import ClientConnection

from app.cli.listening import listen
from app.core.database import Database
from app.core.ids import WorkspaceId
from app.core.settings import Settings
from app.governance.keys import create_key
from app.governance.scopes import ALL_SCOPES, Scope
from app.main import create_app
from app.main.server import Server
from schema.execution import Contract
from schema.limits import Limits
from tests.main import made
from tests.main.sockets import signed_in

MakeKey = Callable[..., Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Served:
    """Where a server listens, and the server itself."""

    url: str
    server: Server

    def client(self, key: str | None = None) -> httpx.AsyncClient:
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=15, trust_env=False)


@asynccontextmanager
async def serving(
    settings: Settings, database: Database, build: Callable[[Limits], Contract] = made.build
) -> AsyncIterator[Served]:
    """Serve a contract, the small one by default, until the block ends; streams that are open are ended."""
    with listen("127.0.0.1", 0) as listening:
        server = Server(create_app(settings, database, build=build), settings)
        running = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started:
            assert not running.done(), running.exception()
            await asyncio.sleep(0.005)
        try:
            yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", server)
        finally:
            server.stop()
            await running


async def eventually(check: Callable[[], bool], seconds: float = 5.0) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(seconds):
        while not check():  # noqa: ASYNC110 - what is waited for knows no event
            await asyncio.sleep(0.01)


Serve = Callable[..., AbstractAsyncContextManager[Served]]


@pytest.fixture
def serve(database: Database, tmp_path: Path) -> Serve:
    def serve(**settings: object) -> AbstractAsyncContextManager[Served]:
        return serving(Settings(state_dir=tmp_path, **settings), database)  # type: ignore[arg-type]

    return serve


@pytest.fixture
async def served(serve: Serve) -> AsyncIterator[Served]:
    async with serve() as served:
        yield served


@pytest.fixture
def make_key(database: Database, workspace_id: WorkspaceId) -> MakeKey:
    async def make_key(*scopes: Scope, expires_at: dt.datetime | None = None) -> str:
        async with database.writing(workspace_id) as session:
            _key, text = await create_key(session, "tester", scopes or ALL_SCOPES, expires_at)
        return text

    return make_key


@pytest.fixture
async def key(make_key: MakeKey) -> str:
    """A key that may do everything."""
    return await make_key()


@pytest.fixture
async def client(served: Served, key: str) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client(key) as client:
        yield client


@pytest.fixture(autouse=True)
def calls() -> list[str]:
    """Which resolvers were called."""
    made.CALLS.clear()
    return made.CALLS


@pytest.fixture
def lines() -> Iterator[made.Lines]:
    """Every line that is logged, with what was bound to it."""
    kept: made.Lines = []

    def keep(_logger: object, _name: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        kept.append(dict(event))
        raise structlog.DropEvent

    before = structlog.get_config()["processors"]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.stdlib.add_log_level, keep]
    )
    yield kept
    structlog.configure(processors=before)


@pytest.fixture
async def socket(served: Served, key: str) -> AsyncIterator[ClientConnection]:
    async with signed_in(served.url, key) as socket:
        yield socket
