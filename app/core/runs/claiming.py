"""Taking a run over from whoever had it: one row, one number that only rises."""

from typing import Final

import structlog
from sqlalchemy import Row, text

from app.core.database import Database
from app.core.ids import RunId, WorkspaceId
from app.core.runs.claimed import ClaimedRun
from app.core.runs.states import OPEN_STATES, LeaseLost, RunState, RunStateChanged
from app.core.session import Session

log = structlog.get_logger()

MAX_CLAIMS: Final = 20
"""A run that was begun so often without coming to an end kills its workers: it is given up."""
ABANDONED: Final = "ABANDONED"

_LOOK: Final = text("""
    select kind, job_name, input, state, epoch, cancel_requested from run where id = :id for no key update
""")
_CLAIM: Final = text("""
    update run set epoch = epoch + 1, state = 'RUNNING', owner = :owner, heartbeat_at = now(),
        started_at = coalesce(started_at, now())
    where id = :id
""")
_GIVE_UP: Final = text("""
    update run set epoch = epoch + 1, state = 'FAILED', owner = null, ended_at = now(),
        failure_kind = :kind, failure_message = :message
    where id = :id
""")
_STEPS: Final = text("select name, result from run_step where run_id = :id")


async def claim_run(database: Database, workspace_id: WorkspaceId, run_id: RunId, owner: str) -> ClaimedRun:
    """Make the run `owner`'s, whoever had it; raise `LeaseLost` where it is not open any more."""
    async with database.writing(workspace_id) as session:
        row = (await session.execute(_LOOK, {"id": run_id})).one_or_none()
        if row is None or row.state not in OPEN_STATES:
            found = "is not in this workspace" if row is None else f"has ended ({row.state})"
            message = f"Run {run_id} was to be claimed but {found}: there is nothing left to do for it."
            raise LeaseLost(message)
        given_up = row.epoch >= MAX_CLAIMS
        claimed = None if given_up else await _claim(session, database, row, run_id, owner)
        if given_up:
            await _give_up(session, row, run_id)
    if claimed is None:
        raise LeaseLost(f"Run {run_id} was begun {row.epoch} times without coming to an end and is given up.")
    log.info("run.claimed", run_id=str(run_id), epoch=claimed.epoch, owner=owner, kind=claimed.kind)
    return claimed


async def _claim(
    session: Session, database: Database, row: Row[tuple[object, ...]], run_id: RunId, owner: str
) -> ClaimedRun:
    await session.execute(_CLAIM, {"id": run_id, "owner": owner})
    if row.state != RunState.RUNNING:
        session.emit(RunStateChanged(run_id, RunState(row.state), RunState.RUNNING))
    steps = await session.execute(_STEPS, {"id": run_id})
    return ClaimedRun(
        database=database,
        workspace_id=session.workspace_id,
        id=run_id,
        epoch=row.epoch + 1,
        kind=row.kind,
        job_name=row.job_name,
        input=row.input,
        cancel_requested=row.cancel_requested,
        finished_steps={step.name: step.result for step in steps},
    )


async def _give_up(session: Session, row: Row[tuple[object, ...]], run_id: RunId) -> None:
    message = (
        f"The run was begun {row.epoch} times and never came to an end: its workers died, or what it needs "
        "was away. Look at the worker's log, then start a new run."
    )
    await session.execute(_GIVE_UP, {"id": run_id, "kind": ABANDONED, "message": message})
    session.emit(RunStateChanged(run_id, RunState(row.state), RunState.FAILED, ABANDONED, message))
    log.error("run.given_up", run_id=str(run_id), claims=row.epoch)
