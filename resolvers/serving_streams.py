"""What can be watched of serving: an endpoint's live figures, and the steps of a rollout."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from app.core.errors import NotFound
from app.core.events import RecordedEvent, encode_event_cursor
from app.core.feed import StreamItem
from app.core.ids import RolloutId, uuid_of
from app.serving.events import ServingSampled, rollout_topic, serving_topic
from app.serving.store import predictions as predicted
from app.serving.store import reading
from app.serving.views import RolloutEventView, RolloutPhase, RolloutView
from resolvers.context import Context
from resolvers.serving import histories_of, rollouts_by_key
from resolvers.streams import Ending, follow

_FINAL = frozenset({RolloutPhase.FAILED, RolloutPhase.ROLLED_BACK})
"""A promoted rollout can still be rolled back."""


async def serving_metrics(
    ctx: Context, *, endpoint: str, after: str | None = None
) -> AsyncIterator[StreamItem | Ending]:
    """Yield samples behind a cursor; without one, the last sample and then those to come."""
    async with ctx.reading() as connection:
        found = await reading.find_endpoint(connection, endpoint)
        if found is None:
            message = f"No endpoint is named “{endpoint[:80]}”: `endpoints` lists those that there are."
            raise NotFound(message, missing_id=endpoint[:80])
        topic = serving_topic(found.id)
        last = await predicted.find_last_sample(connection, topic, kind=ServingSampled.kind)
    if after is None:
        before = await ctx.platform.feed.last_sequence(topic) if last is None else last - 1
        after = encode_event_cursor(before)
    async with aclosing(follow(ctx, topic, after=after)) as stream:
        async for item in stream:
            yield item


async def rollout(
    ctx: Context,
    *,
    id: str,  # noqa: A002 - the contract's word
    after: str | None = None,
) -> AsyncIterator[StreamItem | Ending]:
    """Yield a rollout's steps behind a cursor, or all of them."""
    key = uuid_of(id, "Rollout")
    async with ctx.reading() as connection:
        found = {} if key is None else await reading.rollouts_by_id(connection, [RolloutId(key)])
    if key is None or not found:
        raise NotFound("No such rollout: use an `id` that a query returned.", missing_id=id)
    async with aclosing(follow(ctx, rollout_topic(key), after=after, is_last=_is_last)) as stream:
        async for item in stream:
            yield item


async def rollouts_of(events: Sequence[RecordedEvent], ctx: Context) -> list[RolloutView | None]:
    """Give for each event its rollout, as it stands now."""
    return await rollouts_by_key([str(event.payload["rollout_id"]) for event in events], ctx)


async def steps_of(events: Sequence[RecordedEvent], ctx: Context) -> list[RolloutEventView]:
    """Give for each event the row of its rollout's history that it tells."""
    rollouts = await rollouts_of(events, ctx)
    known = list({each.id: each for each in rollouts if each is not None}.values())
    histories = dict(zip((each.id for each in known), await histories_of(known, ctx), strict=True))
    by_number = {(id_, step.number): step for id_, steps in histories.items() for step in steps}
    return [
        by_number[each.id, event.sequence]
        for event, each in zip(events, rollouts, strict=True)
        if each is not None
    ]


def _is_last(event: RecordedEvent) -> bool:
    return event.payload["phase"] in _FINAL
