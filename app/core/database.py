"""The way to PostgreSQL: a pool of asyncpg connections for reading, sessions for writing.

Both work for one workspace at a time: the database itself hides every other workspace's rows
(row-level security), whatever the SQL above forgets to say. Reads that feed an API use plain
SQL and asyncpg records; writes use the SQLModel tables, in one transaction with their events.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Self, TypeAlias

import asyncpg
import orjson
from sqlalchemy import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.core.columns import WORKSPACE_SETTING
from app.core.errors import Unavailable
from app.core.ids import WorkspaceId
from app.core.outbox import append_events
from app.core.session import Connection, Session

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_GONE = (
    ConnectionError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)
ACQUIRE_TIMEOUT_SECONDS = 5.0
CLOSE_TIMEOUT_SECONDS = 5.0


def _dumps(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()


async def prepare_connection(connection: Connection) -> None:
    """Teach an asyncpg connection to read and write JSONB as Python values."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_dumps, decoder=orjson.loads, format="text"
    )


class Database:
    """One process's connections to one database, as one role."""

    def __init__(self, pool: Pool, engine: AsyncEngine, dsn: str) -> None:
        self.pool = pool
        self.engine = engine
        self.dsn = dsn

    @classmethod
    async def open(cls, url: str, *, pool_size: int = 8, application_name: str = "courtside") -> Self:
        """Open the pools; raise `Unavailable` where nobody answers at `url`."""
        address = make_url(url)
        dsn = address.set(drivername="postgresql").render_as_string(hide_password=False)
        settings = {"application_name": application_name, "timezone": "UTC"}
        try:
            pool = await asyncpg.create_pool(
                dsn, min_size=1, max_size=pool_size, init=prepare_connection, server_settings=settings, timeout=10
            )
        except (OSError, *_GONE) as error:
            message = f"PostgreSQL at {_readable(address)} can't be reached: {error}. Is it running, and is the address right?"
            raise Unavailable(message, dependency="postgresql") from error
        engine = create_async_engine(
            address.set(drivername="postgresql+asyncpg"),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
            connect_args={"server_settings": settings},
        )
        return cls(pool, engine, dsn)

    async def close(self) -> None:
        """Close every connection, waiting a moment for those in use."""
        await self.engine.dispose()
        try:
            await asyncio.wait_for(self.pool.close(), CLOSE_TIMEOUT_SECONDS)
        except TimeoutError:
            self.pool.terminate()

    async def fetch(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        """Read rows that belong to no workspace (the league's)."""
        async with self._connection() as connection:
            return await connection.fetch(sql, *arguments)

    @asynccontextmanager
    async def reading(self, workspace_id: WorkspaceId) -> AsyncIterator[Connection]:
        """Hand out a connection inside a read-only transaction that sees one workspace."""
        async with self._connection() as connection, connection.transaction(readonly=True):
            await connection.execute("select set_config($1, $2, true)", WORKSPACE_SETTING, str(workspace_id))
            yield connection

    @asynccontextmanager
    async def writing(self, workspace_id: WorkspaceId) -> AsyncIterator[Session]:
        """Hand out a session: one transaction, committed with its events at the end, or not at all."""
        with _loss_explained():
            async with Session(self.engine, workspace_id=workspace_id) as session, session.begin():
                yield session
                await append_events(session)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        with _loss_explained():
            async with self.pool.acquire(timeout=ACQUIRE_TIMEOUT_SECONDS) as connection:
                yield connection  # type: ignore[misc] - a pool hands out a proxy of a connection


@contextmanager
def _loss_explained() -> Iterator[None]:
    """Turn the many ways in which a database goes away into one `Unavailable`."""
    try:
        yield
    except (DBAPIError, *_GONE) as error:
        if not _is_loss(error):
            raise
        reason = str(getattr(error, "orig", None) or error) or type(error).__name__
        message = f"The database does not answer ({reason.splitlines()[0]}): try again in a moment."
        raise Unavailable(message, dependency="postgresql") from error


def _is_loss(error: BaseException) -> bool:
    if isinstance(error, DBAPIError):
        cause = error.orig.__cause__ if error.orig is not None else None
        return error.connection_invalidated or isinstance(cause, _GONE)
    return not isinstance(error, asyncpg.DataError)  # a wrong argument is our fault, not the network's


def _readable(address: URL) -> str:
    return address.render_as_string(hide_password=True)
