"""The ground that most commands stand on: a database that is there, and stays there."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from app.cli.settling import settle
from app.core.database import Database
from app.core.errors import Invalid, Unavailable
from app.core.migrations import migrate
from app.core.postgres import EmbeddedPostgres
from app.core.provisioning import DatabaseUrls, provision
from app.core.settings import Settings

log = structlog.get_logger()

WATCH_SECONDS = 1.0
STOP_SECONDS = 1.5
"""What a private server gets for an orderly end; Ctrl-C is to be over within five seconds in all."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Settings, addresses of the database, and the private server if it is ours."""

    settings: Settings
    urls: DatabaseUrls
    embedded: EmbeddedPostgres | None

    async def watch(self, database: Database) -> None:
        """Bring the private server back whenever it is gone; a server of your own is left to you."""
        while self.embedded is not None:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await database.fetch("select 1")
            except Unavailable as error:
                log.warning("database.lost", reason=error.message)
                await self._revive(self.embedded)

    async def _revive(self, embedded: EmbeddedPostgres) -> None:
        try:
            await asyncio.to_thread(embedded.start)
        except Unavailable as error:
            log.warning("database.not_revived", reason=error.message)  # and tried again in a second


@contextmanager
def ground(settings: Settings) -> Iterator[Ground]:
    """Hand out a migrated database: yours by its address, else a private one, stopped by its last user."""
    if settings.database_url is not None:
        yield Ground(settings, _given_urls(settings), None)
        return
    embedded = EmbeddedPostgres(settings.state_dir, stop_timeout_seconds=STOP_SECONDS)
    with embedded as address:
        yield Ground(settings, provision(address), embedded)


@asynccontextmanager
async def opened(ground: Ground, name: str) -> AsyncIterator[Database]:
    """Open the application's connections and keep the private server alive meanwhile."""
    size = ground.settings.database_pool_size
    database = await Database.open(
        ground.urls.application, pool_size=size, application_name=f"courtside {name}"
    )
    watching = asyncio.create_task(ground.watch(database))
    try:
        yield database
    finally:
        watching.cancel()
        await database.close()


def prepare(*, state_dir: Path | None = None) -> None:
    """Bring the database to the revision that this programme expects."""
    with ground(settle(state_dir=state_dir)) as standing:
        bring_up_to_date(standing)
    log.info("database.migrated")


def bring_up_to_date(ground: Ground) -> None:
    """Migrate a server of your own; a private one was migrated when it started."""
    if ground.embedded is None:
        migrate(ground.urls.owner)


def _given_urls(settings: Settings) -> DatabaseUrls:
    assert settings.database_url is not None  # noqa: S101 - the caller has looked
    if settings.owner_database_url is None:
        raise Invalid(
            "COURTSIDE_DATABASE_URL is set but COURTSIDE_OWNER_DATABASE_URL is not: migrations need the role "
            "that owns the tables, and the application must not be that role."
        )
    return DatabaseUrls(
        settings.database_url.get_secret_value(), settings.owner_database_url.get_secret_value()
    )
