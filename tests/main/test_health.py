"""Live as long as the loop turns; ready when all that an answer needs is there, and it says what is not."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from psycopg import connect, sql
from sqlalchemy import make_url
from starlette.applications import Starlette

from app.core.database import Database
from app.core.provisioning import DatabaseUrls
from app.main.health import health_routes, migrations_probe
from tests.main.conftest import Served


@pytest.fixture
async def client(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client() as client:
        yield client


@pytest.fixture
def worker(database_urls: DatabaseUrls) -> None:
    """A worker that said a moment ago that it is alive, and will seem so for this test."""
    with connect(database_urls.owner) as owner:
        owner.execute(
            "insert into jobs.procrastinate_workers (last_heartbeat) values (now() + interval '1 hour')"
        )


async def checks(client: httpx.AsyncClient) -> tuple[int, dict[str, str]]:
    answer = await client.get("/healthz/ready")
    return answer.status_code, answer.json()["checks"]


async def ready_after(client: httpx.AsyncClient, status: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (await client.get("/healthz/ready")).status_code != status:
        assert time.monotonic() < deadline, f"not {status} after {seconds} s"
        await asyncio.sleep(0.05)


@pytest.mark.usefixtures("worker")
async def test_ready_when_all_is_there(client: httpx.AsyncClient) -> None:
    await ready_after(client, 200, 3)

    status, said = await checks(client)

    assert status == 200
    assert said == {"database": "ok", "migrations": "ok", "worker": "ok", "models": "ok"}


async def test_not_ready_without_a_worker(client: httpx.AsyncClient) -> None:
    status, said = await checks(client)

    assert status == 503
    assert said["worker"] == "no worker is alive: start one with courtside worker"
    assert said["database"] == "ok"


@pytest.mark.usefixtures("worker")
async def test_not_ready_at_another_revision(client: httpx.AsyncClient, database_urls: DatabaseUrls) -> None:
    with connect(database_urls.owner) as owner:
        owner.execute("update alembic_version set version_num = '0000'")

    status, said = await checks(client)

    assert status == 503
    assert "is at revision 0000" in said["migrations"]


async def test_not_ready_where_nothing_was_migrated(database: Database, database_urls: DatabaseUrls) -> None:
    with connect(database_urls.owner) as owner:
        owner.execute("alter table alembic_version rename to elsewhere")

    said = await migrations_probe(database, "0001")()

    assert said == "the database is at revision none, not 0001: run courtside migrate"


@pytest.mark.usefixtures("worker")
async def test_database_that_goes_away_is_said_and_its_return_needs_no_restart(
    client: httpx.AsyncClient, database_urls: DatabaseUrls
) -> None:
    await ready_after(client, 200, 3)

    set_open(database_urls, is_open=False)
    await ready_after(client, 503, 3)
    live = await client.get("/healthz/live")
    _status, said = await checks(client)
    set_open(database_urls, is_open=True)

    assert live.json() == {"status": "live"}
    assert live.status_code == 200
    assert "does not answer" in said["database"]
    await ready_after(client, 200, 10)


def set_open(urls: DatabaseUrls, *, is_open: bool) -> None:
    """Let clients in, or throw them out and let none in."""
    name = make_url(urls.owner).database
    assert name is not None
    elsewhere = make_url(urls.owner).set(database="postgres").render_as_string(hide_password=False)
    with connect(elsewhere, autocommit=True) as admin:
        statement = sql.SQL("alter database {} with allow_connections {}")
        admin.execute(statement.format(sql.Identifier(name), sql.Literal(is_open)))
        if not is_open:
            admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])


async def test_probe_that_hangs_is_named_and_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.main.health.PROBE_TIMEOUT_SECONDS", 0.1)
    ended = asyncio.Event()

    async def hang() -> str | None:
        try:
            await ended.wait()
        except asyncio.CancelledError:
            await ended.wait()  # a connection that waits for an answer to its cancelling does this
        return None

    transport = httpx.ASGITransport(Starlette(routes=health_routes({"stuck": hang})))
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        answer = await asyncio.wait_for(client.get("/healthz/ready"), 2)
    ended.set()

    assert answer.status_code == 503
    assert answer.json()["checks"] == {"stuck": "no answer within 0.1 s"}
