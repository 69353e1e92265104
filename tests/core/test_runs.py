import asyncio
import os
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from app.core.child import run_in_child
from app.core.database import Database
from app.core.errors import Conflict, NotFound, Unavailable
from app.core.ids import RunId, WorkspaceId, new_id
from app.core.runs import (
    ClaimedRun,
    LeaseLost,
    RunKind,
    RunState,
    carry_out,
    claim_run,
    create_run,
    request_cancel,
    run_topic,
    wake_lost_runs,
)
from app.core.runs.claiming import MAX_CLAIMS
from app.core.session import Session
from tests.core.child_functions import spin

Claim = Callable[..., Awaitable[ClaimedRun]]


@pytest.fixture
async def run_id(database: Database, workspace_id: WorkspaceId) -> RunId:
    async with database.writing(workspace_id) as session:
        run = await create_run(
            session, kind=RunKind.TRAINING, job_name="train", input={"seed": 7}, request_id="r-1"
        )
    return RunId(run.id)


@pytest.fixture
def claim(database: Database, workspace_id: WorkspaceId, run_id: RunId) -> Claim:
    async def claim(owner: str = "a") -> ClaimedRun:
        return await claim_run(database, workspace_id, run_id, owner)

    return claim


async def row(database: Database, workspace_id: WorkspaceId, run_id: UUID) -> asyncpg.Record:
    async with database.reading(workspace_id) as connection:
        found = await connection.fetchrow("select * from run where id = $1", run_id)
    assert found is not None
    return found


async def transitions(database: Database, workspace_id: WorkspaceId, run_id: UUID) -> list[tuple[str, str]]:
    async with database.reading(workspace_id) as connection:
        events = await connection.fetch(
            "select payload from event where topic = $1 order by sequence", run_topic(run_id)
        )
    return [(event["payload"]["from_state"], event["payload"]["to_state"]) for event in events]


async def jobs(database: Database) -> list[asyncpg.Record]:
    return await database.fetch("select * from jobs.procrastinate_jobs order by id")


