"""Tables of governance: keys and the audit trail."""

import uuid

from sqlalchemy import BigInteger, Column, Identity, Index
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlmodel import Field

import app.core.tables  # noqa: F401 - referred to by foreign keys
from app.core.columns import Identified, Instant, Json, WorkspaceOwned, created_now, instant, json_object


class ApiKey(Identified, WorkspaceOwned, table=True):
    """A credential: only its hash is kept, the prefix finds it again."""

    __tablename__ = "api_key"
    name: str
    prefix: str = Field(unique=True)
    secret_hash: str
    scopes: list[str] = Field(sa_type=ARRAY(TEXT), nullable=False)
    created_at: Instant = created_now()
    expires_at: Instant | None = instant()
    last_used_at: Instant | None = instant()
    revoked_at: Instant | None = instant()


class AuditEntry(WorkspaceOwned, table=True):
    """Who did what to what, and how it ended; rows are only ever added."""

    __tablename__ = "audit_entry"
    sequence: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    at: Instant = created_now()
    actor_id: uuid.UUID | None = None
    actor_name: str
    operation: str
    target: str | None = None
    outcome: str
    details: Json | None = json_object(nullable=True)
    request_id: str | None = None
    __table_args__ = (Index("ix_audit_entry_workspace_sequence", "workspace_id", "sequence"),)
