import asyncio
from dataclasses import dataclass
from typing import ClassVar

import asyncpg
import pytest
from psycopg import connect
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.database import Database
from app.core.errors import Invalid, Unavailable
from app.core.events import Event
from app.core.ids import WorkspaceId
from app.core.postgres import PostgresAddress
from app.core.provisioning import DatabaseUrls

_OWN_KEYS = "select count(*) from idempotency_key"
_ADD_KEY = (
    "insert into idempotency_key (operation, key, input_digest, result_id) "
    "values ('t', 'k', '', gen_random_uuid())"
)


@dataclass(frozen=True, slots=True)
class Said(Event):
    kind: ClassVar[str] = "Said"

    @property
    def topic(self) -> str:
        return "talk"


def end_connections(urls: DatabaseUrls) -> None:
    with connect(urls.owner, autocommit=True) as owner:
        owner.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where datname = current_database() and usename = 'courtside'"
        )


async def count_keys(database: Database, workspace_id: WorkspaceId) -> int:
    async with database.reading(workspace_id) as connection:
        return int(await connection.fetchval(_OWN_KEYS))


async def test_a_workspace_sees_its_own_rows_only(
    database: Database, workspace_id: WorkspaceId, other_workspace_id: WorkspaceId
) -> None:
    async with database.writing(workspace_id) as session:
        await session.execute(text(_ADD_KEY))

    assert await count_keys(database, workspace_id) == 1
    assert await count_keys(database, other_workspace_id) == 0
    assert (await database.fetch(_OWN_KEYS))[0][0] == 0  # no workspace, no rows


async def test_nobody_can_write_into_another_workspace(
    database: Database, workspace_id: WorkspaceId, other_workspace_id: WorkspaceId
) -> None:
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.writing(workspace_id) as session:
            await session.execute(
                text(
                    _ADD_KEY.replace("(operation", "(workspace_id, operation").replace("('t'", "(:other, 't'")
                ),
                {"other": other_workspace_id},
            )


async def test_the_workspace_ends_with_its_transaction(database: Database, workspace_id: WorkspaceId) -> None:
    async with database.pool.acquire() as connection:
        before = await connection.fetchval("select current_setting('app.workspace', true)")
    async with database.reading(workspace_id) as reading:
        inside = await reading.fetchval("select current_setting('app.workspace', true)")
    async with database.pool.acquire() as connection:
        after = await connection.fetchval("select current_setting('app.workspace', true)")

    assert inside == str(workspace_id)
    assert not before
    assert not after


async def test_reading_cannot_write(database: Database, workspace_id: WorkspaceId) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with database.reading(workspace_id) as connection:
            await connection.execute(_ADD_KEY)


async def test_json_is_read_as_python_values_and_times_are_utc(
    database: Database, workspace_id: WorkspaceId
) -> None:
    async with database.reading(workspace_id) as connection:
        row = await connection.fetchrow("""select '{"a": [1, null]}'::jsonb as json, now() as at""")

    assert row is not None
    assert row["json"] == {"a": [1, None]}
    assert row["at"].utcoffset().total_seconds() == 0
    assert (await database.fetch("show timezone"))[0][0] == "UTC"


async def test_ids_that_were_read_can_be_written_into_json(
    database: Database, workspace_id: WorkspaceId
) -> None:
    async with database.reading(workspace_id) as connection:
        read = await connection.fetchval("select gen_random_uuid()")
        written = await connection.fetchval("select $1::jsonb", {"id": read})

    assert written == {"id": str(read)}


async def test_rows_and_events_are_written_together_or_not_at_all(
    database: Database, workspace_id: WorkspaceId
) -> None:
    async def write_and_fail() -> None:
        async with database.writing(workspace_id) as session:
            await session.execute(text(_ADD_KEY))
            session.emit(Said())
            raise LookupError("no such thing")

    with pytest.raises(LookupError):
        await write_and_fail()

    assert await count_keys(database, workspace_id) == 0
    assert await database.fetch("select * from event_topic") == []


async def test_the_driver_works_inside_the_sessions_transaction(
    database: Database, workspace_id: WorkspaceId
) -> None:
    async def copy_and_fail() -> None:
        async with database.writing(workspace_id) as session:
            driver = await session.driver()
            await driver.execute(_ADD_KEY)
            assert await driver.fetchval(_OWN_KEYS) == 1
            raise LookupError("no such thing")

    with pytest.raises(LookupError):
        await copy_and_fail()
    assert await count_keys(database, workspace_id) == 0


