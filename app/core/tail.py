"""The newest events of one topic as one workspace sees them, read once for all who follow.

The first follower that wakes reads; the others find what it read. Nothing runs in the background:
with its last follower a tail is garbage.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.database import Database
from app.core.events import RecordedEvent
from app.core.ids import WorkspaceId
from app.core.pulse import Pulse

BATCH_SIZE = 500
KEPT_EVENTS = 1_000

_READ = """
    select t.last_sequence, t.deleted_through, e.sequence, e.at, e.kind, e.payload, e.workspace_id
    from event_topic t left join lateral (
        select * from event where topic = t.topic and sequence > $2 order by sequence limit $3
    ) e on true
    where t.topic = $1 order by e.sequence
"""
"""One statement, hence one snapshot: the counter and the events cannot contradict each other."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands behind a number: nothing is missing among `events` up to `through`."""

    events: Sequence[RecordedEvent]
    through: int
    deleted_through: int = 0


class Tail:
    """A shared reader with the last events that it read, from behind `_start` through `_through`."""

    def __init__(
        self, database: Database, topic: str, workspace_id: WorkspaceId, gate: asyncio.Semaphore
    ) -> None:
        self.topic = topic
        self.workspace_id = workspace_id
        self.followers = 0
        self.pulse = Pulse()
        self._database = database
        self._gate = gate
        self._lock = asyncio.Lock()
        self._kept: deque[RecordedEvent] = deque()
        self._start = self._through = -1
        self._read_at_pulse = -1

    async def read_behind(self, sequence: int) -> Reading:
        """Return the next events behind `sequence`, from memory where they are there."""
        async with self._lock:
            known = self._find_kept(sequence)
            if known is not None:
                return known
            pulse = self.pulse.count
            async with self._gate:
                reading = await self._read(sequence)
            self._keep(sequence, reading)
            if self._through == reading.through and len(reading.events) < BATCH_SIZE:
                self._read_at_pulse = pulse  # what is kept is all there is, until the pulse is given again
            return reading

    def _find_kept(self, sequence: int) -> Reading | None:
        if not self._start <= sequence <= self._through:
            return None
        newer: list[RecordedEvent] = []
        for happened in reversed(self._kept):
            if happened.sequence <= sequence:
                break
            newer.append(happened)
        if newer or self._read_at_pulse == self.pulse.count:
            return Reading(newer[::-1], self._through)
        return None

    async def _read(self, sequence: int) -> Reading:
        async with self._database.reading(self.workspace_id) as connection:
            rows = await connection.fetch(_READ, self.topic, sequence, BATCH_SIZE)
        if not rows:  # nothing was ever said on this topic
            return Reading((), 0)
        events = [
            RecordedEvent(
                topic=self.topic,
                sequence=row["sequence"],
                at=row["at"],
                kind=row["kind"],
                payload=row["payload"],
                workspace_id=row["workspace_id"],
            )
            for row in rows
            if row["sequence"] is not None
        ]
        through = events[-1].sequence if len(events) == BATCH_SIZE else rows[0]["last_sequence"]
        return Reading(events, through, rows[0]["deleted_through"])

    def _keep(self, sequence: int, reading: Reading) -> None:
        if self._start <= sequence < self._through or sequence < self._start:
            return  # somebody who is catching up; the newest stay
        if sequence != self._through:
            self._kept.clear()
            self._start = sequence
        self._kept.extend(reading.events)
        self._through = reading.through
        while len(self._kept) > KEPT_EVENTS:
            self._start = self._kept.popleft().sequence
