"""What every test may ask for: a real PostgreSQL, fresh migrated databases, real league data."""

import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from shutil import rmtree
from uuid import UUID, uuid4

import pytest
from psycopg import connect, sql

from app.core.database import Database
from app.core.ids import DEFAULT_WORKSPACE, WorkspaceId, new_id
from app.core.postgres import EmbeddedPostgres, PostgresAddress
from app.core.provisioning import LOGIN, OWNER, DatabaseUrls, provision

TEMPLATE = "courtside_template"
PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def short_directory() -> Iterator[Path]:
    """A folder with a short path (for sockets) through which any user may pass (the server is not root)."""
    folder = Path(tempfile.mkdtemp(prefix="cs-", dir="/tmp"))
    folder.chmod(0o711)
    yield folder
    rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(short_directory: Path) -> Iterator[PostgresAddress]:
    """One private server for the whole session."""
    with EmbeddedPostgres(short_directory / "state") as address:
        with connect(address.url(user=OWNER, database="postgres"), autocommit=True) as admin:
            # nothing here must outlive a power cut: tests that pull the plug start a server of their own
            admin.execute("alter system set fsync = off")
            admin.execute("select pg_reload_conf()")
        yield address


@pytest.fixture(scope="session")
def template(postgres: PostgresAddress) -> str:
    """A database made by the migrations, copied for each test that wants one."""
    provision(postgres, database=TEMPLATE)
    return TEMPLATE


@pytest.fixture
def database_urls(postgres: PostgresAddress, template: str) -> Iterator[DatabaseUrls]:
    """A database of this test alone: fresh, migrated, gone afterwards."""
    name = f"test_{uuid4().hex[:12]}"
    with connect(postgres.url(user=OWNER, database="postgres"), autocommit=True) as admin:
        admin.execute(
            sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template))
        )
        yield DatabaseUrls(
            application=postgres.url(user=LOGIN, database=name), owner=postgres.url(user=OWNER, database=name)
        )
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
async def database(database_urls: DatabaseUrls) -> AsyncIterator[Database]:
    """The application's connections to this test's database."""
    opened = await Database.open(database_urls.application, pool_size=4)
    yield opened
    await opened.close()


@pytest.fixture
def workspace_id() -> WorkspaceId:
    """The workspace of a new installation."""
    return DEFAULT_WORKSPACE


@pytest.fixture
def other_workspace_id(database_urls: DatabaseUrls) -> WorkspaceId:
    """Another workspace of the same database, to be kept out."""
    other = WorkspaceId(new_id())
    with connect(database_urls.owner) as owner:
        owner.execute("insert into workspace (id, name) values (%s, 'other')", [UUID(int=other.int)])
    return other


@pytest.fixture(scope="session")
def nba_data() -> Path:
    """The folder of real league data; it is not part of this repository."""
    folder = Path(os.environ.get("COURTSIDE_TEST_DATA") or PROJECT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("real data folder not found: set COURTSIDE_TEST_DATA")
    return folder