async def test_a_mistake_of_ours_is_not_called_an_outage(
    database: Database, workspace_id: WorkspaceId
) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        await database.fetch("select * from nowhere")
    with pytest.raises(asyncpg.InterfaceError, match="expects 1 argument"):
        await database.fetch("select $1::int", 1, 2)
    with pytest.raises(asyncpg.DataError):
        await database.fetch("select $1::int", "one")
    with pytest.raises(DBAPIError, match="division by zero"):
        async with database.writing(workspace_id) as session:
            await session.execute(text("select 1 / 0"))


@pytest.mark.parametrize("mistake", [TimeoutError("theirs"), ConnectionRefusedError("theirs")])
async def test_the_trouble_of_somebody_else_inside_a_transaction_is_not_called_an_outage(
    database: Database, workspace_id: WorkspaceId, mistake: Exception
) -> None:
    with pytest.raises(type(mistake), match="theirs"):
        async with database.writing(workspace_id):
            raise mistake
    with pytest.raises(type(mistake), match="theirs"):
        async with database.reading(workspace_id):
            raise mistake


async def test_a_connection_that_dies_in_use_is_an_outage_that_passes(
    database: Database, database_urls: DatabaseUrls, workspace_id: WorkspaceId
) -> None:
    async def read() -> None:
        async with database.reading(workspace_id) as connection:
            end_connections(database_urls)
            await connection.fetchval(_OWN_KEYS)

    async def write() -> None:
        async with database.writing(workspace_id) as session:
            end_connections(database_urls)
            await session.execute(text(_ADD_KEY))

    async def write_by_driver() -> None:
        async with database.writing(workspace_id) as session:
            driver = await session.driver()
            end_connections(database_urls)
            await asyncio.sleep(0.1)
            await driver.fetchval(_OWN_KEYS)

    async def lose_before_commit() -> None:
        async with database.writing(workspace_id) as session:
            await session.execute(text(_ADD_KEY))
            end_connections(database_urls)
            await asyncio.sleep(0.1)

    for attempt in (read, write, write_by_driver, lose_before_commit):
        with pytest.raises(Unavailable, match="does not answer"):
            await attempt()

    await asyncio.sleep(0.1)
    assert await count_keys(database, workspace_id) == 0


async def test_waiting_for_a_connection_has_an_end(
    database_urls: DatabaseUrls, workspace_id: WorkspaceId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.database.ACQUIRE_TIMEOUT_SECONDS", 0.5)
    narrow = await Database.open(database_urls.application, pool_size=1)

    async with narrow.reading(workspace_id):
        with pytest.raises(Unavailable):
            await narrow.fetch("select 1")
    async with narrow.writing(workspace_id), narrow.writing(workspace_id):
        with pytest.raises(Unavailable):
            async with narrow.writing(workspace_id):
                pass
    await narrow.close()


async def test_an_address_where_nobody_listens_is_told_without_its_password(tmp_path: object) -> None:
    for address in ("127.0.0.1:1/courtside", f"/courtside?host={tmp_path}"):
        with pytest.raises(Unavailable, match="does not let us in") as refusal:
            await Database.open(f"postgresql://courtside:hunter2@{address}")
        assert "hunter2" not in refusal.value.message
        assert refusal.value.dependency == "postgresql"


async def test_a_database_that_does_not_exist_is_told(postgres: PostgresAddress) -> None:
    with pytest.raises(Unavailable, match="does not exist"):
        await Database.open(postgres.url(user="postgres", database="nowhere"))


async def test_what_is_no_address_is_told_without_quoting_it() -> None:
    with pytest.raises(Invalid) as refusal:
        await Database.open("hunter2")
    assert "hunter2" not in refusal.value.message
    assert "postgresql://" in refusal.value.message


async def test_an_error_does_not_quote_what_was_written(
    database: Database, workspace_id: WorkspaceId
) -> None:
    with pytest.raises(DBAPIError) as refusal:
        async with database.writing(workspace_id) as session:
            await session.execute(
                text("select 1 / length(substr(cast(:it as text), 100))"), {"it": "hunter2"}
            )
    assert "hunter2" not in str(refusal.value)


async def test_closing_does_not_wait_for_ever_for_a_connection_in_use(
    database_urls: DatabaseUrls, workspace_id: WorkspaceId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.core.database.CLOSE_TIMEOUT_SECONDS", 0.2)
    database = await Database.open(database_urls.application)

    async def read_while_it_closes() -> None:
        async with database.reading(workspace_id) as connection:
            async with asyncio.timeout(3):
                await database.close()
            await connection.fetchval("select 1")

    with pytest.raises(Unavailable):
        await read_while_it_closes()
