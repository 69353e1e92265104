"""A training that is killed, cancelled, or asked for what can't be done."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import asyncpg
import psutil
import pytest

from app.core.database import Database
from app.core.ids import RunId, WorkspaceId
from app.core.provisioning import DatabaseUrls
from app.core.runs import request_cancel
from app.training import pipeline
from app.training.store import reading
from app.training.views import TrainingRunView
from tests.training.kinds import Launch, Train
from tests.training.slow_fit import fit_for_ever

PROJECT = Path(__file__).resolve().parents[2]


async def rows_of(database: Database, workspace_id: WorkspaceId, sql: str) -> list[asyncpg.Record]:
    async with database.reading(workspace_id) as connection:
        return await connection.fetch(sql)


async def see(database: Database, workspace_id: WorkspaceId, run_id: RunId) -> TrainingRunView:
    async with database.reading(workspace_id) as connection:
        return (await reading.runs_by_id(connection, [run_id]))[run_id]


async def pid_of_fit(database: Database, workspace_id: WorkspaceId) -> int:
    """Wait until the endless fit has said who it is."""
    async with asyncio.timeout(90):
        while True:
            sql = "select value from metric_point where key = 'pid'"
            if found := await rows_of(database, workspace_id, sql):
                return int(found[0]["value"])
            await asyncio.sleep(0.1)


async def gone(pid: int) -> bool:
    for _ in range(100):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        await asyncio.sleep(0.1)
    return False


@pytest.mark.usefixtures("league")
async def test_a_worker_killed_in_the_middle_of_a_fit_leaves_one_version_to_the_next(
    database: Database,
    database_urls: DatabaseUrls,
    workspace_id: WorkspaceId,
    launch_run: Launch,
    train: Train,
    tmp_path: Path,
) -> None:
    run_id = await launch_run()
    doomed = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.training.doomed_worker"),
        *(database_urls.application, str(workspace_id), str(run_id), str(tmp_path)),
        cwd=PROJECT,
    )
    fit = await pid_of_fit(database, workspace_id)

    os.kill(doomed.pid, signal.SIGKILL)
    await doomed.wait()
    await train(run_id)
    await train(run_id)  # a wake-up that comes late finds nothing to do

    steps = await rows_of(database, workspace_id, "select name, epoch from run_step order by finished_at")
    versions = await rows_of(database, workspace_id, "select run_id, version from model_version")
    assert await gone(fit)
    assert [tuple(step) for step in steps] == [
        *(("rows", 1), ("snapshot", 1)),
        *(("fit", 2), ("evaluate", 2), ("track", 2), ("register", 2)),
    ]
    assert [tuple(version) for version in versions] == [(run_id, 1)]
    assert (await see(database, workspace_id, run_id)).state == "COMPLETED"


@pytest.mark.usefixtures("league")
async def test_a_run_that_is_cancelled_ends_soon_and_takes_its_child_with_it(
    database: Database,
    workspace_id: WorkspaceId,
    launch_run: Launch,
    train: Train,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pipeline, "fit_model", fit_for_ever)
    run_id = await launch_run()
    training = asyncio.create_task(train(run_id))
    fit = await pid_of_fit(database, workspace_id)

    async with database.writing(workspace_id) as session:
        await request_cancel(session, run_id)
    await asyncio.wait_for(training, 10)

    assert await gone(fit)
    assert (await see(database, workspace_id, run_id)).state == "CANCELLED"
    assert await rows_of(database, workspace_id, "select 1 from model_version") == []


@pytest.mark.parametrize(
    ("params", "reason"),
    [({}, "No regular season has 500 games"), ({"test_season": "2023-24"}, "2023-24 has 0 games")],
)
async def test_a_run_without_games_fails_and_says_what_is_missing(
    params: dict[str, str],
    reason: str,
    database: Database,
    workspace_id: WorkspaceId,
    launch_run: Launch,
    train: Train,
) -> None:
    run_id = await launch_run(**params)

    await train(run_id)

    run = await see(database, workspace_id, run_id)
    sql = "select payload->>'to_state' as state from event where kind = 'RunStateChanged' order by sequence"
    told = await rows_of(database, workspace_id, sql)
    assert (run.state, run.failure and run.failure.kind) == ("FAILED", "VALIDATION")
    assert reason in (run.failure.message if run.failure else "")
    assert [row["state"] for row in told] == ["QUEUED", "RUNNING", "FAILED"]


@pytest.mark.usefixtures("league")
async def test_what_the_child_refuses_fails_the_run_in_its_own_words(
    database: Database, workspace_id: WorkspaceId, launch_run: Launch, train: Train
) -> None:
    run_id = await launch_run(first_season="2022", test_season="2022-23")

    await train(run_id)

    run = await see(database, workspace_id, run_id)
    assert run.failure is not None
    assert run.failure.message.startswith("The season 2022-23 has 1230 games")
