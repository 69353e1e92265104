"""Asking for a worker, in the transaction that made the work; and asking whether there is one.

A job holds no more than the names of a workspace and a run. It takes none of procrastinate's locks: with
them each fetch looks through all that wait, and two jobs of one run, should they ever exist, harm nothing.
"""

from collections.abc import Collection
from typing import Final

import orjson
from sqlalchemy import bindparam, text

from app.core.database import Database
from app.core.ids import RunId
from app.core.session import Session

QUEUE: Final = "runs"
TASK: Final = "run"

_DEFER = text("""
    select jobs.procrastinate_defer_jobs_v1(array[row(
        cast(:queue as varchar), cast(:task as varchar),
        cast(:priority as integer) - (
            select count(*) from jobs.procrastinate_jobs
            where args->>'workspace_id' = :workspace_id and status in ('todo', 'doing'))::integer,
        null, null, cast(:args as jsonb), null
    )::jobs.procrastinate_job_to_defer_v1])
""")
_LOCK_SWEEP = text("select pg_try_advisory_xact_lock(hashtext('courtside.sweep'))")
_FIND_ASLEEP = text("""
    select run.id from run
    where run.state in ('QUEUED', 'RUNNING') and run.kind in :kinds
    and coalesce(run.heartbeat_at, run.created_at) < now() - make_interval(secs => :silent_seconds)
    and not exists (
        select 1 from jobs.procrastinate_jobs job
        where job.args->>'run_id' = run.id::text and job.status in ('todo', 'doing'))
    order by run.id
""").bindparams(bindparam("kinds", expanding=True))


async def defer(session: Session, *, run_id: RunId, priority: int = 0) -> None:
    """Ask for a worker for the run, to be heard when the session's transaction commits.

    A higher priority comes first; each job that the workspace already has takes one off, so that
    nobody's hundred runs stand before another's first.
    """
    workspace_id = str(session.workspace_id)
    args = orjson.dumps({"workspace_id": workspace_id, "run_id": str(run_id)}).decode()
    values = {"queue": QUEUE, "task": TASK, "priority": priority, "args": args}
    await session.flush()
    await session.execute(_DEFER, {**values, "workspace_id": workspace_id})


async def defer_asleep(
    session: Session, *, kinds: Collection[str], silent_seconds: float
) -> tuple[RunId, ...]:
    """Ask again for the workspace's open runs of these kinds that no job will ever wake."""
    if not kinds or not (await session.execute(_LOCK_SWEEP)).scalar_one():
        return ()  # another worker is looking right now
    found = await session.execute(_FIND_ASLEEP, {"kinds": list(kinds), "silent_seconds": silent_seconds})
    asleep = tuple(RunId(run_id) for run_id in found.scalars())
    for run_id in asleep:
        await defer(session, run_id=run_id)
    return asleep


async def live_workers(database: Database, stalled_seconds: float) -> int:
    """Return how many workers have said within `stalled_seconds` that they are alive."""
    rows = await database.fetch(
        "select count(*) as alive from jobs.procrastinate_workers "
        "where last_heartbeat > now() - make_interval(secs => $1)",
        stalled_seconds,
    )
    return int(rows[0]["alive"])
