import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest
from procrastinate import PsycopgConnector
from procrastinate.jobs import Status
from procrastinate.schema import SchemaManager
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import text

from app.core.database import Database
from app.core.ids import RunId, WorkspaceId, new_id
from app.core.migrations import downgrade, migrate
from app.core.provisioning import DatabaseUrls
from app.core.queue import Handler, Queue, defer, live_workers
from app.core.queue.fenced import FencedJobs

LAST_KNOWN_CHANGE = "03.04.00_50_post_add_retry_failed_job_procedure.sql"
HEARTBEAT_SECONDS, STALLED_SECONDS = 0.2, 0.8

Working = Callable[..., Awaitable[None]]


async def ask(database: Database, workspace_id: WorkspaceId) -> RunId:
    wanted = RunId(new_id())
    async with database.writing(workspace_id) as session:
        await defer(session, run_id=wanted)
    return wanted


@asynccontextmanager
async def working(url: str, handler: Handler, *, concurrency: int = 2) -> AsyncIterator[asyncio.Event]:
    """Have a worker in this process; leaving ends it and waits for its end."""
    stop = asyncio.Event()
    worker = asyncio.create_task(
        Queue(url).work(
            handler,
            concurrency=concurrency,
            heartbeat_seconds=HEARTBEAT_SECONDS,
            stalled_seconds=STALLED_SECONDS,
            stop=stop,
            shutdown_seconds=0.3,
        )
    )
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(worker, 10)


@asynccontextmanager
async def jobs_of_a_worker(
    url: str, *, stalled_seconds: float = STALLED_SECONDS
) -> AsyncIterator[FencedJobs]:
    """Speak to the queue as a worker does, step by step."""
    pool = AsyncConnectionPool(
        url, kwargs={"options": "-c search_path=jobs,pg_temp"}, min_size=1, max_size=2, open=False
    )
    await pool.open()
    connector = PsycopgConnector()
    await connector.open_async(pool)
    yield FencedJobs(connector, stalled_seconds=stalled_seconds, stop=asyncio.Event())
    await pool.close()


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 8.0) -> None:
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - the database is asked
            await asyncio.sleep(0.01)


async def statuses(database: Database) -> list[str]:
    rows = await database.fetch("select status::text from jobs.procrastinate_jobs order by id")
    return [row["status"] for row in rows]


def test_the_packaged_schema_is_the_one_that_the_migration_was_written_for() -> None:
    changes = sorted(path.name for path in Path(SchemaManager.get_migrations_path()).glob("*.sql"))

    assert changes[-1] == LAST_KNOWN_CHANGE, "procrastinate changed its tables: write a revision for it"


def test_the_schema_goes_and_comes_back_the_same(database_urls: DatabaseUrls) -> None:
    def shape() -> list[tuple[object, ...]]:
        with psycopg.connect(database_urls.owner) as connection:
            return connection.execute(
                "select 'table', c.relname::text, c.relacl::text from pg_class c "
                "where relnamespace = 'jobs'::regnamespace "
                "union all select 'function', p.oid::regprocedure::text, p.proacl::text || p.proconfig::text "
                "from pg_proc p where pronamespace = 'jobs'::regnamespace "
                "union all select 'trigger', t.tgname::text, pg_get_triggerdef(t.oid) from pg_trigger t "
                "join pg_class c on c.oid = t.tgrelid where relnamespace = 'jobs'::regnamespace "
                "and not tgisinternal union all select 'default', defaclobjtype::text, defaclacl::text "
                "from pg_default_acl order by 1, 2"
            ).fetchall()

    before = shape()
    downgrade(database_urls.owner, revision="0002")
    with psycopg.connect(database_urls.owner) as connection:
        left = connection.execute("select 1 from pg_namespace where nspname = 'jobs'").fetchone()
        functions = connection.execute(
            "select 1 from pg_proc where proname like '%procrastinate%'"
        ).fetchone()
    migrate(database_urls.owner)

    assert (left, functions) == (None, None)
    assert shape() == before
    pinned = [row for row in before if row[0] == "function"]
    assert len(pinned) > 10
    assert all("search_path=jobs, pg_temp" in str(row[2]) for row in pinned)


async def test_a_job_reaches_a_handler_and_is_forgotten(
    database: Database, database_urls: DatabaseUrls, workspace_id: WorkspaceId
) -> None:
    seen: list[tuple[WorkspaceId, RunId]] = []

    async def handle(workspace: WorkspaceId, run_id: RunId) -> None:
        seen.append((workspace, run_id))

    async def is_done() -> bool:
        return len(seen) == 3 and await statuses(database) == []

    before = await ask(database, workspace_id)
    async with working(database_urls.application, handle):
        await until(lambda: _equals(seen, [(workspace_id, before)]))
        after = [await ask(database, workspace_id) for _ in range(2)]
        await until(is_done)

    assert sorted(run_id for _, run_id in seen) == sorted([before, *after])


async def _contains(began: Collection[RunId], wanted: RunId) -> bool:
    return wanted in began


async def _equals(seen: object, expected: object) -> bool:
    return seen == expected


async def test_no_job_waits_to_be_looked_for_while_the_worker_hears(
    database: Database, database_urls: DatabaseUrls, workspace_id: WorkspaceId
) -> None:
    began: dict[RunId, float] = {}
    clock = asyncio.get_running_loop().time

    async def handle(_workspace: WorkspaceId, run_id: RunId) -> None:
        began[run_id] = clock()

    stop = asyncio.Event()
    worker = asyncio.create_task(
        Queue(database_urls.application).work(
            handle, concurrency=2, heartbeat_seconds=20, stalled_seconds=60, stop=stop
        )
    )
    for _ in range(100):
        run_id = await ask(database, workspace_id)
        await until(lambda wanted=run_id: _contains(began, wanted))
    stop.set()
    await worker

    assert len(began) == 100


