"""What can be watched of training: everything that a run says, from its first word or behind a cursor."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import aclosing

from app.core.events import RecordedEvent, decode_event_cursor, encode_event_cursor
from app.core.feed import StreamItem
from app.core.runs import OPEN_STATES, RunStateChanged, run_topic
from app.training.events import MetricSampled
from resolvers.context import Context
from resolvers.streams import Ending, EndReason, follow
from resolvers.training import get_run


async def training_run(
    ctx: Context, *, run: str, after: str | None = None, metrics: list[str] | None = None
) -> AsyncIterator[StreamItem | Ending]:
    """Yield what a run says behind a cursor, or all of it, up to its end; `metrics` leaves out all others."""
    asked = await get_run(ctx, id=run)
    topic = run_topic(asked.id)
    # a run that has ended says no more: the stream ends there even if its last word is no longer kept
    last = None if asked.state in OPEN_STATES else await ctx.platform.feed.last_sequence(topic)
    if last is not None and after is not None and decode_event_cursor(after) == last:
        yield _ending(last)
        return
    async with aclosing(follow(ctx, topic, after=after, is_last=_is_last)) as stream:
        async for item in stream:
            if _is_wanted(item, metrics):
                yield item
            if last is not None and not _says_end(item) and decode_event_cursor(item.cursor) >= last:
                yield _ending(last)
                return


def _is_wanted(item: StreamItem | Ending, metrics: list[str] | None) -> bool:
    if metrics is None or not isinstance(item, RecordedEvent) or item.kind != MetricSampled.kind:
        return True
    return item.payload["key"] in metrics


def _is_last(event: RecordedEvent) -> bool:
    return event.kind == RunStateChanged.kind and event.payload["to_state"] not in OPEN_STATES


def _says_end(item: StreamItem | Ending) -> bool:
    return isinstance(item, Ending) or (isinstance(item, RecordedEvent) and _is_last(item))


def _ending(last: int) -> Ending:
    return Ending(encode_event_cursor(last), dt.datetime.now(dt.UTC), EndReason.TERMINAL_STATE)
