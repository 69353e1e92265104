"""The database as the doctor sees it: reachable, safe from the application's role, migrated, worked for.

A private server that was made before is joined, or started for the moment; none is made, nothing is migrated.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.cli.finding import Finding, State
from app.core.database import Database
from app.core.errors import PlatformError
from app.core.migrations import expected_revision
from app.core.postgres import EmbeddedPostgres
from app.core.provisioning import DATABASE, LOGIN
from app.core.queue import live_workers
from app.core.settings import Settings

ROLE = """
    select current_user as name, rolsuper, rolbypassrls, exists (
        select from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and pg_has_role(current_user, relowner, 'usage')) as is_owner
    from pg_roles where rolname = current_user
"""


async def examine_database(settings: Settings) -> list[Finding]:
    """Look at the database, if there is one; what can't be asked without it is not mentioned."""
    data = settings.state_dir / "postgres" / "data"
    if settings.database_url is None and not data.exists():
        return [
            Finding("database", State.IDLE, f"none in {settings.state_dir} yet", "`courtside up` makes it")
        ]
    try:
        async with _joined(settings) as database:
            return [
                await _examine_version(database),
                await _examine_role(database),
                await _examine_migrations(database),
                await _examine_worker(database, settings.worker_stalled_seconds),
            ]
    except PlatformError as error:
        return [Finding("database", State.BROKEN, error.message.rstrip("."))]


@asynccontextmanager
async def _joined(settings: Settings) -> AsyncIterator[Database]:
    if settings.database_url is not None:
        async with _opened(settings.database_url.get_secret_value()) as database:
            yield database
        return
    embedded = EmbeddedPostgres(settings.state_dir)
    address = await asyncio.to_thread(embedded.start)
    try:
        async with _opened(address.url(user=LOGIN, database=DATABASE)) as database:
            yield database
    finally:
        await asyncio.to_thread(embedded.stop)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Database]:
    database = await Database.open(url, pool_size=1, application_name="courtside doctor")
    try:
        yield database
    finally:
        await database.close()


async def _examine_version(database: Database) -> Finding:
    [row] = await database.fetch("select current_setting('server_version') as version")
    return Finding("database", State.OK, f"PostgreSQL {row['version']} answers")


async def _examine_role(database: Database) -> Finding:
    [role] = await database.fetch(ROLE)
    rights = {
        "is a superuser": role["rolsuper"],
        "bypasses row-level security": role["rolbypassrls"],
        "owns the tables": role["is_owner"],
    }
    faults = [right for right, is_held in rights.items() if is_held]
    if not faults:
        return Finding("role", State.OK, f"{role['name']} is held to every workspace's walls")
    remedy = "Let COURTSIDE_DATABASE_URL name a member of courtside_app that is nothing more"
    return Finding("role", State.BROKEN, f"{role['name']} {' and '.join(faults)}", remedy)


async def _examine_migrations(database: Database) -> Finding:
    expected, remedy = expected_revision(), "Run `courtside migrate`"
    [row] = await database.fetch("select to_regclass('public.alembic_version') is not null as is_there")
    if not row["is_there"]:
        return Finding("migrations", State.BROKEN, "the database was never migrated", remedy)
    found = [row["version_num"] for row in await database.fetch("select version_num from alembic_version")]
    if found == [expected]:
        return Finding("migrations", State.OK, f"at revision {expected}")
    at = ", ".join(found) or "none"
    return Finding("migrations", State.BROKEN, f"at revision {at}, not {expected}", remedy)


async def _examine_worker(database: Database, stalled_seconds: float) -> Finding:
    [row] = await database.fetch("select to_regclass('jobs.procrastinate_workers') is not null as is_there")
    workers = await live_workers(database, stalled_seconds) if row["is_there"] else 0
    if workers:
        return Finding("worker", State.OK, f"{workers} alive")
    return Finding("worker", State.IDLE, "none is alive", "`courtside up` or `courtside worker` starts one")
