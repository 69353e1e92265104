import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from psycopg import connect

from app.core import tail
from app.core.database import Database
from app.core.errors import Invalid
from app.core.events import Event, RecordedEvent, decode_event_cursor
from app.core.feed import EventFeed, Gap, Heartbeat, StreamItem
from app.core.ids import WorkspaceId
from app.core.outbox import append_events
from app.core.postgres import EmbeddedPostgres
from app.core.provisioning import DatabaseUrls, provision
from app.core.retention import delete_old


@dataclass(frozen=True, slots=True)
class Said(Event):
    kind: ClassVar[str] = "Said"
    number: int

    @property
    def topic(self) -> str:
        return "talk"


@dataclass(frozen=True, slots=True)
class Announced(Said):
    kind: ClassVar[str] = "Announced"
    league_wide: ClassVar[bool] = True


@pytest.fixture
async def feed(database: Database) -> AsyncIterator[EventFeed]:
    feed = EventFeed(database)
    await feed.start()
    yield feed
    await feed.stop()


def follow(
    feed: EventFeed, workspace_id: WorkspaceId, after: int | None, *, heartbeat_seconds: float = 30.0
) -> AsyncGenerator[StreamItem, None]:
    return feed.follow("talk", workspace_id=workspace_id, after=after, heartbeat_seconds=heartbeat_seconds)


async def say(database: Database, workspace_id: WorkspaceId, *numbers: int, how: type[Said] = Said) -> None:
    async with database.writing(workspace_id) as session:
        for number in numbers:
            session.emit(how(number))


async def take(stream: AsyncGenerator[StreamItem, None], count: int) -> list[StreamItem]:
    async with asyncio.timeout(30):
        return [await anext(stream) for _ in range(count)]


async def take_numbers(stream: AsyncGenerator[StreamItem, None], count: int) -> list[int]:
    return [item.payload["number"] for item in await take(stream, count) if isinstance(item, RecordedEvent)]


async def age(database_urls: DatabaseUrls, *, through: int) -> None:
    with connect(database_urls.owner) as owner:
        owner.execute("update event set at = at - interval '1 day' where sequence <= %s", [through])


async def test_a_stream_from_now_on_begins_with_the_cursor_it_starts_at(
    database: Database, feed: EventFeed, workspace_id: WorkspaceId
) -> None:
    await say(database, workspace_id, 1, 2)

    async with aclosing(follow(feed, workspace_id, None)) as stream:
        (opening,) = await take(stream, 1)
        await say(database, workspace_id, 3)
        (news,) = await take(stream, 1)

    assert isinstance(opening, Heartbeat)
    assert decode_event_cursor(opening.cursor) == 2
    assert isinstance(news, RecordedEvent)
    assert (news.sequence, news.kind, news.payload) == (3, "Said", {"number": 3})


async def test_a_stream_resumes_right_behind_its_cursor(
    database: Database, feed: EventFeed, workspace_id: WorkspaceId
) -> None:
    await say(database, workspace_id, 1, 2, 3)

    async with aclosing(follow(feed, workspace_id, 1)) as stream:
        assert await take_numbers(stream, 2) == [2, 3]


@pytest.mark.parametrize("after", [4, 2**70, -1])
async def test_a_cursor_that_the_topic_has_not_reached_is_refused(
    database: Database, feed: EventFeed, workspace_id: WorkspaceId, after: int
) -> None:
    await say(database, workspace_id, 1, 2, 3)

    with pytest.raises(Invalid, match=r"has had 3") as refusal:
        await anext(follow(feed, workspace_id, after))
    assert refusal.value.issues[0].path == ("after",)


async def test_a_topic_without_events_can_be_followed_from_its_beginning(
    database: Database, feed: EventFeed, workspace_id: WorkspaceId
) -> None:
    async with aclosing(follow(feed, workspace_id, 0)) as stream:
        first = asyncio.create_task(anext(stream))
        await asyncio.sleep(0.1)
        await say(database, workspace_id, 1)
        assert (await first).cursor != ""


async def test_events_that_are_no_longer_kept_are_said_to_be_missing(
    database: Database, feed: EventFeed, database_urls: DatabaseUrls, workspace_id: WorkspaceId
) -> None:
    await say(database, workspace_id, 1, 2, 3, 4, 5)
    await age(database_urls, through=3)

    deleted = await delete_old(database, workspace_id, hours=23)

    async with aclosing(follow(feed, workspace_id, 1)) as stream:
        gap, *events = await take(stream, 3)
    assert deleted == 3
    assert isinstance(gap, Gap)
    assert (gap.dropped, gap.reason, decode_event_cursor(gap.cursor)) == (2, "CURSOR_EXPIRED", 3)
    assert [decode_event_cursor(event.cursor) for event in events] == [4, 5]


