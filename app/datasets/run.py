"""The run of an ingestion that is done by whoever asked for it, at once: no queue wakes anybody for it.

So nobody goes on with one whose process was killed. Each is guarded by a lock on a connection of its own,
which PostgreSQL lets go when the process is gone; the next ingestion ends what is open and unguarded.
"""

import os
import platform
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from app.core.database import Database
from app.core.errors import Conflict
from app.core.ids import RunId, WorkspaceId, new_id
from app.core.runs import ClaimedRun, LeaseLost, RunKind, RunState, RunStateChanged, claim_run
from app.core.tables import Run
from app.datasets import store

JOB_NAME: Final = "ingest"


class IngestionAbandoned(Conflict):
    """The process that brought files in was gone before it had ended."""

    code = "ABANDONED"


@asynccontextmanager
async def ingestion_run(
    database: Database, workspace_id: WorkspaceId, names: Sequence[str]
) -> AsyncIterator[ClaimedRun]:
    """Open a run around an ingestion: completed at the end, or failed with the error that came out of it."""
    run_id = RunId(new_id())
    async with _guarded(database, run_id):
        await _record(database, workspace_id, run_id, names)
        run = await claim_run(database, workspace_id, run_id, _this_process())
        try:
            yield run
        except LeaseLost:
            raise
        except BaseException as error:
            await run.fail(error)
            raise
        await run.complete()


async def end_abandoned_runs(database: Database, workspace_id: WorkspaceId) -> None:
    """Fail every open ingestion whose process is gone."""
    async with database.reading(workspace_id) as connection:
        abandoned = await store.list_unguarded_runs(connection)
    for run_id, owner in abandoned:
        message = (
            f"The process that brought these files in ({owner or 'unknown'}) is gone: it was killed, or lost "
            "the database. The files that it finished are kept; bring the others in again."
        )
        with suppress(LeaseLost):  # another ingestion has ended it meanwhile
            run = await claim_run(database, workspace_id, run_id, _this_process())
            await run.fail(IngestionAbandoned(message))


@asynccontextmanager
async def _guarded(database: Database, run_id: RunId) -> AsyncIterator[None]:
    connection = await database.connect(application_name="courtside-ingestion")
    try:
        await store.guard_run(connection, run_id)
        yield
    finally:
        await connection.close()


async def _record(database: Database, workspace_id: WorkspaceId, run_id: RunId, names: Sequence[str]) -> None:
    async with database.writing(workspace_id) as session:
        files = {"files": list(names)}
        session.add(
            Run(id=run_id, kind=RunKind.INGESTION, job_name=JOB_NAME, state=RunState.QUEUED, input=files)
        )
        session.emit(RunStateChanged(run_id, None, RunState.QUEUED))


def _this_process() -> str:
    return f"{platform.node()}:{os.getpid()}"
