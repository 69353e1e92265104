"""Following topics of the event log: live, resumable, without loss, repetition or disorder.

One LISTEN connection a process says that a topic has news; the news are always read from the table.
So a lost notification delays at most, and a follower that is slow or was away reads on where it was.
Who may follow which topic is decided by the caller; the database hides what the workspace must not see.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from enum import StrEnum

import structlog

from app.core.database import Database
from app.core.errors import Invalid, Issue, Unavailable
from app.core.events import CHANNEL, PENDING_CHANNEL, RecordedEvent, encode_event_cursor
from app.core.ids import WorkspaceId
from app.core.listening import Listener
from app.core.pulse import Pulse, waited
from app.core.tail import Reading, Tail

log = structlog.get_logger()

CONCURRENT_READS = 4
"""How many connections of the pool all followers together may take."""
RETRY_SECONDS = 1.0


class GapReason(StrEnum):
    """Why events are missing from a stream."""

    CURSOR_EXPIRED = "CURSOR_EXPIRED"


@dataclass(frozen=True, slots=True)
class Gap:
    """Said instead of `dropped` events that are no longer kept; `cursor` stands right before the next one."""

    cursor: str
    at: dt.datetime
    dropped: int
    reason: GapReason = GapReason.CURSOR_EXPIRED


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Said in silence: everything up to `cursor` was sent, and this was last certain `lag_ms` ago."""

    cursor: str
    at: dt.datetime
    lag_ms: int


StreamItem = RecordedEvent | Gap | Heartbeat


class EventFeed:
    """One process's view of the event log: `start` it once, `follow` any number of topics."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._tails: dict[str, dict[WorkspaceId, Tail]] = {}
        self._gate = asyncio.Semaphore(CONCURRENT_READS)
        self._stopped = False
        self.pending = Pulse()
        """Given when some workspace has an event that handlers wait for."""
        self._listener = Listener(
            database, {CHANNEL: self._wake_topic, PENDING_CHANNEL: self._wake_handlers}, self._wake_all
        )

    async def start(self) -> None:
        """Listen; raise `Unavailable` where the database is not there to begin with."""
        await self._listener.start()

    async def stop(self) -> None:
        """Stop listening and end every stream."""
        self._stopped = True
        await self._listener.stop()
        self._wake_all()

    @property
    def is_listening(self) -> bool:
        """Whether news arrive at this moment."""
        return self._listener.is_listening

    async def last_sequence(self, topic: str) -> int:
        """Return the number of the topic's newest event, 0 where there was none."""
        async with self._gate:
            rows = await self._database.fetch("select last_sequence from event_topic where topic = $1", topic)
        return int(rows[0]["last_sequence"]) if rows else 0

    async def follow(
        self, topic: str, *, workspace_id: WorkspaceId, after: int | None, heartbeat_seconds: float
    ) -> AsyncGenerator[StreamItem, None]:
        """Yield the topic's events behind number `after`, or from now on where it is None, for ever.

        The first item of a stream "from now on" is a heartbeat with the cursor it starts at. A number
        that the topic has not reached is `Invalid`. The stream ends when the feed is stopped.
        """
        tail = self._join(topic, workspace_id)
        try:
            stream = _Stream(tail, await self._position(topic, after), self._listener)
            if after is None:
                yield stream.heartbeat()
            while not self._stopped:
                news = tail.pulse.next  # taken before reading: what commits meanwhile wakes us again
                items = await stream.read()
                for item in items:
                    yield item
                if not items and not await stream.waited(news, heartbeat_seconds):
                    yield stream.heartbeat()
        finally:
            self._leave(tail)

    async def _position(self, topic: str, after: int | None) -> int:
        last = await self.last_sequence(topic)
        if after is None:
            return last
        if not 0 <= after <= last:
            message = (
                f"The cursor points at event {after}, but “{topic[:80]}” has had {last}: use the `cursor` of "
                "an event of this very stream, or none to start from now."
            )
            raise Invalid(message, issues=[Issue(("after",), "cursor", message)])
        return after

    def _join(self, topic: str, workspace_id: WorkspaceId) -> Tail:
        tails = self._tails.setdefault(topic, {})
        if workspace_id not in tails:
            tails[workspace_id] = Tail(self._database, topic, workspace_id, self._gate)
        tails[workspace_id].followers += 1
        return tails[workspace_id]

    def _leave(self, tail: Tail) -> None:
        tail.followers -= 1
        if tail.followers == 0:
            del self._tails[tail.topic][tail.workspace_id]
            if not self._tails[tail.topic]:
                del self._tails[tail.topic]

    def _wake_topic(self, topic: str) -> None:
        for tail in self._tails.get(topic, {}).values():
            tail.pulse.fire()

    def _wake_handlers(self, _workspace_id: str) -> None:
        self.pending.fire()

    def _wake_all(self) -> None:
        for topic in self._tails:
            self._wake_topic(topic)
        self.pending.fire()


class _Stream:
    """Where one follower stands."""

    def __init__(self, tail: Tail, position: int, listener: Listener) -> None:
        self._tail = tail
        self._listener = listener
        self._position = position
        self._is_reading = True
        self._clock = asyncio.get_running_loop().time
        self._certain_at = self._said_at = self._clock()

    async def read(self) -> list[RecordedEvent | Gap]:
        """Return what comes next and step behind it; nothing while the database is away."""
        try:
            reading = await self._tail.read_behind(self._position)
        except Unavailable as error:
            log.info("stream.reading_failed", topic=self._tail.topic, reason=error.message)
            self._is_reading = False
            return []
        self._is_reading = True
        items: list[RecordedEvent | Gap] = [*self._gap(reading), *reading.events]
        self._position = max(self._position, reading.through)
        if self._listener.is_listening:  # else what is kept in memory may no longer be all there is
            self._certain_at = self._clock()
        if items:
            self._said_at = self._clock()
        return items

    async def waited(self, news: asyncio.Event, heartbeat_seconds: float) -> bool:
        """Wait for news; return False when it is time to say that there are none."""
        silence_ends_in = self._said_at + heartbeat_seconds - self._clock()
        if self._is_reading:
            return await waited(news, silence_ends_in)
        await waited(news, min(silence_ends_in, RETRY_SECONDS))
        return self._clock() < self._said_at + heartbeat_seconds

    def heartbeat(self) -> Heartbeat:
        """Return the sign of life of this moment."""
        self._said_at = self._clock()
        if self._listener.is_listening and self._is_reading:
            self._certain_at = self._said_at
        lag_ms = round(1000 * (self._said_at - self._certain_at))
        return Heartbeat(encode_event_cursor(self._position), dt.datetime.now(dt.UTC), lag_ms)

    def _gap(self, reading: Reading) -> list[Gap]:
        oldest = reading.events[0].sequence if reading.events else reading.through + 1
        dropped = min(oldest - 1, reading.deleted_through) - self._position
        if dropped <= 0:
            return []
        return [Gap(encode_event_cursor(self._position + dropped), dt.datetime.now(dt.UTC), dropped)]