async def test_a_topic_that_has_lost_all_its_events_says_so_and_goes_on(
    database: Database, feed: EventFeed, database_urls: DatabaseUrls, workspace_id: WorkspaceId
) -> None:
    await say(database, workspace_id, 1, 2, 3)
    await age(database_urls, through=3)
    await delete_old(database, workspace_id, hours=23)

    async with aclosing(follow(feed, workspace_id, 0)) as stream:
        (gap,) = await take(stream, 1)
        await say(database, workspace_id, 4)
        numbers = await take_numbers(stream, 1)

    assert isinstance(gap, Gap)
    assert gap.dropped == 3
    assert numbers == [4]


async def test_who_was_behind_the_deleted_events_already_is_told_of_no_gap(
    database: Database, feed: EventFeed, database_urls: DatabaseUrls, workspace_id: WorkspaceId
) -> None:
    await say(database, workspace_id, 1, 2, 3)
    await age(database_urls, through=2)
    await delete_old(database, workspace_id, hours=23)

    async with aclosing(follow(feed, workspace_id, 2)) as stream:
        assert await take_numbers(stream, 1) == [3]


async def test_silence_is_filled_with_heartbeats_without_lag(
    database: Database, feed: EventFeed, workspace_id: WorkspaceId
) -> None:
    await say(database, workspace_id, 1)

    async with aclosing(follow(feed, workspace_id, 0, heartbeat_seconds=0.05)) as stream:
        _, *beats = await take(stream, 4)

    assert [type(beat) for beat in beats] == [Heartbeat] * 3
    assert [decode_event_cursor(beat.cursor) for beat in beats] == [1] * 3
    assert all(beat.lag_ms == 0 for beat in beats if isinstance(beat, Heartbeat))


async def test_a_workspace_sees_the_leagues_events_and_nothing_of_another_workspace(
    database: Database, feed: EventFeed, workspace_id: WorkspaceId, other_workspace_id: WorkspaceId
) -> None:
    async with (
        aclosing(follow(feed, workspace_id, 0)) as ours,
        aclosing(follow(feed, other_workspace_id, 0, heartbeat_seconds=0.3)) as theirs,
    ):
        await say(database, workspace_id, 1, 2)
        await say(database, workspace_id, 3, how=Announced)
        await say(database, workspace_id, 4)

        assert await take_numbers(ours, 4) == [1, 2, 3, 4]
        seen = await take(theirs, 2)

    assert isinstance(seen[0], RecordedEvent)
    assert (seen[0].payload["number"], seen[0].workspace_id) == (3, None)
    assert isinstance(seen[1], Heartbeat)


