import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Annotated, Any, cast

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from app.core.events import encode_event_cursor
from app.core.feed import Gap, Heartbeat
from resolvers.context import Context
from resolvers.streams import Ending, EndReason, follow
from schema.execution import Contract
from schema.fields import stream
from schema.scalars import SCALARS
from schema.streams import StreamEnding, StreamGap, StreamHeartbeat
from tests.schema.made import Query

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
TEXT = """subscription { watch { __typename ... on StreamEvent { cursor at }
    ... on StreamGap { dropped reasonOfGap: reason } ... on StreamHeartbeat { lagMs }
    ... on StreamEnding { reason } } }"""


async def watch(_ctx: Context) -> AsyncIterator[Gap | Heartbeat | Ending]:
    yield Gap("a", NOON, 7)
    yield Heartbeat("b", NOON, 12)
    yield Ending("c", NOON, EndReason.TERMINAL_STATE)


Watched = Annotated[StreamGap | StreamHeartbeat | StreamEnding, strawberry.union("Watched")]


@strawberry.type
class Subscription:
    watch: Watched = stream(watch, "All that is no event.", events=Watched, arguments={})


async def test_losses_silence_and_the_end_are_said() -> None:
    contract = Contract(Query, subscription=Subscription, config=StrawberryConfig(scalar_map=SCALARS))

    results = [each async for each in await contract.subscribe(TEXT)]  # type: ignore[union-attr]

    at = {"at": NOON.isoformat()}
    assert [cast("Any", each).data["watch"] for each in results] == [
        {"__typename": "StreamGap", "cursor": "a", "dropped": 7, "reasonOfGap": "CURSOR_EXPIRED", **at},
        {"__typename": "StreamHeartbeat", "cursor": "b", "lagMs": 12, **at},
        {"__typename": "StreamEnding", "cursor": "c", "reason": "TERMINAL_STATE", **at},
    ]


@pytest.mark.timeout(20)
async def test_a_server_that_stops_says_so(context: Context) -> None:
    feed = context.platform.feed
    await feed.start()
    following = follow(context, "nothing:was:said", after=None)
    waiting = asyncio.ensure_future(anext(following))
    await asyncio.sleep(0.2)

    await feed.stop()

    ending = await waiting
    assert isinstance(ending, Ending)
    assert (ending.reason, ending.cursor) == (EndReason.SERVER_DRAINING, encode_event_cursor(0))
