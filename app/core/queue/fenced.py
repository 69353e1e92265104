"""What procrastinate asks of the database, made safe against stale workers and absent databases.

Stock, a worker settles a job by its id alone, forgets to settle it when the database is away, and dies
of a missed heartbeat. Here a job is settled by the very worker and attempt that took it; whatever
fails for want of a database is tried again; and each sign of life also takes over from the dead.
"""

import asyncio
import datetime as dt
import time
from collections.abc import Iterable
from typing import Final, LiteralString

import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Notification, Status
from procrastinate.manager import JobManager, NotificationCallback
from procrastinate.psycopg_connector import PsycopgConnector

from app.core.pulse import waited

log = structlog.get_logger()

RETRY_SECONDS: Final = 1.0

_MINE: Final = "id = %(id)s and status = 'doing' and worker_id = %(worker_id)s and attempts = %(attempts)s"
_FORGET: Final[LiteralString] = f"delete from procrastinate_jobs where {_MINE} returning id"  # noqa: S608
_PUT_BACK: Final[LiteralString] = f"""
    update procrastinate_jobs set status = 'todo', attempts = attempts + 1, abort_requested = false,
        worker_id = null, scheduled_at = %(not_before)s
    where {_MINE} returning id
"""  # noqa: S608 - constants
_SIGN_OF_LIFE: Final[LiteralString] = """
    insert into procrastinate_workers (id, last_heartbeat) overriding system value values (%(id)s, now())
    on conflict (id) do update set last_heartbeat = now()
"""
"""Also for a worker that was struck off while it was stopped: it goes on under its old number."""
_TAKE_OVER: Final[LiteralString] = """
    update procrastinate_jobs set status = 'todo', attempts = attempts + 1, abort_requested = false,
        scheduled_at = null
    where status = 'doing' and worker_id is null returning id
"""
"""Striking a worker off sets the `worker_id` of its jobs to null. Two rescuers can not both find such a
job: the second waits for its row and then sees it changed."""


class FencedJobs(JobManager):
    """The jobs as one worker sees them."""

    def __init__(self, connector: PsycopgConnector, *, stalled_seconds: float, stop: asyncio.Event) -> None:
        super().__init__(connector)
        self._stalled_seconds = stalled_seconds
        self._stop = stop
        self._is_away = False
        self._back_since = float("-inf")
        self._heard = 0

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """Take the next job; None where there is none or nobody to ask."""
        heard = -1
        job = None
        try:
            # the worker forgets what it hears while it looks, and would find that job a whole poll later
            while job is None and heard != self._heard:
                heard = self._heard
                job = await super().fetch_job(queues, worker_id)
        except ConnectorException as error:
            self._note_absence(error)
            return None
        self._note_presence()
        return job

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: ARG002 - theirs
        """Forget the job: how its run ended is the run's to tell."""
        await self._settle(job, _FORGET)

    async def retry_job(
        self,
        job: Job,
        retry_at: dt.datetime | None = None,
        priority: int | None = None,  # noqa: ARG002 - never asked for
        queue: str | None = None,  # noqa: ARG002 - the same
        lock: str | None = None,  # noqa: ARG002 - the same
    ) -> None:
        """Put the job back, for any worker to take from `retry_at` on."""
        await self._settle(job, _PUT_BACK, not_before=retry_at)

    async def _settle(self, job: Job, statement: LiteralString, **values: object) -> None:
        mine = {"id": job.id, "worker_id": job.worker_id, "attempts": job.attempts}
        while True:
            try:
                settled = await self.connector.execute_query_all_async(statement, **mine, **values)
            except ConnectorException as error:
                self._note_absence(error)
                if await waited(self._stop, RETRY_SECONDS):
                    return  # others will find it without a worker, and its run knows better
            else:
                if not settled:
                    log.warning("job.taken_by_another", **mine)
                return

    async def update_heartbeat(self, worker_id: int) -> None:
        """Say that this worker is alive, then give the jobs of the dead to the living."""
        try:
            await self.connector.execute_query_async(_SIGN_OF_LIFE, id=worker_id)
            self._note_presence()
            if time.monotonic() - self._back_since > self._stalled_seconds:
                await self.take_over()
        except ConnectorException as error:
            self._note_absence(error)

    async def take_over(self) -> int:
        """Put the jobs of workers that fell silent back into the queue; return how many."""
        await self.prune_stalled_workers(self._stalled_seconds)
        taken = await self.connector.execute_query_all_async(_TAKE_OVER)
        for row in taken:
            log.warning("job.taken_over", job_id=row["id"])
        return len(taken)

    async def unregister_worker(self, worker_id: int) -> None:
        """Sign off, if there is anybody to hear it."""
        if self._is_away:
            return
        try:
            await super().unregister_worker(worker_id)
        except ConnectorException as error:
            self._note_absence(error)

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        """Listen for ever; what is said while nobody can be heard is found by looking (polling)."""

        async def hear(*, channel: str, notification: Notification) -> None:
            self._heard += 1
            await on_notification(channel=channel, notification=notification)

        while True:
            try:
                await super().listen_for_jobs(on_notification=hear, queues=queues)
            except ConnectorException as error:
                self._note_absence(error)
            await asyncio.sleep(RETRY_SECONDS)

    async def list_jobs_to_abort_async(self, queue: str | None = None) -> Iterable[int]:  # noqa: ARG002 - theirs
        """Name none: it is a run that is cancelled, never its job."""
        return ()

    def _note_absence(self, error: ConnectorException) -> None:
        if not self._is_away:
            log.warning("queue.database_lost", reason=str(error.__cause__ or error).strip())
        self._is_away = True

    def _note_presence(self) -> None:
        if self._is_away:
            log.info("queue.database_restored")
            # during the absence nobody could give a sign of life: all get the time to do so
            self._back_since = time.monotonic()
        self._is_away = False