async def test_a_job_of_a_transaction_that_fails_was_never_there(
    database: Database, workspace_id: WorkspaceId
) -> None:
    async def fail() -> None:
        async with database.writing(workspace_id) as session:
            await defer(session, run_id=RunId(new_id()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert await statuses(database) == []


async def test_a_handler_that_raises_is_called_again(
    database: Database, database_urls: DatabaseUrls, workspace_id: WorkspaceId
) -> None:
    calls = 0

    async def handle(_workspace: WorkspaceId, _run_id: RunId) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise ZeroDivisionError

    async def is_done() -> bool:
        return calls == 2 and await statuses(database) == []

    await ask(database, workspace_id)
    async with working(database_urls.application, handle):
        await until(is_done)


async def test_live_workers_are_counted_while_they_live(
    database: Database, database_urls: DatabaseUrls
) -> None:
    async def handle(_workspace: WorkspaceId, _run_id: RunId) -> None:
        pytest.fail("there was nothing to do")

    async def lives() -> bool:
        return await live_workers(database, STALLED_SECONDS) == 1

    assert await live_workers(database, STALLED_SECONDS) == 0
    async with working(database_urls.application, handle):
        await until(lives)
        await asyncio.sleep(2 * STALLED_SECONDS)
        assert await lives()
    assert await live_workers(database, STALLED_SECONDS) == 0


async def test_a_worker_that_stops_cancels_what_runs_and_leaves_it_to_another_at_once(
    database: Database, database_urls: DatabaseUrls, workspace_id: WorkspaceId
) -> None:
    running = asyncio.Event()

    async def handle(_workspace: WorkspaceId, _run_id: RunId) -> None:
        running.set()
        await asyncio.sleep(60)

    await ask(database, workspace_id)
    async with working(database_urls.application, handle):
        await asyncio.wait_for(running.wait(), 5)
        stopped_at = asyncio.get_running_loop().time()

    assert asyncio.get_running_loop().time() - stopped_at < 2
    assert await statuses(database) == ["todo"]


async def test_jobs_that_share_a_lock_follow_each_other_without_delay(
    database: Database, database_urls: DatabaseUrls, workspace_id: WorkspaceId
) -> None:
    busy, most, done = 0, 0, 0

    async def handle(_workspace: WorkspaceId, _run_id: RunId) -> None:
        nonlocal busy, most, done
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.02)
        busy -= 1
        done += 1

    for _ in range(20):
        await ask(database, workspace_id)
    async with database.writing(workspace_id) as session:
        await session.execute(text("update jobs.procrastinate_jobs set lock = 'shared'"))
    async with working(database_urls.application, handle, concurrency=4):
        began_at = asyncio.get_running_loop().time()
        await until(lambda: _equals(done, 20))
        seconds = asyncio.get_running_loop().time() - began_at

    assert most == 1
    assert seconds < 20 * HEARTBEAT_SECONDS  # it takes so long where each waits to be looked for


async def test_a_job_is_settled_only_by_the_worker_and_the_attempt_that_took_it(
    database: Database, database_urls: DatabaseUrls, workspace_id: WorkspaceId
) -> None:
    await ask(database, workspace_id)
    async with jobs_of_a_worker(database_urls.application, stalled_seconds=0) as jobs:
        stale_worker = await jobs.register_worker()
        stale = await jobs.fetch_job(None, stale_worker)
        assert stale is not None
        assert await jobs.take_over() == 1
        live_worker = await jobs.register_worker()
        live = await jobs.fetch_job(None, live_worker)
        assert live is not None

        await jobs.finish_job(stale, Status.SUCCEEDED, delete_job=True)
        await jobs.retry_job(stale)
        assert await statuses(database) == ["doing"]

        await jobs.finish_job(live, Status.SUCCEEDED, delete_job=True)
        assert await statuses(database) == []


async def test_two_rescuers_give_a_job_to_one_worker_once(
    database: Database, database_urls: DatabaseUrls, workspace_id: WorkspaceId
) -> None:
    for _ in range(10):
        await ask(database, workspace_id)
    started = 0
    async with (
        jobs_of_a_worker(database_urls.application) as one,
        jobs_of_a_worker(database_urls.application) as two,
    ):
        dead = await one.register_worker()
        for _ in range(10):
            assert await one.fetch_job(None, dead) is not None
        async with database.writing(workspace_id) as session:
            await session.execute(text("update jobs.procrastinate_workers set last_heartbeat = '-infinity'"))
        live = await two.register_worker()

        async def rescue(rescuer: FencedJobs) -> int:
            nonlocal started
            taken = 0
            for _ in range(20):
                taken += await rescuer.take_over()
                while await rescuer.fetch_job(None, live) is not None:
                    started += 1
            return taken

        taken = await asyncio.gather(rescue(one), rescue(two))

    assert sum(taken) == 10
    assert started == 10
    assert await statuses(database) == ["doing"] * 10


async def test_a_worker_that_was_struck_off_goes_on_under_its_old_number(
    database: Database, database_urls: DatabaseUrls, workspace_id: WorkspaceId
) -> None:
    async with jobs_of_a_worker(database_urls.application) as jobs:
        worker_id = await jobs.register_worker()
        async with database.writing(workspace_id) as session:
            await session.execute(text("delete from jobs.procrastinate_workers"))
        await ask(database, workspace_id)

        assert await jobs.fetch_job(None, worker_id) is None  # nobody may take a job under an unknown number
        await jobs.update_heartbeat(worker_id)

        assert await jobs.fetch_job(None, worker_id) is not None
        assert await live_workers(database, STALLED_SECONDS) == 1
