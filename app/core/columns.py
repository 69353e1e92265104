"""Column recipes that the tables of every domain share."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import DateTime, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from app.core.ids import new_id

WORKSPACE_SETTING = "app.workspace"
CURRENT_WORKSPACE = f"nullif(current_setting('{WORKSPACE_SETTING}', true), '')::uuid"
"""SQL for the workspace of the running transaction; NULL where none was set, which no policy lets pass."""

Json = Mapping[str, Any]
Instant = dt.datetime

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Identified(SQLModel):
    """A row of ours: its key is a UUIDv7."""

    id: uuid.UUID = Field(default_factory=new_id, primary_key=True)


class WorkspaceOwned(SQLModel):
    """A row that belongs to one workspace; the database fills it in and its policies guard it."""

    workspace_id: uuid.UUID | None = Field(
        default=None,
        foreign_key="workspace.id",
        nullable=False,
        index=True,
        sa_column_kwargs={"server_default": text(CURRENT_WORKSPACE)},
    )


def created_now() -> Any:  # noqa: ANN401 - SQLModel's Field returns Any
    """Return a timestamp column that the database fills with the time of the transaction."""
    return Field(
        default=None,
        sa_type=DateTime(timezone=True),
        nullable=False,
        sa_column_kwargs={"server_default": text("now()")},
    )


def instant() -> Any:  # noqa: ANN401 - SQLModel's Field returns Any
    """Return a nullable timestamp column with a time zone."""
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=True)


def json_object(*, nullable: bool = False) -> Any:  # noqa: ANN401 - SQLModel's Field returns Any
    """Return a JSONB column."""
    return Field(default=None, sa_type=JSONB, nullable=nullable)
