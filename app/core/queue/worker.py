"""A worker inside this process: takes wake-ups from the queue and hands each to one function.

It outlives the database's absence, ends in bounded time, and installs no signal handlers: who runs it
sets `stop`. A wake-up is only ever settled by a handler that returned; one that raised comes again.
"""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.worker import Worker
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from sqlalchemy import make_url

from app.core.errors import PlatformError
from app.core.ids import RunId, WorkspaceId
from app.core.pulse import waited
from app.core.queue.fenced import RETRY_SECONDS, FencedJobs
from app.core.queue.waking import QUEUE, TASK

log = structlog.get_logger()

Handler: TypeAlias = Callable[[WorkspaceId, RunId], Awaitable[None]]

CONNECT_TIMEOUT_SECONDS: Final = 2
LONGEST_RETRY_SECONDS: Final = 60
NEVER_SECONDS: Final = 86_400.0
CLOSE_TIMEOUT_SECONDS: Final = 0.5


class _ComeAgain(BaseRetryStrategy):
    """A job that was interrupted is ready at once, one that failed rests, twice as long each time."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:
        if isinstance(exception, asyncio.CancelledError):
            return RetryDecision()
        return RetryDecision(retry_in={"seconds": min(2 ** min(job.attempts, 8), LONGEST_RETRY_SECONDS)})


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue in the database at `url`, as the application's role sees it."""

    url: str
    pool_size: int = 4

    async def work(
        self,
        handler: Handler,
        *,
        concurrency: int,
        heartbeat_seconds: float,
        stalled_seconds: float,
        stop: asyncio.Event,
        shutdown_seconds: float = 1.5,
    ) -> None:
        """Hand wake-ups to `handler`, `concurrency` at a time, until `stop` is set.

        Then running handlers get `shutdown_seconds` to return; after that they are cancelled, and their
        jobs are at once another worker's.
        """
        async with self._connected() as connector:
            jobs = FencedJobs(connector, stalled_seconds=stalled_seconds, stop=stop)
            app = _app(connector, jobs, handler)
            while not stop.is_set():
                worker = Worker(
                    app,
                    queues=[QUEUE],
                    concurrency=concurrency,
                    fetch_job_polling_interval=heartbeat_seconds,
                    abort_job_polling_interval=NEVER_SECONDS,
                    update_heartbeat_interval=heartbeat_seconds,
                    stalled_worker_timeout=stalled_seconds,
                    shutdown_graceful_timeout=shutdown_seconds,
                    install_signal_handlers=False,
                )
                await _run(worker, stop)

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[PsycopgConnector]:
        pool: AsyncConnectionPool[AsyncConnection[Any]] = AsyncConnectionPool(
            make_url(self.url).set(drivername="postgresql").render_as_string(hide_password=False),
            kwargs={
                "options": "-c search_path=jobs,pg_temp",
                "application_name": "courtside-queue",
                "connect_timeout": CONNECT_TIMEOUT_SECONDS,
            },
            min_size=1,
            max_size=self.pool_size,
            timeout=CONNECT_TIMEOUT_SECONDS,
            # by default a pool waits up to 32 s before it tries a returned database
            reconnect_timeout=RETRY_SECONDS,
            check=AsyncConnectionPool.check_connection,
            open=False,
        )
        connector = PsycopgConnector()
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)  # that it was lost is told once, by us
        await pool.open()
        await connector.open_async(pool)
        try:
            yield connector
        finally:
            await pool.close(timeout=CLOSE_TIMEOUT_SECONDS)


def _app(connector: PsycopgConnector, jobs: FencedJobs, handler: Handler) -> App:
    app = App(connector=connector)
    app.job_manager = jobs

    @app.task(name=TASK, queue=QUEUE, retry=_ComeAgain())
    async def run(workspace_id: str, run_id: str) -> None:
        try:
            await handler(WorkspaceId(uuid.UUID(workspace_id)), RunId(uuid.UUID(run_id)))
        except PlatformError as error:
            log.warning("job.postponed", run_id=run_id, workspace_id=workspace_id, reason=error.message)
            raise
        except Exception:  # the worker's loop: procrastinate would tell of it at level INFO
            log.exception("job.failed", run_id=run_id, workspace_id=workspace_id)
            raise

    return app


async def _run(worker: Worker, stop: asyncio.Event) -> None:
    """Run it until `stop` is set or it ends by itself, which it should not."""
    running = asyncio.create_task(worker.run(), name="courtside-worker")  # type: ignore[no-untyped-call]
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()
        worker.stop()  # type: ignore[no-untyped-call]
        try:
            await running
        except Exception:  # the worker's loop: whatever it was, work must go on
            log.exception("worker.failed", retry_in_seconds=RETRY_SECONDS)
    if not stop.is_set():
        await waited(stop, RETRY_SECONDS)
