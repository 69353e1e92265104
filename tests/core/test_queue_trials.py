"""Bad days of workers that are processes of their own: killed, stopped and come back, without a database."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from app.core.database import Database
from app.core.ids import RunId, WorkspaceId
from app.core.postgres import EmbeddedPostgres, PostgresAddress
from app.core.postgres.probe import listener_pid
from app.core.provisioning import DatabaseUrls, provision
from app.core.queue import Queue
from app.core.runs import RunKind, claim_run, create_run
from tests.core.worker_process import STEPS

REPOSITORY = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("worker_process.py")
STEP_SECONDS, HEARTBEAT_SECONDS, STALLED_SECONDS = 0.25, 0.3, 1.2


@dataclass
class Crew:
    """Worker processes on one database, and what they began."""

    url: str
    begun_file: Path
    members: list["subprocess.Popen[str]"]

    def hire(self) -> "subprocess.Popen[str]":
        settings = [str(number) for number in (STEP_SECONDS, HEARTBEAT_SECONDS, STALLED_SECONDS)]
        worker = subprocess.Popen(
            [sys.executable, str(SCRIPT), self.url, str(self.begun_file), *settings],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=REPOSITORY,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        )
        self.members.append(worker)
        return worker

    def begun(self) -> list[list[str]]:
        """List owner, epoch and step of each beginning."""
        text = self.begun_file.read_text() if self.begun_file.exists() else ""
        return [line.split(" ", 2) for line in text.splitlines()]

    async def until_begun(self, count: int) -> "subprocess.Popen[str]":
        """Wait for so many beginnings; return who made the last."""
        async with asyncio.timeout(20):
            while len(self.begun()) < count:  # noqa: ASYNC110 - another process begins
                await asyncio.sleep(0.01)
        owner = int(self.begun()[-1][0])
        return next(worker for worker in self.members if worker.pid == owner)

    def dismiss(self) -> str:
        """End them all and return what they said."""
        for worker in self.members:
            if worker.poll() is None:
                worker.send_signal(signal.SIGCONT)
                worker.kill()
        return "".join(worker.communicate(timeout=10)[0] for worker in self.members)


def make_written(urls: DatabaseUrls) -> None:
    with psycopg.connect(urls.owner) as owner:
        owner.execute("create table written (run_id uuid, step text, owner text)")
        owner.execute("grant select, insert on written to courtside_app")


@pytest.fixture
def crew(database_urls: DatabaseUrls, tmp_path: Path) -> Iterator[Crew]:
    make_written(database_urls)
    crew = Crew(database_urls.application, tmp_path / "begun", [])
    yield crew
    print(crew.dismiss())  # noqa: T201 - shown where a test fails


async def launch(database: Database, workspace_id: WorkspaceId) -> RunId:
    async with database.writing(workspace_id) as session:
        run = await create_run(session, kind=RunKind.TRAINING, job_name="t", input={}, request_id=None)
    return RunId(run.id)


async def until_completed(database: Database, workspace_id: WorkspaceId, run_id: RunId) -> None:
    async with asyncio.timeout(25):
        while True:
            async with database.reading(workspace_id) as connection:
                if await connection.fetchval("select state from run where id = $1", run_id) == "COMPLETED":
                    return
            await asyncio.sleep(0.02)


async def written(database: Database) -> list[str]:
    return [row["step"] for row in await database.fetch("select step from written order by step")]


UNSETTLED = "select 1 from jobs.procrastinate_jobs"
ALL_STEPS = [f"step {number}" for number in range(STEPS)]


async def test_a_killed_workers_run_is_finished_by_another_and_no_finished_step_is_repeated(
    database: Database, workspace_id: WorkspaceId, crew: Crew
) -> None:
    crew.hire()
    crew.hire()
    run_id = await launch(database, workspace_id)
    victim = await crew.until_begun(4)
    victim.kill()
    killed_at = time.monotonic()
    await crew.until_begun(5)
    taken_over_seconds = time.monotonic() - killed_at
    await until_completed(database, workspace_id, run_id)

    beginnings = Counter(step for _, _, step in crew.begun())
    assert taken_over_seconds < STALLED_SECONDS + 3 * HEARTBEAT_SECONDS + 1
    assert await written(database) == ALL_STEPS
    assert beginnings == Counter(ALL_STEPS) + Counter(["step 3"])  # only the step that was lost
    assert {(owner == str(victim.pid), epoch) for owner, epoch, _ in crew.begun()} == {
        (True, "1"),
        (False, "2"),
    }


async def test_a_worker_that_was_stopped_and_comes_back_writes_nothing_and_goes_on_working(
    database: Database, workspace_id: WorkspaceId, crew: Crew
) -> None:
    crew.hire()
    crew.hire()
    run_id = await launch(database, workspace_id)
    sleeper = await crew.until_begun(4)
    sleeper.send_signal(signal.SIGSTOP)
    await crew.until_begun(6)  # another has taken over and works
    sleeper.send_signal(signal.SIGCONT)
    await until_completed(database, workspace_id, run_id)

    assert await written(database) == ALL_STEPS
    assert Counter(step for _, _, step in crew.begun()) == Counter(ALL_STEPS) + Counter(["step 3"])
    assert all(worker.poll() is None for worker in crew.members)

    others = [worker for worker in crew.members if worker is not sleeper]
    for worker in others:
        worker.kill()
    again = await launch(database, workspace_id)
    await until_completed(database, workspace_id, again)
    assert "run.lost" in crew.dismiss()


async def test_a_worker_that_is_asked_to_end_does_so_within_five_seconds_and_another_goes_on_at_once(
    database: Database, workspace_id: WorkspaceId, crew: Crew
) -> None:
    crew.hire()
    crew.hire()
    run_id = await launch(database, workspace_id)
    leaver = await crew.until_begun(2)
    leaver.terminate()
    asked_at = time.monotonic()
    await asyncio.to_thread(leaver.wait, 5)
    ended_seconds = time.monotonic() - asked_at
    await until_completed(database, workspace_id, run_id)

    assert leaver.returncode == 0
    assert ended_seconds < 5
    assert await written(database) == ALL_STEPS


@dataclass
class OwnServer:
    """A database server that a test may kill and bring back."""

    postgres: EmbeddedPostgres
    address: PostgresAddress
    urls: DatabaseUrls

    def kill(self) -> None:
        pid = listener_pid(self.address.socket)
        assert pid
        os.kill(pid, signal.SIGKILL)

    def bring_back(self) -> None:
        self.postgres.start()


@pytest.fixture(scope="module")
def mortal(short_directory: Path) -> Iterator[EmbeddedPostgres]:
    postgres = EmbeddedPostgres(short_directory / "mortal")
    yield postgres
    postgres.stop()


@pytest.fixture
def server(mortal: EmbeddedPostgres) -> OwnServer:
    address = mortal.start()
    urls = provision(address, database=f"trial_{uuid4().hex[:8]}")
    make_written(urls)
    return OwnServer(mortal, address, urls)


@pytest.fixture
async def own_database(server: OwnServer) -> AsyncIterator[Database]:
    database = await Database.open(server.urls.application, pool_size=4)
    yield database
    await database.close()


@pytest.fixture
def own_crew(server: OwnServer, tmp_path: Path) -> Iterator[Crew]:
    crew = Crew(server.urls.application, tmp_path / "begun", [])
    yield crew
    print(crew.dismiss())  # noqa: T201 - shown where a test fails


async def test_a_worker_goes_on_after_the_database_was_away(
    server: OwnServer, own_database: Database, own_crew: Crew, workspace_id: WorkspaceId
) -> None:
    worker = own_crew.hire()
    run_id = await launch(own_database, workspace_id)
    await own_crew.until_begun(3)
    server.kill()
    await asyncio.sleep(2)
    await asyncio.to_thread(server.bring_back)
    await until_completed(own_database, workspace_id, run_id)

    assert await written(own_database) == ALL_STEPS
    before = len(own_crew.begun())
    asked_at = time.monotonic()
    again = await launch(own_database, workspace_id)
    await own_crew.until_begun(before + 1)
    assert time.monotonic() - asked_at < 2 * HEARTBEAT_SECONDS + 0.5
    await until_completed(own_database, workspace_id, again)
    assert worker.poll() is None


async def test_what_a_step_found_is_not_lost_with_the_database(
    server: OwnServer, own_database: Database, workspace_id: WorkspaceId
) -> None:
    run_id = await launch(own_database, workspace_id)
    run = await claim_run(own_database, workspace_id, run_id, "a")
    worked = 0

    async def work() -> dict[str, int]:
        nonlocal worked
        worked += 1
        server.kill()
        return {"answer": 42}

    storing = asyncio.create_task(run.step("long", work))
    await asyncio.sleep(1)
    await run.progress(0.5, "unheard")
    await asyncio.to_thread(server.bring_back)

    assert await asyncio.wait_for(storing, 20) == {"answer": 42}
    assert worked == 1
    assert (await claim_run(own_database, workspace_id, run_id, "b")).finished_steps == {
        "long": {"answer": 42}
    }


async def test_a_job_that_ends_while_the_database_is_away_is_settled_when_it_is_back(
    server: OwnServer, own_database: Database, workspace_id: WorkspaceId
) -> None:
    calls: list[RunId] = []

    async def handle(_workspace: WorkspaceId, run_id: RunId) -> None:
        calls.append(run_id)
        if len(calls) == 1:
            server.kill()

    async def settled() -> None:
        while await own_database.fetch(UNSETTLED):  # noqa: ASYNC110 - the database is asked
            await asyncio.sleep(0.05)

    stop = asyncio.Event()
    queue = Queue(server.urls.application)
    worker = asyncio.create_task(
        queue.work(
            handle,
            concurrency=1,
            heartbeat_seconds=HEARTBEAT_SECONDS,
            stalled_seconds=STALLED_SECONDS,
            stop=stop,
        )
    )
    first = await launch(own_database, workspace_id)
    await asyncio.sleep(1.5)
    await asyncio.to_thread(server.bring_back)
    await asyncio.wait_for(settled(), 10)
    second = await launch(own_database, workspace_id)
    await asyncio.wait_for(settled(), 10)
    stop.set()
    await asyncio.wait_for(worker, 5)

    assert calls == [first, second]


async def test_a_worker_without_a_database_still_ends_within_five_seconds(
    server: OwnServer, own_database: Database, own_crew: Crew, workspace_id: WorkspaceId
) -> None:
    worker = own_crew.hire()
    await launch(own_database, workspace_id)
    await own_crew.until_begun(2)
    server.kill()
    await asyncio.sleep(1.5)
    worker.terminate()
    asked_at = time.monotonic()
    await asyncio.to_thread(worker.wait, 10)

    assert worker.returncode == 0
    assert time.monotonic() - asked_at < 5
