"""What all subscriptions share: where a stream starts, and that its end is said with its reason."""

import datetime as dt
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum

from app.core.events import RecordedEvent, decode_event_cursor, encode_event_cursor
from app.core.feed import StreamItem
from resolvers.context import Context


class EndReason(StrEnum):
    """Why a stream ends."""

    TERMINAL_STATE = "TERMINAL_STATE"
    SERVER_DRAINING = "SERVER_DRAINING"


@dataclass(frozen=True, slots=True)
class Ending:
    """Said last; `cursor` is that of the last event sent."""

    cursor: str
    at: dt.datetime
    reason: EndReason


async def follow(
    ctx: Context, topic: str, *, after: str | None, is_last: Callable[[RecordedEvent], bool] = lambda _: False
) -> AsyncGenerator[StreamItem | Ending, None]:
    """Yield a topic's events behind a cursor, or all that are kept, up to the one that `is_last`."""
    start = 0 if after is None else decode_event_cursor(after)
    stream = ctx.platform.feed.follow(
        topic,
        workspace_id=ctx.workspace_id,
        after=start,
        heartbeat_seconds=ctx.platform.settings.stream_heartbeat_seconds,
    )
    cursor = encode_event_cursor(start)
    async with aclosing(stream):
        async for item in stream:
            yield item
            cursor = item.cursor
            if isinstance(item, RecordedEvent) and is_last(item):
                yield Ending(cursor, item.at, EndReason.TERMINAL_STATE)
                return
    yield Ending(cursor, dt.datetime.now(dt.UTC), EndReason.SERVER_DRAINING)
