"""What a workspace owns is hidden from every other by the database itself."""

from uuid import UUID

import asyncpg
import pytest
from psycopg import connect

from app.core.database import Database
from app.core.ids import DEFAULT_WORKSPACE, WorkspaceId, new_id
from app.core.provisioning import DatabaseUrls
from app.core.tables import Run

OTHER = WorkspaceId(UUID("00000000-0000-7000-8000-000000000002"))


@pytest.fixture
def two_workspaces(database_urls: DatabaseUrls) -> None:
    with connect(database_urls.owner, autocommit=True) as owner:
        owner.execute("insert into workspace (id, name) values (%s, 'other')", [OTHER])


async def test_the_application_is_neither_owner_nor_superuser_nor_above_the_policies(
    database: Database,
) -> None:
    [role] = await database.fetch(
        "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user"
    )
    owned = await database.fetch(
        "select tablename from pg_tables where schemaname = 'public' and tableowner = current_user"
    )

    assert not any(role.values())
    assert owned == []


async def test_every_table_with_a_workspace_has_a_policy(database: Database) -> None:
    tables = await database.fetch("""
        select c.relname, c.relrowsecurity,
            exists (select from pg_policies p
                    where p.tablename = c.relname and p.with_check is not null) as guarded
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id'
        where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace""")

    assert len(tables) >= 20
    assert [row["relname"] for row in tables if not (row["relrowsecurity"] and row["guarded"])] == []


@pytest.mark.usefixtures("two_workspaces")
async def test_a_row_of_one_workspace_does_not_exist_in_another(database: Database) -> None:
    async with database.writing(DEFAULT_WORKSPACE) as session:
        session.add(Run(kind="TRAINING", job_name="mine", input={}))

    async with database.reading(OTHER) as connection:
        seen = await connection.fetchval("select count(*) from run")

    assert seen == 0
    async with database.reading(DEFAULT_WORKSPACE) as connection:
        assert await connection.fetchval("select count(*) from run") == 1


@pytest.mark.usefixtures("two_workspaces")
async def test_a_row_cannot_be_written_into_another_workspace(database: Database) -> None:
    async with database.pool.acquire() as connection, connection.transaction():
        await connection.execute("select set_config('app.workspace', $1, true)", str(DEFAULT_WORKSPACE))

        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(
                "insert into run (id, workspace_id, kind, job_name, input) values ($1, $2, 'X', 'x', '{}')",
                new_id(),
                OTHER,
            )


async def test_without_a_workspace_nothing_that_is_owned_is_seen(database: Database) -> None:
    async with database.writing(DEFAULT_WORKSPACE) as session:
        session.add(Run(kind="TRAINING", job_name="mine", input={}))

    assert (await database.fetch("select count(*) from run"))[0]["count"] == 0


@pytest.mark.parametrize("table", ["audit_entry", "alias_change", "rollout_event", "event"])
async def test_what_is_only_ever_added_cannot_be_changed(database: Database, table: str) -> None:
    [rights] = await database.fetch("select has_table_privilege($1, 'update') as update", table)

    assert not rights["update"]