async def test_followers_of_a_topic_share_one_reading(
    database: Database, feed: EventFeed, workspace_id: WorkspaceId, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = []
    read = tail.Tail._read

    async def count(self: tail.Tail, sequence: int) -> tail.Reading:
        readings.append(sequence)
        return await read(self, sequence)

    streams = [follow(feed, workspace_id, None) for _ in range(50)]
    for stream in streams:
        await take(stream, 1)
    waiting = [asyncio.create_task(take_numbers(stream, 1)) for stream in streams]
    await asyncio.sleep(0.2)
    monkeypatch.setattr(tail.Tail, "_read", count)
    await say(database, workspace_id, 1)

    assert await asyncio.gather(*waiting) == [[1]] * 50
    assert len(readings) == 1
    for stream in streams:
        await stream.aclose()


async def test_what_commits_while_the_log_is_being_read_is_not_slept_over(
    database: Database, feed: EventFeed, workspace_id: WorkspaceId, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, unsaid = tail.Tail._read, [1, 2]

    async def read_while_somebody_writes(self: tail.Tail, sequence: int) -> tail.Reading:
        reading = await read(self, sequence)
        if unsaid:
            await say(database, workspace_id, unsaid.pop(0))
            await asyncio.sleep(0.1)  # the notification comes before the reading is handed over
        return reading

    monkeypatch.setattr(tail.Tail, "_read", read_while_somebody_writes)

    async with aclosing(follow(feed, workspace_id, 0)) as stream, asyncio.timeout(5):
        assert await take_numbers(stream, 2) == [1, 2]


async def test_a_closed_stream_leaves_nothing_behind(
    database: Database, feed: EventFeed, workspace_id: WorkspaceId
) -> None:
    await say(database, workspace_id, 1)
    tasks_before = asyncio.all_tasks()

    stream = follow(feed, workspace_id, 0)
    await take(stream, 1)
    cancelled = asyncio.create_task(anext(stream))
    await asyncio.sleep(0.1)
    cancelled.cancel()
    await asyncio.gather(cancelled, return_exceptions=True)
    await stream.aclose()

    assert feed._tails == {}
    assert asyncio.all_tasks() == tasks_before


async def test_streams_end_when_the_feed_stops(database: Database, workspace_id: WorkspaceId) -> None:
    feed = EventFeed(database)
    await feed.start()
    stream = follow(feed, workspace_id, None)
    await take(stream, 1)
    waiting = asyncio.create_task(anext(stream))
    await asyncio.sleep(0.05)

    await feed.stop()

    with pytest.raises(StopAsyncIteration):
        await waiting


async def test_slow_and_fast_followers_see_every_event_although_little_is_kept_in_memory(
    database: Database, feed: EventFeed, workspace_id: WorkspaceId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "KEPT_EVENTS", 10)
    monkeypatch.setattr(tail, "BATCH_SIZE", 7)
    chance = random.Random(1)  # noqa: S311 - repeatable

    async def read_at_own_pace(pause_seconds: float) -> list[int]:
        numbers: list[int] = []
        async with aclosing(follow(feed, workspace_id, 0)) as stream:
            while len(numbers) < 200:
                numbers += await take_numbers(stream, 1)
                await asyncio.sleep(pause_seconds * chance.random())
        return numbers

    readers = [asyncio.create_task(read_at_own_pace(pause)) for pause in (0.0, 0.0, 0.005, 0.02)]
    for start in range(0, 200, 8):
        await say(database, workspace_id, *range(start, start + 8))

    assert await asyncio.gather(*readers) == [list(range(200))] * 4


@pytest.mark.parametrize("seed", [1, 2])
async def test_fifty_writers_lose_double_and_disorder_nothing_for_streams_that_resume_anywhere(
    database_urls: DatabaseUrls, feed: EventFeed, workspace_id: WorkspaceId, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable
    wide = await Database.open(database_urls.application, pool_size=25)

    async def write(writer: int) -> None:
        for turn in range(4):
            await asyncio.sleep(0.2 * chance.random())
            async with wide.writing(workspace_id) as session:
                session.emit(Said(4 * writer + turn))
                await append_events(session)
                await asyncio.sleep(0.005 * chance.random())  # the number is taken, the commit still to come

    async def read_with_interruptions() -> list[RecordedEvent]:
        events: list[RecordedEvent] = []
        while len(events) < 200:
            after = events[-1].sequence if events else 0
            async with aclosing(follow(feed, workspace_id, after)) as stream:
                for _ in range(min(chance.randint(1, 30), 200 - len(events))):
                    (item,) = await take(stream, 1)
                    assert isinstance(item, RecordedEvent)
                    events.append(item)
        return events

    readers = [asyncio.create_task(read_with_interruptions()) for _ in range(3)]
    await asyncio.gather(*(write(writer) for writer in range(50)))

    for events in await asyncio.gather(*readers):
        assert [event.sequence for event in events] == list(range(1, 201))
        assert sorted(event.payload["number"] for event in events) == list(range(200))
    await wide.close()


async def test_what_is_written_while_the_listening_connection_is_dead_arrives_nevertheless(
    database: Database, database_urls: DatabaseUrls, feed: EventFeed, workspace_id: WorkspaceId
) -> None:
    async with aclosing(follow(feed, workspace_id, None)) as stream:
        await take(stream, 1)
        news = asyncio.create_task(take_numbers(stream, 2))
        with connect(database_urls.owner, autocommit=True) as owner:
            for number in (1, 2):
                owner.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity "
                    "where application_name = 'courtside-listen' and datname = current_database()"
                )
                await say(database, workspace_id, number)
        assert await news == [1, 2]


async def test_a_stream_goes_on_after_the_database_was_restarted(
    short_directory: Path, workspace_id: WorkspaceId
) -> None:
    server = EmbeddedPostgres(short_directory / "restarted")
    urls = provision(await asyncio.to_thread(server.start))
    database = await Database.open(urls.application)
    feed = EventFeed(database)
    await feed.start()
    async with aclosing(follow(feed, workspace_id, 0, heartbeat_seconds=0.1)) as stream:
        await say(database, workspace_id, 1)
        assert await take_numbers(stream, 1) == [1]

        await asyncio.to_thread(server.stop)
        lags = [item.lag_ms for item in await take(stream, 6) if isinstance(item, Heartbeat)]
        await asyncio.to_thread(server.start)
        await say(database, workspace_id, 2)
        items = [item async for item in _until_event(stream)]

    assert lags == sorted(lags)
    assert lags[-1] >= 300
    assert [item.payload for item in items if isinstance(item, RecordedEvent)] == [{"number": 2}]
    await feed.stop()
    await database.close()
    await asyncio.to_thread(server.stop)


async def _until_event(stream: AsyncGenerator[StreamItem, None]) -> AsyncIterator[StreamItem]:
    async with asyncio.timeout(30):
        async for item in stream:
            yield item
            if isinstance(item, RecordedEvent):
                return
