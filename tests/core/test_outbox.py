import asyncio
from dataclasses import dataclass
from typing import ClassVar

import pytest
from sqlalchemy import text

from app.core.database import Database
from app.core.events import CHANNEL, PENDING_CHANNEL, Event
from app.core.ids import WorkspaceId
from app.core.outbox import append_events


@dataclass(frozen=True, slots=True)
class Said(Event):
    kind: ClassVar[str] = "Said"
    about: str
    number: int

    @property
    def topic(self) -> str:
        return self.about


@dataclass(frozen=True, slots=True)
class Decided(Said):
    kind: ClassVar[str] = "Decided"
    wakes_handlers: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Played(Said):
    kind: ClassVar[str] = "Played"
    league_wide: ClassVar[bool] = True


async def read(database: Database, workspace_id: WorkspaceId, sql: str) -> list[tuple[object, ...]]:
    async with database.reading(workspace_id) as connection:
        return [tuple(row) for row in await connection.fetch(sql)]


async def test_events_of_a_topic_are_numbered_in_the_order_they_were_emitted(
    database: Database, workspace_id: WorkspaceId
) -> None:
    async with database.writing(workspace_id) as session:
        for number, topic in enumerate(["b", "a", "b", "a"]):
            session.emit(Said(topic, number))
    async with database.writing(workspace_id) as session:
        session.emit(Said("a", 4))

    rows = await read(
        database,
        workspace_id,
        "select topic, sequence, payload['number']::int from event order by topic, sequence",
    )
    assert rows == [("a", 1, 1), ("a", 2, 3), ("a", 3, 4), ("b", 1, 0), ("b", 2, 2)]


async def test_a_transaction_that_fails_leaves_no_event_and_no_hole_in_the_numbers(
    database: Database, workspace_id: WorkspaceId
) -> None:
    async def write_and_fail() -> None:
        async with database.writing(workspace_id) as session:
            session.emit(Said("a", 1))
            await append_events(session)
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        await write_and_fail()
    async with database.writing(workspace_id) as session:
        session.emit(Said("a", 2))

    assert await read(database, workspace_id, "select sequence, payload['number']::int from event") == [
        (1, 2)
    ]


async def test_numbers_are_given_in_the_order_of_commits(
    database: Database, workspace_id: WorkspaceId
) -> None:
    took_number = asyncio.Event()

    async def write_slowly() -> None:
        async with database.writing(workspace_id) as session:
            session.emit(Said("a", 1))
            await append_events(session)
            took_number.set()
            await asyncio.sleep(0.2)

    slow = asyncio.create_task(write_slowly())
    await took_number.wait()
    async with database.writing(workspace_id) as session:
        session.emit(Said("a", 2))

    seen = await read(database, workspace_id, "select sequence, payload['number']::int from event order by 1")
    assert seen == [(1, 1), (2, 2)]
    await slow


async def test_writers_of_the_same_topics_in_opposite_order_do_not_deadlock(
    database: Database, workspace_id: WorkspaceId
) -> None:
    async def write(topics: list[str]) -> None:
        async with database.writing(workspace_id) as session:
            for topic in topics:
                session.emit(Said(topic, 0))

    async with asyncio.timeout(20):
        await asyncio.gather(*(write(order) for _ in range(20) for order in (["a", "b"], ["b", "a"])))

    counts = await read(database, workspace_id, "select topic, last_sequence from event_topic order by topic")
    assert counts == [("a", 40), ("b", 40)]


async def test_only_events_for_handlers_wait_for_them_and_carry_their_payload(
    database: Database, workspace_id: WorkspaceId
) -> None:
    async with database.writing(workspace_id) as session:
        session.emit(Said("a", 1))
        session.emit(Decided("a", 2))

    waiting = await read(
        database, workspace_id, "select sequence, kind, payload, attempts from event_pending"
    )
    assert waiting == [(2, "Decided", {"about": "a", "number": 2}, 0)]


async def test_a_workspace_does_not_see_the_events_of_another_but_the_leagues(
    database: Database, workspace_id: WorkspaceId, other_workspace_id: WorkspaceId
) -> None:
    async with database.writing(workspace_id) as session:
        session.emit(Decided("a", 1))
        session.emit(Played("league", 2))

    seen = await read(database, other_workspace_id, "select kind from event")
    waiting = await read(database, other_workspace_id, "select kind from event_pending")
    assert seen == [("Played",)]
    assert waiting == []


async def test_recorded_events_cannot_be_changed(database: Database, workspace_id: WorkspaceId) -> None:
    async with database.writing(workspace_id) as session:
        session.emit(Said("a", 1))

    with pytest.raises(Exception, match="permission denied"):
        async with database.writing(workspace_id) as session:
            await session.execute(text("update event set kind = 'Forged'"))


async def test_listeners_are_told_at_commit_which_topic_and_workspace_have_news(
    database: Database, workspace_id: WorkspaceId
) -> None:
    heard: asyncio.Queue[tuple[str, object]] = asyncio.Queue()
    connection = await database.connect(application_name="test")
    for channel in (CHANNEL, PENDING_CHANNEL):
        await connection.add_listener(channel, lambda *said: heard.put_nowait((said[2], said[3])))

    async with database.writing(workspace_id) as session:
        session.emit(Decided("a", 1))
        await append_events(session)
        assert heard.empty()

    async with asyncio.timeout(5):
        told = {await heard.get(), await heard.get()}
    assert told == {(CHANNEL, "a"), (PENDING_CHANNEL, str(workspace_id))}
    await connection.close()
