"""Giving events to their handlers: at least once, by any number of worker processes.

An event is taken, handled and forgotten in one transaction. A handler that fails is undone alone and
tried again later; meanwhile later events of its topic wait, other topics go on. An event that fails
for good stays in `event_pending` for a person to look at, and no longer holds anybody up.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import structlog
from sqlalchemy import Row, text

from app.core.database import Database
from app.core.errors import Unavailable
from app.core.events import RecordedEvent
from app.core.feed import EventFeed
from app.core.ids import WorkspaceId
from app.core.pulse import waited
from app.core.session import Session

log = structlog.get_logger()

Handler: TypeAlias = Callable[[Session, RecordedEvent], Awaitable[None]]
Handlers: TypeAlias = Mapping[str, Sequence[Handler]]
"""Who listens to which kind of event. A handler may see an event twice and must not mind."""

LOOK_AGAIN_SECONDS = 2.0
"""How often the worker looks for events whose next attempt has come."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a failing event is tried, and how long it rests in between (doubling each time)."""

    attempts: int = 8
    first_delay_seconds: float = 0.5

    def delay_seconds(self, failures: int) -> float:
        """Return the rest after so many failures, in seconds."""
        return float(self.first_delay_seconds * 2 ** (failures - 1))


DEFAULT_RETRIES = Retries()

_TAKE = text("""
    select p.topic, p.sequence, p.at, p.kind, p.payload, p.attempts from event_pending p
    where p.not_before <= now() and not exists (
        select 1 from event_pending earlier
        where earlier.topic = p.topic and earlier.sequence < p.sequence and earlier.not_before < 'infinity'
    )
    order by p.at, p.topic, p.sequence limit 1 for update of p skip locked
""")
"""The oldest event that is due and first in its topic; `infinity` is the rest of what was given up."""
_FORGET = text("delete from event_pending where topic = :topic and sequence = :sequence")
_POSTPONE = text("""
    update event_pending set attempts = :attempts,
        not_before = case when :gives_up then 'infinity'
                     else now() + make_interval(secs => :delay_seconds) end
    where topic = :topic and sequence = :sequence
""")


async def deliver_pending(
    database: Database, workspace_id: WorkspaceId, handlers: Handlers, *, retries: Retries = DEFAULT_RETRIES
) -> int:
    """Give the workspace's due events to their handlers; return how many were taken, failed ones too."""
    taken = 0
    while await deliver_next(database, workspace_id, handlers, retries=retries):
        taken += 1
    return taken


async def deliver_forever(
    database: Database,
    feed: EventFeed,
    handlers: Handlers,
    stop: asyncio.Event,
    *,
    retries: Retries = DEFAULT_RETRIES,
) -> None:
    """Deliver the events of all workspaces, one of each in turn, until `stop` is set."""
    stopping = asyncio.create_task(stop.wait())
    try:
        while not stop.is_set():
            news = feed.pending.next  # taken before looking: what commits meanwhile wakes us again
            try:
                while await _deliver_round(database, handlers, stop, retries):
                    pass
            except Unavailable as error:
                log.warning("event.delivery_paused", reason=error.message)
            waking = asyncio.create_task(waited(news, LOOK_AGAIN_SECONDS))
            await asyncio.wait({stopping, waking}, return_when=asyncio.FIRST_COMPLETED)
            waking.cancel()
    finally:
        stopping.cancel()


async def _deliver_round(
    database: Database, handlers: Handlers, stop: asyncio.Event, retries: Retries
) -> bool:
    taken = False
    for (workspace_id,) in await database.fetch("select workspace_ids()"):
        if stop.is_set():
            return False
        taken |= await deliver_next(database, workspace_id, handlers, retries=retries)
    return taken


async def deliver_next(
    database: Database, workspace_id: WorkspaceId, handlers: Handlers, *, retries: Retries = DEFAULT_RETRIES
) -> bool:
    """Take the oldest due event, if there is one, and handle it; return whether there was one."""
    async with database.writing(workspace_id) as session:
        row = (await session.execute(_TAKE)).one_or_none()
        if row is None:
            return False
        happened = RecordedEvent(row.topic, row.sequence, row.at, row.kind, row.payload, workspace_id)
        if await _handle(session, happened, handlers.get(row.kind, ()), row, retries):
            await session.execute(_FORGET, {"topic": row.topic, "sequence": row.sequence})
        return True


async def _handle(
    session: Session,
    happened: RecordedEvent,
    handlers: Sequence[Handler],
    row: Row[tuple[object, ...]],
    retries: Retries,
) -> bool:
    """Run the handlers; undo them all and postpone the event where one fails."""
    connection = await session.driver()
    try:
        async with session.begin_nested():
            for handle in handlers:
                await handle(session, happened)
    except Exception as error:  # the worker's loop: one event's fault must not stop the others
        if connection.is_closed():  # not the event's fault, and nothing can be noted
            message = "The database went away while an event was being handled; it will be handled again."
            raise Unavailable(message, dependency="postgresql") from error
        session.events.clear()  # what the handlers said did not happen
        await _postpone(session, happened, row.attempts + 1, retries, error)
        return False
    return True


async def _postpone(
    session: Session, happened: RecordedEvent, failures: int, retries: Retries, error: Exception
) -> None:
    gives_up = failures >= retries.attempts
    delay_seconds = 0.0 if gives_up else retries.delay_seconds(failures)
    where = {"topic": happened.topic, "sequence": happened.sequence}
    await session.execute(
        _POSTPONE, {**where, "attempts": failures, "gives_up": gives_up, "delay_seconds": delay_seconds}
    )
    facts = {**where, "kind": happened.kind, "failures": failures}
    if gives_up:
        log.error("event.handler_gave_up", **facts, exc_info=error)
    else:
        log.error("event.handler_failed", **facts, retry_in_seconds=delay_seconds, exc_info=error)
