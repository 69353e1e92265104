"""One LISTEN connection that outlives the database's absence.

It hands each notification to a function and says when it is connected again, because whatever was
notified meanwhile is lost: the listener then has to look for itself.
"""

import asyncio
from collections.abc import Callable, Mapping

import asyncpg
import structlog

from app.core.database import Database
from app.core.errors import Unavailable
from app.core.pulse import waited
from app.core.session import Connection

log = structlog.get_logger()

FIRST_RETRY_SECONDS = 0.1
LONGEST_RETRY_SECONDS = 5.0
PING_SECONDS = 5.0
"""How often a silent connection is asked whether it still leads anywhere."""
PING_TIMEOUT_SECONDS = 5.0

_BROKEN = (Unavailable, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Listener:
    """A connection to one database that hears some channels; `connected` is called whenever it is (again)."""

    def __init__(
        self, database: Database, heard: Mapping[str, Callable[[str], None]], connected: Callable[[], None]
    ) -> None:
        self._database = database
        self._heard = heard
        self._connected = connected
        self._task: asyncio.Task[None] | None = None
        self.is_listening = False

    async def start(self) -> None:
        """Connect; raise `Unavailable` where that fails now, and never again afterwards."""
        connection = await self._connect()
        self._task = asyncio.create_task(self._stay(connection), name="courtside-listen")

    async def stop(self) -> None:
        """End the connection."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    async def _stay(self, connection: Connection) -> None:
        while True:
            try:
                self.is_listening = True
                self._connected()
                await _lost(connection)
            finally:
                self.is_listening = False
                connection.terminate()
            log.warning("listener.connection_lost")
            connection = await self._reconnect()
            log.info("listener.connection_restored")

    async def _reconnect(self) -> Connection:
        pause_seconds = FIRST_RETRY_SECONDS
        while True:
            try:
                return await self._connect()
            except _BROKEN as error:
                log.info("listener.connection_refused", reason=str(error), retry_in_seconds=pause_seconds)
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(2 * pause_seconds, LONGEST_RETRY_SECONDS)

    async def _connect(self) -> Connection:
        connection = await self._database.connect(application_name="courtside-listen")
        try:
            for channel in self._heard:
                await connection.add_listener(channel, self._hear)
        except BaseException:
            connection.terminate()
            raise
        return connection

    def _hear(self, _connection: object, _pid: int, channel: str, payload: object) -> None:
        self._heard[channel](str(payload))


async def _lost(connection: Connection) -> None:
    """Return as soon as the connection leads nowhere any more."""
    ended = asyncio.Event()
    connection.add_termination_listener(lambda _connection: ended.set())
    while not connection.is_closed() and not await waited(ended, PING_SECONDS):
        try:
            await connection.execute("select 1", timeout=PING_TIMEOUT_SECONDS)
        except _BROKEN:
            return
