"""Tables under every domain: workspaces, the event log, runs with their steps, idempotency keys."""

import uuid

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, text
from sqlmodel import Field, SQLModel

from app.core.columns import (
    CURRENT_WORKSPACE,
    Identified,
    Instant,
    Json,
    WorkspaceOwned,
    created_now,
    instant,
    json_object,
)


class Workspace(Identified, table=True):
    """Whose datasets, models, endpoints and keys these are."""

    __tablename__ = "workspace"
    name: str = Field(unique=True)
    created_at: Instant = created_now()


class EventTopic(SQLModel, table=True):
    """The counter of one topic; its row lock makes the order of numbers the order of commits."""

    __tablename__ = "event_topic"
    topic: str = Field(primary_key=True)
    last_sequence: int = Field(sa_type=BigInteger, nullable=False)
    deleted_through: int = Field(
        default=0, sa_type=BigInteger, nullable=False, sa_column_kwargs={"server_default": text("0")}
    )
    """The highest number that retention took away: who resumes before it is told of a gap."""


class StoredEvent(SQLModel, table=True):
    """The append-only log of what happened; league events belong to nobody and are seen by all."""

    __tablename__ = "event"
    topic: str = Field(primary_key=True)
    sequence: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: Instant = created_now()
    kind: str
    payload: Json = json_object()
    workspace_id: uuid.UUID | None = Field(
        default=None, foreign_key="workspace.id", sa_column_kwargs={"server_default": text(CURRENT_WORKSPACE)}
    )
    __table_args__ = (Index("ix_event_at", "at"),)


class PendingEvent(SQLModel, table=True):
    """An event that the worker's handlers have yet to see; gone in the transaction that handled it.

    It carries its payload, so that it can wait for longer than the log is kept.
    """

    __tablename__ = "event_pending"
    topic: str = Field(primary_key=True)
    sequence: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    workspace_id: uuid.UUID | None = Field(default=None, foreign_key="workspace.id")
    kind: str
    at: Instant = created_now()
    payload: Json = json_object()
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    not_before: Instant = created_now()


class Run(Identified, WorkspaceOwned, table=True):
    """One piece of work that outlives a request. This row is the truth; a queue only wakes it."""

    __tablename__ = "run"
    kind: str
    job_name: str
    state: str = Field(default="QUEUED", sa_column_kwargs={"server_default": text("'QUEUED'")})
    epoch: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    owner: str | None = None
    input: Json = json_object()
    created_at: Instant = created_now()
    started_at: Instant | None = instant()
    ended_at: Instant | None = instant()
    heartbeat_at: Instant | None = instant()
    progress_fraction: float | None = None
    progress_message: str | None = None
    failure_kind: str | None = None
    failure_message: str | None = None
    cancel_requested: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    request_id: str | None = None
    __table_args__ = (
        CheckConstraint(
            "state in ('QUEUED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'SKIPPED')",
            name="run_state_known",
        ),
        Index("ix_run_open", "created_at", postgresql_where=text("state in ('QUEUED', 'RUNNING')")),
    )


class RunStep(WorkspaceOwned, table=True):
    """A finished step of a run and what it found: never done again by the next owner."""

    __tablename__ = "run_step"
    run_id: uuid.UUID = Field(foreign_key="run.id", primary_key=True)
    name: str = Field(primary_key=True)
    epoch: int
    result: Json | None = json_object(nullable=True)
    finished_at: Instant = created_now()


class IdempotencyKey(SQLModel, table=True):
    """What a mutation answered to a key, so that a repeat answers the same."""

    __tablename__ = "idempotency_key"
    workspace_id: uuid.UUID | None = Field(
        default=None,
        foreign_key="workspace.id",
        primary_key=True,
        sa_column_kwargs={"server_default": text(CURRENT_WORKSPACE)},
    )
    operation: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    input_digest: str
    result_id: uuid.UUID
    created_at: Instant = created_now()
