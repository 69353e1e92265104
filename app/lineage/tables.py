"""The table of lineage: one row an edge, between nodes named by type and key."""

import uuid

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

import app.core.tables  # noqa: F401 - referred to by foreign keys
from app.core.columns import Identified, Instant, WorkspaceOwned, created_now


class LineageEdge(Identified, WorkspaceOwned, table=True):
    """That `to` was made from `from`, by which run and how; seen again, only `last_seen` moves."""

    __tablename__ = "lineage_edge"
    from_type: str
    from_key: str
    to_type: str
    to_key: str
    run_id: uuid.UUID | None = Field(default=None, foreign_key="run.id")
    transformation: str
    first_seen: Instant = created_now()
    last_seen: Instant = created_now()
    __table_args__ = (
        UniqueConstraint("workspace_id", "from_type", "from_key", "to_type", "to_key", "transformation"),
        Index("ix_lineage_edge_to", "workspace_id", "to_type", "to_key"),
    )