async def test_a_run_its_event_and_its_job_are_one_transaction(
    database: Database, workspace_id: WorkspaceId, run_id: RunId
) -> None:
    async def fail() -> None:
        async with database.writing(workspace_id) as session:
            await create_run(session, kind="X", job_name="x", input={}, request_id=None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    (job,) = await jobs(database)
    assert job["args"] == {"workspace_id": str(workspace_id), "run_id": str(run_id)}
    assert await transitions(database, workspace_id, run_id) == [(None, "QUEUED")]
    stored = await row(database, workspace_id, run_id)
    assert (stored["state"], stored["epoch"], stored["request_id"]) == ("QUEUED", 0, "r-1")


async def test_a_busy_workspaces_next_run_stands_behind_anothers_first(
    database: Database, workspace_id: WorkspaceId, other_workspace_id: WorkspaceId
) -> None:
    for workspace in (workspace_id, workspace_id, workspace_id, other_workspace_id):
        async with database.writing(workspace) as session:
            await create_run(session, kind="X", job_name="x", input={}, request_id=None)

    assert [job["priority"] for job in await jobs(database)] == [0, -1, -2, 0]


async def test_a_claim_raises_the_epoch_and_is_told_only_where_the_state_changes(
    database: Database, workspace_id: WorkspaceId, run_id: RunId, claim: Claim
) -> None:
    first, second = await claim("a"), await claim("b")

    assert (first.epoch, second.epoch) == (1, 2)
    assert (first.kind, first.job_name, dict(first.input)) == ("TRAINING", "train", {"seed": 7})
    assert (await row(database, workspace_id, run_id))["owner"] == "b"
    assert await transitions(database, workspace_id, run_id) == [(None, "QUEUED"), ("QUEUED", "RUNNING")]


async def test_a_run_that_has_ended_or_is_anothers_cannot_be_claimed(
    database: Database, other_workspace_id: WorkspaceId, run_id: RunId, claim: Claim
) -> None:
    with pytest.raises(LeaseLost, match="not in this workspace"):
        await claim_run(database, other_workspace_id, run_id, "a")
    await (await claim()).complete()

    with pytest.raises(LeaseLost, match=r"has ended \(COMPLETED\)"):
        await claim()


async def test_every_write_of_a_stale_owner_fails(
    database: Database, workspace_id: WorkspaceId, run_id: RunId, claim: Claim
) -> None:
    stale = await claim("a")
    await claim("b")

    async def found() -> int:
        return 1

    async def found_in(_session: Session) -> int:
        return 1

    for write in (
        lambda: stale.step("one", found),
        lambda: stale.step_in_transaction("one", found_in),
        lambda: stale.progress(0.5, "half"),
        stale.complete,
        stale.cancelled,
        lambda: stale.fail(ValueError("no")),
    ):
        with pytest.raises(LeaseLost):
            await write()
    assert (await claim("c")).finished_steps == {}
    assert (await row(database, workspace_id, run_id))["state"] == "RUNNING"


async def test_an_owner_that_writes_holds_off_the_next_claim_until_it_has_committed(
    claim: Claim,
) -> None:
    owner = await claim("a")
    async with owner.writing():
        claiming = asyncio.create_task(claim("b"))
        await asyncio.sleep(0.1)
        assert not claiming.done()

    assert (await claiming).epoch == 2


async def test_finished_steps_are_not_done_again_by_the_next_owner(claim: Claim) -> None:
    done: list[str] = []

    async def work(run: ClaimedRun, *, dies_after: str | None = None) -> list[Any]:
        results = []
        for name in ("one", "two", "three"):

            async def step(name: str = name) -> dict[str, object]:
                done.append(name)
                return {"name": name, "shape": (2, 3)}

            results.append(await run.step(name, step))
            if name == dies_after:
                raise ZeroDivisionError
        return results

    with pytest.raises(ZeroDivisionError):
        await work(await claim("a"), dies_after="two")
    results = await work(await claim("b"))

    assert done == ["one", "two", "three"]
    assert results == [{"name": name, "shape": [2, 3]} for name in done]


async def test_a_steps_writes_and_its_end_are_stored_together_or_not_at_all(
    database: Database, workspace_id: WorkspaceId, run_id: RunId, claim: Claim
) -> None:
    async def register(session: Session) -> str:
        await session.execute(
            text("update run set job_name = job_name || '!' where id = :id"), {"id": run_id}
        )
        return "registered"

    async def register_and_fail(session: Session) -> str:
        await register(session)
        raise ZeroDivisionError

    first = await claim()
    with pytest.raises(ZeroDivisionError):
        await first.step_in_transaction("register", register_and_fail)
    assert await first.step_in_transaction("register", register) == "registered"
    assert await first.step_in_transaction("register", register) == "registered"
    assert await (await claim()).step_in_transaction("register", register) == "registered"

    assert (await row(database, workspace_id, run_id))["job_name"] == "train!"


async def test_progress_is_kept_and_completion_is_all_of_it(
    database: Database, workspace_id: WorkspaceId, run_id: RunId, claim: Claim
) -> None:
    run = await claim()
    await run.progress(0.5, "fitting")
    halfway = await row(database, workspace_id, run_id)
    await run.complete()

    ended = await row(database, workspace_id, run_id)
    assert (halfway["progress_fraction"], halfway["progress_message"]) == (0.5, "fitting")
    assert (ended["progress_fraction"], ended["state"], ended["owner"]) == (1.0, "COMPLETED", None)
    assert ended["ended_at"] >= ended["started_at"]


async def test_work_that_raises_fails_its_run_with_the_reason(
    database: Database, workspace_id: WorkspaceId, run_id: RunId
) -> None:
    async def work(_run: ClaimedRun) -> None:
        message = "only one class"
        raise ValueError(message)

    await carry_out(database, workspace_id, run_id, owner="a", work=work)

    stored = await row(database, workspace_id, run_id)
    assert (stored["state"], stored["failure_kind"], stored["failure_message"]) == (
        "FAILED",
        "ValueError",
        "only one class",
    )
    assert (await transitions(database, workspace_id, run_id))[-1] == ("RUNNING", "FAILED")


async def test_a_run_stays_open_where_something_we_depend_on_is_away(
    database: Database, workspace_id: WorkspaceId, run_id: RunId
) -> None:
    async def work(_run: ClaimedRun) -> None:
        message = "MLflow does not answer"
        raise Unavailable(message, dependency="mlflow")

    with pytest.raises(Unavailable):
        await carry_out(database, workspace_id, run_id, owner="a", work=work)

    assert (await row(database, workspace_id, run_id))["state"] == "RUNNING"


async def test_a_run_that_never_comes_to_an_end_is_given_up(
    database: Database, workspace_id: WorkspaceId, run_id: RunId, claim: Claim
) -> None:
    for _ in range(MAX_CLAIMS):
        last = await claim()

    with pytest.raises(LeaseLost, match="given up"):
        await claim()
    with pytest.raises(LeaseLost):
        await last.complete()

    stored = await row(database, workspace_id, run_id)
    assert (stored["state"], stored["failure_kind"]) == ("FAILED", "ABANDONED")


async def test_work_stops_soon_after_the_run_was_claimed_by_another(
    database: Database, workspace_id: WorkspaceId, run_id: RunId, claim: Claim
) -> None:
    started = asyncio.Event()

    async def work(_run: ClaimedRun) -> None:
        started.set()
        await asyncio.sleep(30)

    working = asyncio.create_task(carry_out(database, workspace_id, run_id, owner="a", work=work))
    await started.wait()
    await claim("b")

    await asyncio.wait_for(working, 2)
    assert (await row(database, workspace_id, run_id))["owner"] == "b"


async def test_a_running_run_is_cancelled_by_its_own_worker(
    database: Database, workspace_id: WorkspaceId, run_id: RunId
) -> None:
    started, stopped = asyncio.Event(), asyncio.Event()

    async def work(_run: ClaimedRun) -> None:
        started.set()
        try:
            await asyncio.sleep(30)
        finally:
            stopped.set()

    working = asyncio.create_task(carry_out(database, workspace_id, run_id, owner="a", work=work))
    await started.wait()
    async with database.writing(workspace_id) as session:
        asked = await request_cancel(session, run_id)

    await asyncio.wait_for(working, 2)
    assert (asked.state, asked.cancel_requested) == ("RUNNING", True)
    assert stopped.is_set()
    assert (await row(database, workspace_id, run_id))["state"] == "CANCELLED"
    assert (await transitions(database, workspace_id, run_id))[-1] == ("RUNNING", "CANCELLED")


async def test_cancelling_a_run_kills_the_process_that_computes_for_it(
    database: Database, workspace_id: WorkspaceId, run_id: RunId
) -> None:
    pids: list[int] = []
    computing = asyncio.Event()

    async def hear(pid: int) -> None:
        pids.append(pid)
        computing.set()

    async def work(_run: ClaimedRun) -> None:
        await run_in_child(spin, on_progress=hear)

    working = asyncio.create_task(carry_out(database, workspace_id, run_id, owner="a", work=work))
    await asyncio.wait_for(computing.wait(), 20)
    async with database.writing(workspace_id) as session:
        await request_cancel(session, run_id)
    await asyncio.wait_for(working, 3)

    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)
    assert (await row(database, workspace_id, run_id))["state"] == "CANCELLED"


