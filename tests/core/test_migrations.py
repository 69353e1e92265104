"""Migrations: up, down and up again, and no difference to the tables that the code declares."""

import subprocess

import pytest
from alembic import command
from psycopg import connect
from sqlalchemy import create_engine, make_url

from app.core import migrations
from app.core.ids import DEFAULT_WORKSPACE
from app.core.postgres.binaries import find_binaries
from app.core.provisioning import DatabaseUrls

FILL = """
    insert into team (id, abbreviation, name) values (1, 'AAA', 'One'), (2, 'BBB', 'Two');
    insert into game (id, season_start_year, season_type, date, status, home_team_id, away_team_id,
            neutral_site, origin, trust)
        values ('0022390001', 2023, 'REGULAR_SEASON', '2024-01-01', 'FINAL', 1, 2, false, 'SIMULATED', 1);
    insert into run (id, workspace_id, kind, job_name, input)
        values (gen_random_uuid(), %(workspace)s, 'TRAINING', 'journey', '{}');
    insert into event_topic (topic, last_sequence) values ('run:1', 1);
    insert into event (topic, sequence, kind, payload) values ('run:1', 1, 'RunStateChanged', '{}')
"""


def dump(url: str) -> list[str]:
    """Return the schema as pg_dump tells it, without the random words that guard its script."""
    told = subprocess.run(
        [find_binaries().directory / "pg_dump", "--schema-only", "--no-comments", url],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [line for line in told.splitlines() if not line.startswith(("\\restrict", "\\unrestrict"))]


def test_up_down_and_up_of_a_filled_database_leave_the_same_schema(database_urls: DatabaseUrls) -> None:
    with connect(database_urls.owner, autocommit=True) as owner:
        for statement in FILL.split(";"):
            values = {"workspace": DEFAULT_WORKSPACE}
            owner.execute(statement, values if "%(workspace)s" in statement else None)
    before = dump(database_urls.owner)

    migrations.downgrade(database_urls.owner, revision="base")
    emptied = dump(database_urls.owner)
    migrations.migrate(database_urls.owner)

    assert dump(database_urls.owner) == before
    assert not [line for line in emptied if line.startswith("CREATE TABLE") and "alembic_version" not in line]
    assert migrations.current_revision(database_urls.owner) == migrations.expected_revision()


def test_the_tables_that_the_code_declares_are_those_that_migrations_make(
    database_urls: DatabaseUrls,
) -> None:
    engine = create_engine(make_url(database_urls.owner).set(drivername="postgresql+psycopg"))

    with engine.connect() as connection:
        command.check(migrations._config(connection=connection))

    engine.dispose()


def test_alembic_s_folder_is_no_package() -> None:
    assert not (migrations.PROJECT / "alembic" / "__init__.py").exists()


@pytest.mark.parametrize("revision", ["0001", "0002"])
def test_every_revision_can_be_stood_on(database_urls: DatabaseUrls, revision: str) -> None:
    migrations.downgrade(database_urls.owner, revision=revision)
    stood = migrations.current_revision(database_urls.owner)

    migrations.migrate(database_urls.owner)

    assert stood == revision
