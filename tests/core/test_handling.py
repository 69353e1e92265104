import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import pytest
from psycopg import connect
from sqlalchemy import text
from structlog.testing import capture_logs

from app.core.database import Database
from app.core.events import Event, RecordedEvent
from app.core.feed import EventFeed
from app.core.handling import Handlers, Retries, deliver_forever, deliver_next, deliver_pending
from app.core.ids import WorkspaceId
from app.core.postgres import EmbeddedPostgres
from app.core.provisioning import DatabaseUrls, provision
from app.core.session import Session

QUICK = Retries(attempts=3, first_delay_seconds=0.01)


@dataclass(frozen=True, slots=True)
class Decided(Event):
    kind: ClassVar[str] = "Decided"
    wakes_handlers: ClassVar[bool] = True
    about: str
    number: int

    @property
    def topic(self) -> str:
        return self.about


@dataclass(frozen=True, slots=True)
class Followed(Decided):
    kind: ClassVar[str] = "Followed"


async def decide(database: Database, workspace_id: WorkspaceId, topic: str, *numbers: int) -> None:
    async with database.writing(workspace_id) as session:
        for number in numbers:
            session.emit(Decided(topic, number))


async def count(database: Database, workspace_id: WorkspaceId, table: str) -> int:
    async with database.reading(workspace_id) as connection:
        return int(await connection.fetchval(f"select count(*) from {table}"))  # noqa: S608 - a test's own


class Witness:
    """A handler that remembers what it saw."""

    def __init__(self, *, fails_on: int | None = None) -> None:
        self.seen: list[tuple[str, int]] = []
        self.fails_on = fails_on

    async def __call__(self, _session: Session, happened: RecordedEvent) -> None:
        self.seen.append((happened.topic, happened.payload["number"]))
        if happened.payload["number"] == self.fails_on:
            message = "a handler's own fault"
            raise RuntimeError(message)


async def test_each_handler_sees_each_event_of_its_kind_in_order_and_the_event_is_gone(
    database: Database, workspace_id: WorkspaceId
) -> None:
    await decide(database, workspace_id, "a", 1, 2, 3)
    first, second, stranger = Witness(), Witness(), Witness()

    taken = await deliver_pending(database, workspace_id, {"Decided": [first, second], "Other": [stranger]})

    assert taken == 3
    assert first.seen == second.seen == [("a", 1), ("a", 2), ("a", 3)]
    assert stranger.seen == []
    assert await count(database, workspace_id, "event_pending") == 0


async def test_an_event_without_handlers_is_just_removed(
    database: Database, workspace_id: WorkspaceId
) -> None:
    await decide(database, workspace_id, "a", 1)

    assert await deliver_pending(database, workspace_id, {}) == 1
    assert await count(database, workspace_id, "event_pending") == 0
    assert await count(database, workspace_id, "event") == 1


async def test_a_handlers_own_events_are_written_with_its_work_and_delivered_in_turn(
    database: Database, workspace_id: WorkspaceId
) -> None:
    witness = Witness()

    async def follow_up(session: Session, happened: RecordedEvent) -> None:
        session.emit(Followed("b", happened.payload["number"] + 1))

    await decide(database, workspace_id, "a", 1)
    taken = await deliver_pending(database, workspace_id, {"Decided": [follow_up], "Followed": [witness]})

    assert taken == 2
    assert witness.seen == [("b", 2)]


async def test_several_deliverers_handle_each_event_once_and_each_topic_in_order(
    database: Database, database_urls: DatabaseUrls, workspace_id: WorkspaceId
) -> None:
    for topic in "abcd":
        await decide(database, workspace_id, topic, *range(10))
    other = await Database.open(database_urls.application)
    witness, busy, most = Witness(), 0, 0

    async def work(session: Session, happened: RecordedEvent) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await asyncio.sleep(0.005)
        busy -= 1
        await witness(session, happened)

    async def deliver(using: Database) -> None:
        async with asyncio.timeout(30):
            while await count(using, workspace_id, "event_pending"):
                await deliver_pending(using, workspace_id, {"Decided": [work]})
                await asyncio.sleep(0.001)

    await asyncio.gather(deliver(database), deliver(other), deliver(other))

    assert most > 1  # they did work at the same time
    for topic in "abcd":
        assert [number for seen, number in witness.seen if seen == topic] == list(range(10))
    await other.close()


