"""The run row of an ingestion: what is being done now, and how it ended."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy import text

from app.core.database import Database
from app.core.errors import PlatformError
from app.core.ids import RunId, WorkspaceId, new_id
from app.core.session import Session
from app.core.tables import Run

INGESTION: Final = "INGESTION"
JOB_NAME: Final = "ingest"

_START: Final = text("update run set started_at = now(), heartbeat_at = now() where id = :id")
_REPORT: Final = text("""
    update run set progress_fraction = :fraction, progress_message = :message, heartbeat_at = now()
    where id = :id
""")
_END: Final = text("""
    update run set state = :state, ended_at = now(), failure_kind = :kind, failure_message = :message
    where id = :id
""")


@asynccontextmanager
async def ingestion_run(
    database: Database, workspace_id: WorkspaceId, names: Sequence[str]
) -> AsyncIterator[RunId]:
    """Open a run around an ingestion, completed at the end or failed with the error that came out of it."""
    run = Run(
        id=new_id(), kind=INGESTION, job_name=JOB_NAME, state="RUNNING", epoch=1, input={"files": list(names)}
    )
    run_id = RunId(run.id)
    async with database.writing(workspace_id) as session:
        session.add(run)
        await session.flush()
        await session.execute(_START, {"id": run_id})
    try:
        yield run_id
    except BaseException as error:
        await _end(database, workspace_id, run_id, error)
        raise
    await _end(database, workspace_id, run_id, None)


async def report_progress(session: Session, run_id: RunId, *, fraction: float, message: str) -> None:
    """Say how far the run has come, within [0, 1], and what it does now."""
    await session.execute(_REPORT, {"id": run_id, "fraction": fraction, "message": message})


async def _end(
    database: Database, workspace_id: WorkspaceId, run_id: RunId, error: BaseException | None
) -> None:
    kind = error.code if isinstance(error, PlatformError) else None if error is None else type(error).__name__
    message = None if error is None else str(error)
    state = "COMPLETED" if error is None else "FAILED"
    async with database.writing(workspace_id) as session:
        await session.execute(_END, {"id": run_id, "state": state, "kind": kind, "message": message})