async def test_a_waiting_run_is_cancelled_at_once_and_its_job_does_nothing(
    database: Database, workspace_id: WorkspaceId, run_id: RunId
) -> None:
    async def work(_run: ClaimedRun) -> None:
        pytest.fail("a cancelled run was worked on")

    async with database.writing(workspace_id) as session:
        cancelled = await request_cancel(session, run_id)
    await carry_out(database, workspace_id, run_id, owner="a", work=work)

    assert cancelled.state == RunState.CANCELLED
    assert cancelled.ended_at is not None
    assert await transitions(database, workspace_id, run_id) == [(None, "QUEUED"), ("QUEUED", "CANCELLED")]


async def test_a_cancelled_run_whose_worker_died_is_cancelled_by_the_next(
    database: Database, workspace_id: WorkspaceId, run_id: RunId, claim: Claim
) -> None:
    async def work(_run: ClaimedRun) -> None:
        pytest.fail("a cancelled run was worked on")

    await claim("dead")
    async with database.writing(workspace_id) as session:
        await request_cancel(session, run_id)
    await carry_out(database, workspace_id, run_id, owner="b", work=work)

    assert (await row(database, workspace_id, run_id))["state"] == "CANCELLED"


async def test_what_is_not_there_or_has_ended_cannot_be_cancelled(
    database: Database,
    workspace_id: WorkspaceId,
    other_workspace_id: WorkspaceId,
    run_id: RunId,
    claim: Claim,
) -> None:
    async def cancel(workspace: WorkspaceId, which: RunId) -> None:
        async with database.writing(workspace) as session:
            await request_cancel(session, which)

    with pytest.raises(NotFound):
        await cancel(workspace_id, RunId(new_id()))
    with pytest.raises(NotFound):
        await cancel(other_workspace_id, run_id)
    await (await claim()).complete()
    with pytest.raises(Conflict, match="is COMPLETED"):
        await cancel(workspace_id, run_id)


async def test_a_worker_that_is_stopped_leaves_the_run_open(
    database: Database, workspace_id: WorkspaceId, run_id: RunId
) -> None:
    started = asyncio.Event()

    async def work(_run: ClaimedRun) -> None:
        started.set()
        await asyncio.sleep(30)

    working = asyncio.create_task(carry_out(database, workspace_id, run_id, owner="a", work=work))
    await started.wait()
    working.cancel()

    with pytest.raises(asyncio.CancelledError):
        await working
    assert (await row(database, workspace_id, run_id))["state"] == "RUNNING"


async def test_an_open_run_without_a_job_is_woken_once_in_every_workspace(
    database: Database, other_workspace_id: WorkspaceId, run_id: RunId
) -> None:
    async with database.writing(other_workspace_id) as session:
        other = await create_run(session, kind="TRAINING", job_name="x", input={}, request_id=None)
        awake = await create_run(session, kind="TRAINING", job_name="x", input={}, request_id=None)
        await create_run(session, kind="INGESTION", job_name="x", input={}, request_id=None)
        await session.execute(
            text("delete from jobs.procrastinate_jobs where args->>'run_id' <> :awake"),
            {"awake": str(awake.id)},
        )

    too_early = await wake_lost_runs(database, ["TRAINING"], silent_seconds=60)
    rounds = await asyncio.gather(
        *(wake_lost_runs(database, ["TRAINING"], silent_seconds=0) for _ in range(4))
    )
    again = await wake_lost_runs(database, ["TRAINING"], silent_seconds=0)

    assert too_early == again == ()
    assert sorted(found for woken in rounds for found in woken) == sorted([run_id, RunId(other.id)])
    assert {job["args"]["run_id"] for job in await jobs(database)} == {
        str(run_id),
        str(other.id),
        str(awake.id),
    }
