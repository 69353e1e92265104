"""The run of an ingestion that is done by whoever asked for it, at once: no queue wakes anybody for it."""

import os
import platform
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from app.core.database import Database
from app.core.ids import RunId, WorkspaceId, new_id
from app.core.runs import ClaimedRun, LeaseLost, RunKind, RunState, RunStateChanged, claim_run
from app.core.tables import Run

JOB_NAME: Final = "ingest"


@asynccontextmanager
async def ingestion_run(
    database: Database, workspace_id: WorkspaceId, names: Sequence[str]
) -> AsyncIterator[ClaimedRun]:
    """Open a run around an ingestion: completed at the end, or failed with the error that came out of it."""
    run_id = RunId(new_id())
    async with database.writing(workspace_id) as session:
        files = {"files": list(names)}
        session.add(
            Run(id=run_id, kind=RunKind.INGESTION, job_name=JOB_NAME, state=RunState.QUEUED, input=files)
        )
        session.emit(RunStateChanged(run_id, None, RunState.QUEUED))
    run = await claim_run(database, workspace_id, run_id, f"{platform.node()}:{os.getpid()}")
    try:
        yield run
    except LeaseLost:
        raise
    except BaseException as error:
        await run.fail(error)
        raise
    await run.complete()
