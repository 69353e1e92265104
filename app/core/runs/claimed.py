"""A run in the hands of one worker, for as long as nobody else claims it.

A claim raises the run's epoch. Every write of its owner first locks the row and tests the epoch, so a
worker that was stopped and comes back fails at its first write. What a finished step found is stored
with it: the next owner reads it instead of doing it again.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

import orjson
import structlog
from sqlalchemy import TextClause, text

from app.core.columns import Json
from app.core.database import Database
from app.core.errors import PlatformError, Unavailable
from app.core.ids import RunId, WorkspaceId
from app.core.runs.states import LeaseLost, RunState, RunStateChanged
from app.core.session import Session

log = structlog.get_logger()

STORING_PATIENCE_SECONDS: Final = 120.0
"""How long the result of a finished step is held while the database is away."""
STORING_PAUSE_SECONDS: Final = 0.5

_HOLD: Final = text("""
    select 1 from run where id = :id and epoch = :epoch and state = 'RUNNING' for no key update
""")
_KEEP: Final = """
    insert into run_step (run_id, name, epoch, result) values (:run_id, :name, :epoch, cast(:result as jsonb))
"""
_KEEP_NEW: Final = text(_KEEP)
_KEEP_AGAIN: Final = text(_KEEP + "on conflict (run_id, name) do nothing")
"""For a result that is stored again because the first commit's answer was lost on the way."""
_REPORT: Final = text("""
    update run set progress_fraction = :fraction, progress_message = :message, heartbeat_at = now()
    where id = :id
""")
_END: Final = text("""
    update run set state = cast(:state as varchar), owner = null, ended_at = now(), failure_kind = :kind,
        failure_message = :message,
        progress_fraction = case when cast(:state as varchar) = 'COMPLETED' then 1 else progress_fraction end
    where id = :id
""")


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """What a worker needs to do a run's work; get one from `claim_run`."""

    database: Database
    workspace_id: WorkspaceId
    id: RunId
    epoch: int
    kind: str
    job_name: str
    input: Json
    cancel_requested: bool
    finished_steps: dict[str, Any]

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Session]:
        """Hand out a session in which the run is surely ours until it commits; else raise `LeaseLost`."""
        async with self.database.writing(self.workspace_id) as session:
            await self._hold(session)
            yield session

    async def step(self, name: str, work: Callable[[], Awaitable[object]]) -> Any:  # noqa: ANN401 - JSON
        """Do a step and keep its result; where an earlier owner finished it, just return that result.

        The result comes back as JSON would give it, the first time too. A step that is interrupted before
        its result is stored is done again: what it writes must bear that, or see `step_in_transaction`.
        """
        if name in self.finished_steps:
            return self.finished_steps[name]
        result = await work()
        give_up_at = time.monotonic() + STORING_PATIENCE_SECONDS
        while True:
            try:
                async with self.writing() as session:
                    kept = await self._keep(session, name, result, _KEEP_AGAIN)
            except Unavailable as error:  # hours of work are not to be lost for a restart of the database
                if time.monotonic() > give_up_at:
                    raise
                log.warning("run.step_waits", run_id=str(self.id), step=name, reason=error.message)
                await asyncio.sleep(STORING_PAUSE_SECONDS)
            else:
                self.finished_steps[name] = kept
                return kept

    async def step_in_transaction(self, name: str, work: Callable[[Session], Awaitable[object]]) -> Any:  # noqa: ANN401 - JSON
        """Do a step whose writes and whose end are one transaction: wholly done once, or not at all."""
        if name in self.finished_steps:
            return self.finished_steps[name]
        async with self.writing() as session:
            kept = await self._keep(session, name, await work(session), _KEEP_NEW)
        self.finished_steps[name] = kept
        return kept

    async def progress(self, fraction: float, message: str) -> None:
        """Say how far the run has come, within [0, 1], and what it does now; unheard while nobody hears."""
        try:
            async with self.writing() as session:
                await session.execute(_REPORT, {"id": self.id, "fraction": fraction, "message": message})
        except Unavailable as error:  # the next report replaces it, and the work need not stop
            log.info("run.progress_unheard", run_id=str(self.id), reason=error.message)

    async def complete(self) -> None:
        """End the run well."""
        await self._end(RunState.COMPLETED)

    async def fail(self, error: BaseException) -> None:
        """End the run with what went wrong."""
        kind = error.code if isinstance(error, PlatformError) else type(error).__name__
        await self._end(RunState.FAILED, kind, str(error) or kind)

    async def cancelled(self) -> None:
        """End the run because it was asked to end."""
        await self._end(RunState.CANCELLED)

    async def _hold(self, session: Session) -> None:
        held = await session.execute(_HOLD, {"id": self.id, "epoch": self.epoch})
        if held.scalar_one_or_none() is None:
            message = (
                f"Run {self.id} is no longer held under epoch {self.epoch}: another worker has claimed it, "
                "or it has ended. Its work here must stop."
            )
            raise LeaseLost(message)

    async def _keep(self, session: Session, name: str, result: object, insert: TextClause) -> object:
        kept = orjson.dumps(result, option=orjson.OPT_NON_STR_KEYS).decode()
        await session.execute(insert, {"run_id": self.id, "name": name, "epoch": self.epoch, "result": kept})
        return orjson.loads(kept)

    async def _end(self, state: RunState, kind: str | None = None, message: str | None = None) -> None:
        async with self.writing() as session:
            values = {"id": self.id, "state": state.value, "kind": kind, "message": message}
            await session.execute(_END, values)
            session.emit(RunStateChanged(self.id, RunState.RUNNING, state, kind, message))
        log.info("run.ended", run_id=str(self.id), state=state.value, failure_kind=kind)