async def test_a_slow_handler_holds_up_its_own_topic_only(
    database: Database, workspace_id: WorkspaceId
) -> None:
    await decide(database, workspace_id, "a", 1, 2)
    await decide(database, workspace_id, "b", 3)
    started, go_on, witness = asyncio.Event(), asyncio.Event(), Witness()

    async def be_slow(_session: Session, _happened: RecordedEvent) -> None:
        started.set()
        await go_on.wait()

    slow = asyncio.create_task(deliver_next(database, workspace_id, {"Decided": [be_slow]}))
    await started.wait()
    async with asyncio.timeout(5):
        await deliver_pending(database, workspace_id, {"Decided": [witness]})

    assert witness.seen == [("b", 3)]
    go_on.set()
    assert await slow


async def test_a_failing_event_is_undone_whole_and_tried_again_after_a_rest(
    database: Database, workspace_id: WorkspaceId
) -> None:
    await decide(database, workspace_id, "a", 1)
    attempts = 0

    async def fail_once(session: Session, _happened: RecordedEvent) -> None:
        nonlocal attempts
        attempts += 1
        await session.execute(
            text(
                "insert into idempotency_key (operation, key, input_digest, result_id) "
                "values ('test', 'key', '', gen_random_uuid())"
            )
        )
        session.emit(Followed("b", 1))
        if attempts == 1:
            await session.execute(text("select 1 / 0"))

    handlers: Handlers = {"Decided": [fail_once]}
    with capture_logs() as logs:
        assert await deliver_pending(database, workspace_id, handlers, retries=Retries(3, 60.0)) == 1
    assert await count(database, workspace_id, "idempotency_key") == 0
    assert await count(database, workspace_id, "event") == 1
    assert await deliver_pending(database, workspace_id, handlers) == 0  # it rests
    async with database.writing(workspace_id) as session:
        await session.execute(text("update event_pending set not_before = now()"))
    assert await deliver_pending(database, workspace_id, handlers) == 2  # it, and what it said

    assert await count(database, workspace_id, "idempotency_key") == 1
    assert await count(database, workspace_id, "event_pending") == 0
    (line,) = logs
    assert (line["event"], line["log_level"], line["kind"]) == ("event.handler_failed", "error", "Decided")
    assert "division by zero" in str(line["exc_info"])


async def test_a_poisonous_event_is_kept_for_a_person_and_does_not_block_the_others(
    database: Database, workspace_id: WorkspaceId
) -> None:
    await decide(database, workspace_id, "a", 13, 14)
    await decide(database, workspace_id, "b", 1)
    witness = Witness(fails_on=13)

    with capture_logs() as logs:
        async with asyncio.timeout(20):
            while len(witness.seen) < 5:
                await deliver_pending(database, workspace_id, {"Decided": [witness]}, retries=Retries(3, 0.2))
                await asyncio.sleep(0.01)

    assert [number for topic, number in witness.seen if topic == "a"] == [13, 13, 13, 14]
    assert ("b", 1) in witness.seen[:3]  # it did not wait until the other was given up
    assert [line["event"] for line in logs] == ["event.handler_failed"] * 2 + ["event.handler_gave_up"]
    async with database.reading(workspace_id) as connection:
        (left,) = await connection.fetch("select * from event_pending")
    assert (left["topic"], left["attempts"], left["payload"]["number"]) == ("a", 3, 13)


