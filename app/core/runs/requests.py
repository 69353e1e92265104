"""What a caller may ask for: a new run, the end of one; and seeing to it that none sleeps for ever."""

from collections.abc import Collection
from typing import Final

import structlog
from sqlalchemy import text

from app.core.columns import Json
from app.core.database import Database
from app.core.errors import Conflict, NotFound
from app.core.ids import RunId, WorkspaceId
from app.core.queue import defer, defer_asleep
from app.core.runs.states import OPEN_STATES, RunState, RunStateChanged
from app.core.session import Session
from app.core.tables import Run

log = structlog.get_logger()

_CANCEL_WAITING: Final = text("""
    update run set state = 'CANCELLED', cancel_requested = true, epoch = epoch + 1, ended_at = now()
    where id = :id
""")
_ASK_TO_CANCEL: Final = text("update run set cancel_requested = true where id = :id")


async def create_run(
    session: Session,
    *,
    kind: str,
    job_name: str,
    input: Json,  # noqa: A002 - the column's name
    request_id: str | None,
) -> Run:
    """Write a run that waits, say so, and ask for a worker: all of it with the session's transaction."""
    run = Run(kind=kind, job_name=job_name, state=RunState.QUEUED, input=dict(input), request_id=request_id)
    session.add(run)
    await session.flush()
    session.emit(RunStateChanged(run.id, None, RunState.QUEUED))
    await defer(session, run_id=RunId(run.id))
    return run


async def request_cancel(session: Session, run_id: RunId) -> Run:
    """End a run that waits, ask the worker of one that runs to end it; return it as it is now.

    Raises `NotFound` where there is none, `Conflict` where it has ended.
    """
    run = await session.get(Run, run_id, with_for_update={"key_share": True}, populate_existing=True)
    if run is None:
        message = f"There is no run {run_id} in this workspace: use the `id` of a run that a query returned."
        raise NotFound(message, missing_id=str(run_id))
    if run.state not in OPEN_STATES:
        message = f"Run {run_id} was to be cancelled but is {run.state}: only a run that is open can be."
        raise Conflict(message, current_id=run.state)
    if run.state == RunState.QUEUED:
        await session.execute(_CANCEL_WAITING, {"id": run_id})
        session.emit(RunStateChanged(run_id, RunState.QUEUED, RunState.CANCELLED))
    else:
        await session.execute(_ASK_TO_CANCEL, {"id": run_id})
    await session.refresh(run)
    return run


async def wake_lost_runs(
    database: Database, kinds: Collection[str], *, silent_seconds: float = 30.0
) -> tuple[RunId, ...]:
    """Ask again for open runs of these kinds that were silent for so long and that no job will wake.

    It mends what should not happen: a job that was deleted by hand, a backup without the queue.
    """
    woken: list[RunId] = []
    for (workspace_id,) in await database.fetch("select workspace_ids()"):
        async with database.writing(WorkspaceId(workspace_id)) as session:
            woken += await defer_asleep(session, kinds=kinds, silent_seconds=silent_seconds)
    for run_id in woken:
        log.warning("run.woken", run_id=str(run_id))
    return tuple(woken)
