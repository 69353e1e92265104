"""The way to PostgreSQL: a pool of asyncpg connections for reading, sessions for writing.

Both work for one workspace at a time: the database itself hides every other workspace's rows
(row-level security), whatever the SQL above forgets to say. Reads that feed an API use plain
SQL and asyncpg records; writes use the SQLModel tables, in one transaction with their events.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Self, TypeAlias

import asyncpg
import orjson
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.core.columns import WORKSPACE_SETTING
from app.core.errors import Invalid, Unavailable
from app.core.ids import WorkspaceId
from app.core.outbox import append_events, plain
from app.core.session import Connection, Session

PoolConnectionProxy: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
)
ACQUIRE_TIMEOUT_SECONDS = 5.0
CONNECT_TIMEOUT_SECONDS = 10.0
CLOSE_TIMEOUT_SECONDS = 5.0


def _dumps(value: object) -> str:
    return orjson.dumps(value, default=plain, option=orjson.OPT_NON_STR_KEYS).decode()


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
        """Open the pools; raise `Invalid` where `url` is none, `Unavailable` where we are not let in."""
        address = _parse(url)
        dsn = address.set(drivername="postgresql").render_as_string(hide_password=False)
        settings = {"application_name": application_name, "timezone": "UTC"}
        try:
            pool = await asyncpg.create_pool(
                dsn,
                min_size=0,  # to keep a floor, asyncpg logs a traceback a second while there is no database
                max_size=pool_size,
                init=prepare_connection,
                server_settings=settings,
                timeout=CONNECT_TIMEOUT_SECONDS,
            )
            async with pool.acquire():
                pass  # whether we are let in
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            shown = address.render_as_string(hide_password=True)
            message = (
                f"PostgreSQL at {shown} does not let us in: {error}. Is it running, and is the address right?"
            )
            raise Unavailable(message, dependency="postgresql") from error

        async def connect() -> Connection:  # as the pool does it: SQLAlchemy reads an address in its own way
            return await asyncpg.connect(dsn, server_settings=settings, timeout=CONNECT_TIMEOUT_SECONDS)

        engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=ACQUIRE_TIMEOUT_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,  # an error's text is logged: it must not quote what was written
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
        )
        return cls(pool, engine, dsn)

    async def close(self) -> None:
        """Close every connection, waiting a moment for those in use."""
        await self.engine.dispose()
        try:
            await asyncio.wait_for(self.pool.close(), CLOSE_TIMEOUT_SECONDS)
        except TimeoutError:
            self.pool.terminate()

    async def connect(self, *, application_name: str) -> Connection:
        """Open a connection outside the pools, for its caller to keep and to close (LISTEN needs one)."""
        settings = {"application_name": application_name, "timezone": "UTC"}
        with _refusal_explained():
            return await asyncpg.connect(self.dsn, server_settings=settings, timeout=CONNECT_TIMEOUT_SECONDS)

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
        connection: Connection | None = None
        with _loss_explained(lambda: connection is None or connection.is_closed()):
            async with Session(self.engine, workspace_id=workspace_id) as session, session.begin():
                with _refusal_explained():
                    connection = await session.driver()
                yield session
                await append_events(session)

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        with _refusal_explained():
            connection = await self.pool.acquire(timeout=ACQUIRE_TIMEOUT_SECONDS)
        try:
            with _loss_explained(lambda: _is_gone(connection)):
                yield connection  # type: ignore[misc]  # a pool hands out a proxy of a connection
        finally:
            await self.pool.release(connection)


@contextmanager
def _refusal_explained() -> Iterator[None]:
    """Turn the many ways in which a connection is not to be had into one `Unavailable`."""
    try:
        yield
    except (OSError, DBAPIError, PoolTimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise _unavailable(error) from error


@contextmanager
def _loss_explained(is_gone: Callable[[], bool]) -> Iterator[None]:
    """Turn the loss of a connection in use into `Unavailable`; whatever else its user does wrong stays so."""
    try:
        yield
    except _LOST as error:
        raise _unavailable(error) from error
    except DBAPIError as error:
        cause = error.orig.__cause__ if error.orig is not None else None
        if not (error.connection_invalidated or isinstance(cause, _LOST)):
            raise
        raise _unavailable(error) from error
    except asyncpg.InterfaceError as error:  # "connection is closed", but also a wrong number of arguments
        if not is_gone():
            raise
        raise _unavailable(error) from error


def _is_gone(connection: PoolConnectionProxy) -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:  # the pool has already taken the dead connection back
        return True


def _unavailable(error: Exception) -> Unavailable:
    reason = str(getattr(error, "orig", None) or error) or type(error).__name__
    message = f"The database does not answer ({reason.splitlines()[0]}): try again in a moment."
    return Unavailable(message, dependency="postgresql")


def _parse(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:  # its text may quote the password
        message = "The database address is not of the form postgresql://user:password@host:port/database."
        raise Invalid(message) from error
