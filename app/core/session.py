"""A write transaction: SQLModel's session, one workspace, and the events to be written with it."""

from typing import TypeAlias, cast

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine import Connection as SyncConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.ext.asyncio import AsyncSession as PlainSession
from sqlalchemy.orm import Session as SyncSession
from sqlalchemy.orm import SessionTransaction
from sqlmodel.ext.asyncio.session import AsyncSession

from app.core.columns import WORKSPACE_SETTING
from app.core.events import Event
from app.core.ids import WorkspaceId

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
"""An asyncpg connection; generic for the type checker only."""

_SET_WORKSPACE = text("select set_config(:setting, :workspace, true)")


class Session(AsyncSession):
    """A session that sees one workspace and keeps the events of its transaction until they are flushed."""

    execute = PlainSession.execute  # SQLModel warns of it, but its own `exec` takes no plain SQL

    def __init__(self, engine: AsyncEngine, *, workspace_id: WorkspaceId) -> None:
        super().__init__(engine, expire_on_commit=False, info={"workspace_id": workspace_id})
        self.workspace_id = workspace_id
        self.events: list[Event] = []
        event.listen(self.sync_session, "after_begin", _enter_workspace)

    def emit(self, happened: Event) -> None:
        """Keep an event to be written in this transaction, at its end."""
        self.events.append(happened)

    async def driver(self) -> Connection:
        """Return the asyncpg connection inside this transaction, for COPY and plain SQL.

        On it JSONB is text: SQLAlchemy, whose connection it is, does its own encoding.
        """
        await self.flush()
        raw = await (await self.connection()).get_raw_connection()
        return cast("Connection", raw.driver_connection)


def _enter_workspace(
    session: SyncSession, _transaction: SessionTransaction, connection: SyncConnection
) -> None:
    # SET LOCAL takes no bind parameters and ends with the transaction, hence set_config at each begin
    connection.execute(
        _SET_WORKSPACE, {"setting": WORKSPACE_SETTING, "workspace": str(session.info["workspace_id"])}
    )
