"""Doing a run's work under guard: it stops as soon as the run is lost or is to be cancelled.

How the work ended decides how the run ends. Where a part that we depend on was away, or this process
is asked to stop, the run stays open: its job comes again, here or elsewhere, and goes on at the lost step.
"""

import asyncio
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from typing import Final, TypeAlias

import structlog

from app.core.database import Database
from app.core.errors import PlatformError, Unavailable
from app.core.ids import RunId, WorkspaceId
from app.core.runs.claimed import ClaimedRun
from app.core.runs.claiming import claim_run
from app.core.runs.states import LeaseLost

log = structlog.get_logger()

Work: TypeAlias = Callable[[ClaimedRun], Awaitable[None]]

POLL_SECONDS: Final = 0.25
"""How soon a worker notices that its run is lost or is to be cancelled."""

_WATCH: Final = "select epoch, state, cancel_requested from run where id = $1"


class _Stop(Enum):
    """Why work was stopped."""

    LOST = auto()
    CANCELLED = auto()


async def carry_out(
    database: Database, workspace_id: WorkspaceId, run_id: RunId, *, owner: str, work: Work
) -> None:
    """Claim the run, do its work under guard, and end it as the work ended.

    Returns whenever nothing is left to do here; raises where the run is to be tried again.
    """
    try:
        run = await claim_run(database, workspace_id, run_id, owner)
        if run.cancel_requested:
            await run.cancelled()
        else:
            await _work_under_guard(run, work)
    except LeaseLost as lost:
        log.warning("run.lost", run_id=str(run_id), owner=owner, reason=lost.message)


async def _work_under_guard(run: ClaimedRun, work: Work) -> None:
    working = asyncio.ensure_future(work(run))
    watching = asyncio.create_task(_watch(run), name=f"watch run {run.id}")
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        why = None if working.done() else watching.result()
    finally:  # also where this very task is cancelled
        watching.cancel()
        working.cancel()
        await asyncio.gather(working, watching, return_exceptions=True)
    match why:
        case None:
            await _end(run, working.exception())
        case _Stop.CANCELLED:
            await run.cancelled()
        case _Stop.LOST:
            log.warning("run.lost", run_id=str(run.id), epoch=run.epoch, reason="it was claimed by another")


async def _end(run: ClaimedRun, error: BaseException | None) -> None:
    if error is None:
        await run.complete()
    elif isinstance(error, LeaseLost) or (isinstance(error, PlatformError) and error.retryable):
        raise error
    else:
        log.error("run.failed", run_id=str(run.id), kind=run.kind, exc_info=error)
        await run.fail(error)


async def _watch(run: ClaimedRun) -> _Stop:
    """Return when the run is to be stopped. An absent database is no reason: the writes are fenced."""
    while True:
        await asyncio.sleep(POLL_SECONDS)
        try:
            async with run.database.reading(run.workspace_id) as connection:
                row = await connection.fetchrow(_WATCH, run.id)
        except Unavailable:
            continue
        if row is None or row["epoch"] != run.epoch:
            return _Stop.LOST
        if row["state"] == "RUNNING" and row["cancel_requested"]:
            return _Stop.CANCELLED