async def test_what_was_given_up_is_tried_again_when_a_person_says_so(
    database: Database, workspace_id: WorkspaceId
) -> None:
    await decide(database, workspace_id, "a", 13)
    await deliver_pending(database, workspace_id, {"Decided": [Witness(fails_on=13)]}, retries=Retries(1))
    async with database.writing(workspace_id) as session:
        await session.execute(text("update event_pending set not_before = now(), attempts = 0"))

    mended = Witness()
    assert await deliver_pending(database, workspace_id, {"Decided": [mended]}) == 1
    assert mended.seen == [("a", 13)]


async def test_an_event_whose_worker_dies_is_handled_by_another(
    database: Database, database_urls: DatabaseUrls, workspace_id: WorkspaceId
) -> None:
    await decide(database, workspace_id, "a", 1)
    dying = await Database.open(database_urls.application, application_name="dying")
    started = asyncio.Event()

    async def hang(session: Session, _happened: RecordedEvent) -> None:
        started.set()
        await session.execute(text("select pg_sleep(60)"))

    worker = asyncio.create_task(deliver_pending(dying, workspace_id, {"Decided": [hang]}))
    await started.wait()
    with connect(database_urls.owner) as owner:
        owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'dying'"
        )
    outcome = await asyncio.gather(worker, return_exceptions=True)

    witness = Witness()
    assert type(outcome[0]).__name__ == "Unavailable"
    assert await deliver_pending(database, workspace_id, {"Decided": [witness]}) == 1
    assert witness.seen == [("a", 1)]
    await dying.close()


async def test_a_workspaces_events_are_not_delivered_for_another(
    database: Database, workspace_id: WorkspaceId, other_workspace_id: WorkspaceId
) -> None:
    await decide(database, workspace_id, "a", 1)

    assert not await deliver_next(database, other_workspace_id, {"Decided": [Witness()]})


@contextlib.asynccontextmanager
async def delivering(database: Database, handlers: Handlers) -> AsyncIterator[asyncio.Task[None]]:
    """Deliver for ever while the body runs."""
    feed, stop = EventFeed(database), asyncio.Event()
    await feed.start()
    worker = asyncio.create_task(deliver_forever(database, feed, handlers, stop, retries=QUICK))
    yield worker
    stop.set()
    async with asyncio.timeout(5):
        await worker
    await feed.stop()


async def until(witness: Witness, expected: list[tuple[str, int]]) -> None:
    async with asyncio.timeout(20):
        while sorted(witness.seen) != expected:  # noqa: ASYNC110 - it is the database that is waited for
            await asyncio.sleep(0.01)


async def test_the_loop_serves_all_workspaces_as_soon_as_something_happens(
    database: Database,
    workspace_id: WorkspaceId,
    other_workspace_id: WorkspaceId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.core.handling.LOOK_AGAIN_SECONDS", 60.0)  # only a notification can wake it
    witness = Witness()
    await decide(database, workspace_id, "a", 1)

    async with delivering(database, {"Decided": [witness]}):
        await until(witness, [("a", 1)])
        await decide(database, other_workspace_id, "b", 2)
        await until(witness, [("a", 1), ("b", 2)])


async def test_the_loop_tries_again_by_itself(
    database: Database, workspace_id: WorkspaceId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.handling.LOOK_AGAIN_SECONDS", 0.05)
    witness = Witness(fails_on=1)
    await decide(database, workspace_id, "a", 1)

    async with delivering(database, {"Decided": [witness]}):
        await until(witness, [("a", 1)] * 3)


async def test_the_loop_goes_on_after_the_database_was_restarted(
    short_directory: Path, workspace_id: WorkspaceId
) -> None:
    server = EmbeddedPostgres(short_directory / "handling")
    urls = provision(await asyncio.to_thread(server.start))
    database = await Database.open(urls.application)
    witness = Witness()

    async with delivering(database, {"Decided": [witness]}):
        await decide(database, workspace_id, "a", 1)
        await until(witness, [("a", 1)])
        await asyncio.to_thread(server.stop)
        await asyncio.sleep(0.5)
        await asyncio.to_thread(server.start)
        await decide(database, workspace_id, "a", 2)
        await until(witness, [("a", 1), ("a", 2)])

    await database.close()
    await asyncio.to_thread(server.stop)
