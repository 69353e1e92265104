"""Bringing a database to the schema that this programme expects, and asking whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, make_url

PROJECT = Path(__file__).resolve().parents[2]
LOCK_KEY = 0x0C0087
"""The advisory lock that lets several processes start at once while one of them migrates."""


def migrate(owner_url: str, *, revision: str = "head") -> None:
    """Upgrade the database at `owner_url` to `revision`; wait if another process is doing so."""
    engine = _engine(owner_url)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"select pg_advisory_lock({LOCK_KEY})")
        connection.commit()
        try:
            command.upgrade(_config(connection=connection), revision)
            connection.commit()
        finally:
            connection.exec_driver_sql(f"select pg_advisory_unlock({LOCK_KEY})")
            connection.commit()
    engine.dispose()


def downgrade(owner_url: str, *, revision: str) -> None:
    """Take the database at `owner_url` back to `revision` ("base" for nothing at all)."""
    engine = _engine(owner_url)
    with engine.connect() as connection:
        command.downgrade(_config(connection=connection), revision)
        connection.commit()
    engine.dispose()


def expected_revision() -> str:
    """Return the newest revision in the source tree."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None  # noqa: S101 - the tree holds at least one revision
    return head


def current_revision(url: str) -> str | None:
    """Return the revision that the database is at, None where it was never migrated."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"))


def _config(**attributes: object) -> Config:
    config = Config(toml_file=PROJECT / "pyproject.toml", attributes=attributes)
    config.set_main_option("script_location", str(PROJECT / "alembic"))
    return config
