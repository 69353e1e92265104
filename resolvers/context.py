"""What a resolver is given: who asks, the way to the data, and what this request has already loaded."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from app.core.database import Database
from app.core.errors import Unauthenticated
from app.core.feed import EventFeed
from app.core.ids import WorkspaceId
from app.core.session import Connection, Session
from app.core.settings import Settings
from app.governance.actors import Actor
from app.serving.pool import ModelPool


@dataclass(slots=True)
class Platform:
    """What lives as long as the process: built once in a roof, handed down, never global."""

    settings: Settings
    database: Database
    feed: EventFeed
    models: ModelPool


@dataclass(slots=True)
class Context:
    """One request, or one socket with its operations."""

    platform: Platform
    request_id: str
    caller: Actor | None = None
    connection_params: dict[str, Any] = field(default_factory=dict)
    """What a socket sent when it opened: Strawberry fills it in."""
    loaders: dict[object, Any] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """Who asks; raise `Unauthenticated` where nobody has signed in."""
        if self.caller is None:
            raise Unauthenticated("Sign in first: send `Authorization: Bearer <key>`.")
        return self.caller

    @property
    def database(self) -> Database:
        """The way to rows that belong to no workspace."""
        return self.platform.database

    @property
    def workspace_id(self) -> WorkspaceId:
        """The workspace of the caller's key: never an argument."""
        return self.actor.workspace_id

    def reading(self) -> AbstractAsyncContextManager[Connection]:
        """Open a read-only transaction that sees the caller's workspace."""
        return self.platform.database.reading(self.workspace_id)

    def writing(self) -> AbstractAsyncContextManager[Session]:
        """Open the one transaction of a mutation."""
        return self.platform.database.writing(self.workspace_id)
