"""The worker's roof: which function does the work of a run, and who listens to which event.

The two tables below are the only places where something to the left of a domain's order can set off
something to its right. Every entry may be called twice for the same run or event.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

import structlog

from app.core.child import preload_children
from app.core.database import Database
from app.core.errors import PlatformError
from app.core.events import RecordedEvent
from app.core.feed import EventFeed
from app.core.handling import Handlers, deliver_forever
from app.core.ids import RunId, WorkspaceId
from app.core.pulse import waited
from app.core.queue import Queue
from app.core.retention import delete_old
from app.core.runs import ClaimedRun, RunKind, Work, carry_out, wake_lost_runs
from app.core.session import Session
from app.core.settings import Settings
from app.datasets.versions import FileIngested, LeagueUpdated
from app.features.materialisation import materialise
from app.lineage import recording
from app.registry.events import AliasChanged, ModelVersionRegistered
from app.registry.mirror import Mirror
from app.registry.versions import register_version
from app.serving.events import PredictionsStored, RolloutChanged
from app.stats.replay import execute_replay
from app.training.child_work import CHILD_IMPORTS
from app.training.events import TrainingSnapshotTaken
from app.training.pipeline import TrainingParts, execute_training
from app.training.tracking import Tracking

log = structlog.get_logger()

SWEEP_SECONDS = 10.0
RETENTION_SECONDS = 3600.0
RETRY_SECONDS = 1.0
GRACE_SECONDS = 1.0
"""How long an event's handler may still take when the worker is told to stop; its event comes again."""


async def refresh_forms(session: Session, _happened: RecordedEvent) -> None:
    """Bring every team's form up to date with the games."""
    await materialise(session)


def works(settings: Settings, tracking: Tracking) -> Mapping[str, Work]:
    """Return who does the work of a run, by its kind."""
    parts = TrainingParts(settings.artifacts_directory, tracking, register_version)
    return {
        RunKind.TRAINING: partial(execute_training, parts=parts),
        RunKind.REPLAY: execute_replay,
    }


def handlers(tracking: Tracking) -> Handlers:
    """Return who listens to which event, in order."""
    mirror = Mirror(tracking)
    return {
        FileIngested.kind: [recording.record_file],
        LeagueUpdated.kind: [refresh_forms],
        TrainingSnapshotTaken.kind: [recording.record_snapshot],
        ModelVersionRegistered.kind: [recording.record_version, mirror.mirror_version],
        AliasChanged.kind: [mirror.mirror_alias],
        RolloutChanged.kind: [recording.record_rollout],
        PredictionsStored.kind: [recording.record_predictions],
    }


async def run_worker(settings: Settings, database: Database, stop: asyncio.Event) -> None:
    """Do what there is to do until `stop` is set; then what can't end in a moment is left to another."""
    preload_children(CHILD_IMPORTS)
    tracking = Tracking(database.dsn, settings.state_dir / "mlflow-artifacts")
    by_kind = works(settings, tracking)
    feed = EventFeed(database)
    await feed.start()
    owner = f"{socket.gethostname()}:{os.getpid()}"
    log.info("worker.started", owner=owner, concurrency=settings.worker_concurrency)
    chores: dict[str, tuple[float, Callable[[], Awaitable[object]]]] = {
        "deliver events": (RETRY_SECONDS, partial(deliver_forever, database, feed, handlers(tracking), stop)),
        "wake lost runs": (SWEEP_SECONDS, partial(wake_lost_runs, database, list(by_kind))),
        "forget what is old": (RETENTION_SECONDS, partial(_forget_old, settings, database)),
    }
    under_way = [
        asyncio.create_task(_every(seconds, stop, name, do)) for name, (seconds, do) in chores.items()
    ]
    try:
        await Queue(database.dsn, pool_size=settings.worker_concurrency + 2).work(
            partial(_look_at, database, by_kind, owner),
            concurrency=settings.worker_concurrency,
            heartbeat_seconds=settings.worker_heartbeat_seconds,
            stalled_seconds=settings.worker_stalled_seconds,
            stop=stop,
        )
        await asyncio.wait(under_way, timeout=GRACE_SECONDS)
    finally:
        for chore in under_way:
            chore.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        await feed.stop()
    log.info("worker.stopped", owner=owner)


async def _look_at(
    database: Database, by_kind: Mapping[str, Work], owner: str, workspace_id: WorkspaceId, run_id: RunId
) -> None:
    async def work(run: ClaimedRun) -> None:
        await by_kind[run.kind](run)

    await carry_out(database, workspace_id, run_id, owner=owner, work=work)


async def _forget_old(settings: Settings, database: Database) -> None:
    for (workspace_id,) in await database.fetch("select workspace_ids()"):
        await delete_old(database, WorkspaceId(workspace_id), hours=settings.event_retention_hours)


async def _every(
    seconds: float, stop: asyncio.Event, chore: str, do: Callable[[], Awaitable[object]]
) -> None:
    """Do a chore again and again until `stop` is set; one that fails is tried again, and stops no other."""
    while not stop.is_set():
        try:
            await do()
        except PlatformError as error:
            log.warning("worker.chore_postponed", chore=chore, reason=error.message)
        except Exception:  # the worker's loop: one chore's fault must not end the work
            log.exception("worker.chore_failed", chore=chore)
        await waited(stop, seconds)
