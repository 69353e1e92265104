"""Writing events into the log, in the transaction that made them true.

The row of a topic in `event_topic` is locked from the first number taken until the commit.
So a topic's numbers are given in the order in which its transactions commit, without holes: a
reader who asks for what is behind number n can never miss a late commit. Topics are locked in
sorted order, hence no deadlock among writers.
"""

from dataclasses import fields
from itertools import groupby
from uuid import UUID

import orjson
from sqlalchemy import text

from app.core.columns import CURRENT_WORKSPACE
from app.core.events import CHANNEL, PENDING_CHANNEL, Event
from app.core.session import Session

_TAKE_NUMBERS = text(
    "insert into event_topic as known (topic, last_sequence) values (:topic, :count) "
    "on conflict (topic) do update set last_sequence = known.last_sequence + :count returning last_sequence"
)
_APPEND = text(
    "insert into event (topic, sequence, at, kind, payload, workspace_id) values (:topic, :sequence, "  # noqa: S608 - constants
    "clock_timestamp(), :kind, cast(:payload as jsonb), "
    f"case when :league_wide then null else {CURRENT_WORKSPACE} end)"
)
_AWAIT_HANDLERS = text(
    "insert into event_pending (topic, sequence, at, kind, payload, workspace_id) values (:topic, :sequence, "  # noqa: S608
    f"clock_timestamp(), :kind, cast(:payload as jsonb), {CURRENT_WORKSPACE})"
)
_NOTIFY = text("select pg_notify(:channel, :payload)")


async def append_events(session: Session) -> None:
    """Write the session's events, number them, and wake their listeners at commit."""
    await session.flush()
    events = sorted(session.events, key=_topic)
    session.events.clear()
    for topic, group in groupby(events, key=_topic):
        members = list(group)
        last = (await session.execute(_TAKE_NUMBERS, {"topic": topic, "count": len(members)})).scalar_one()
        rows = [
            _row(happened, last - len(members) + place) for place, happened in enumerate(members, start=1)
        ]
        await session.execute(_APPEND, rows)
        if waiting := [row for row, happened in zip(rows, members, strict=True) if happened.wakes_handlers]:
            await session.execute(_AWAIT_HANDLERS, waiting)
            await session.execute(_NOTIFY, {"channel": PENDING_CHANNEL, "payload": str(session.workspace_id)})
        await session.execute(_NOTIFY, {"channel": CHANNEL, "payload": topic})


def _topic(happened: Event) -> str:
    return happened.topic


def _row(happened: Event, sequence: int) -> dict[str, object]:
    payload = {field.name: getattr(happened, field.name) for field in fields(happened)}
    return {
        "topic": happened.topic,
        "sequence": sequence,
        "kind": happened.kind,
        "payload": orjson.dumps(payload, default=plain).decode(),
        "league_wide": happened.league_wide,
    }


def plain(value: object) -> str:
    """Turn what orjson does not know into text; raise `TypeError` where that would hide a mistake."""
    if isinstance(value, UUID):  # asyncpg's own subclass, which orjson does not know
        return str(value)
    raise TypeError(f"JSON that is stored must be plain, not {type(value).__name__}")
