"""Tables of the registry: models, versions, aliases, the history of aliases, and evaluations."""

import uuid

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field

import app.core.tables
import app.datasets.tables  # noqa: F401 - referred to by foreign keys
from app.core.columns import Identified, Instant, Json, WorkspaceOwned, created_now, instant, json_object


class RegisteredModel(Identified, WorkspaceOwned, table=True):
    """A model by name: the line of versions that do the same task."""

    __tablename__ = "registered_model"
    name: str
    task: str
    description: str | None = None
    created_at: Instant = created_now()
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)


class ModelVersion(Identified, WorkspaceOwned, table=True):
    """One fitted model: immutable, known by the digest of its file. A run yields at most one."""

    __tablename__ = "model_version"
    model_id: uuid.UUID = Field(foreign_key="registered_model.id")
    version: int
    run_id: uuid.UUID = Field(foreign_key="run.id", unique=True)
    digest: str
    format: str
    file_name: str
    size_bytes: int = Field(sa_type=BigInteger)
    input_schema: Json = json_object()
    created_at: Instant = created_now()
    mirrored_at: Instant | None = instant()
    __table_args__ = (UniqueConstraint("model_id", "version"),)


class ModelAlias(WorkspaceOwned, table=True):
    """Where an alias points now."""

    __tablename__ = "model_alias"
    model_id: uuid.UUID = Field(foreign_key="registered_model.id", primary_key=True)
    alias: str = Field(primary_key=True)
    model_version_id: uuid.UUID = Field(foreign_key="model_version.id")
    set_at: Instant = created_now()
    set_by: str


class AliasChange(Identified, WorkspaceOwned, table=True):
    """Who moved an alias from where to where, when and why; rows are only ever added."""

    __tablename__ = "alias_change"
    model_id: uuid.UUID = Field(foreign_key="registered_model.id")
    alias: str
    from_version_id: uuid.UUID | None = Field(default=None, foreign_key="model_version.id")
    to_version_id: uuid.UUID | None = Field(default=None, foreign_key="model_version.id")
    at: Instant = created_now()
    actor_name: str
    reason: str
    __table_args__ = (Index("ix_alias_change_model_at", "model_id", "at"),)


class Evaluation(Identified, WorkspaceOwned, table=True):
    """A version measured on games that it never saw, beside the Elo baseline on the same games."""

    __tablename__ = "evaluation"
    model_version_id: uuid.UUID = Field(foreign_key="model_version.id", index=True)
    dataset_version_id: uuid.UUID = Field(foreign_key="dataset_version.id")
    population: str
    games: int
    metrics: Json = json_object()
    baseline_metrics: Json = json_object()
    calibration: Json = json_object()
    at: Instant = created_now()
