"""Tables of serving: endpoints, deployments, rollouts and predictions."""

import datetime as dt
import uuid

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint, text
from sqlmodel import Field

import app.core.tables
import app.registry.tables
import app.stats.tables  # noqa: F401 - referred to by foreign keys
from app.core.columns import Identified, Instant, Json, WorkspaceOwned, created_now, instant, json_object


class Endpoint(Identified, WorkspaceOwned, table=True):
    """A name that clients ask for predictions, whatever model stands behind it today."""

    __tablename__ = "endpoint"
    name: str
    created_at: Instant = created_now()
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)


class Deployment(Identified, WorkspaceOwned, table=True):
    """A model version placed on an endpoint. At most one of an endpoint is stable, whatever the code does."""

    __tablename__ = "deployment"
    endpoint_id: uuid.UUID = Field(foreign_key="endpoint.id")
    model_version_id: uuid.UUID = Field(foreign_key="model_version.id")
    revision: int
    state: str
    is_stable: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    weight: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    created_at: Instant = created_now()
    created_by: str
    __table_args__ = (
        UniqueConstraint("endpoint_id", "revision"),
        CheckConstraint(
            "state in ('PENDING', 'WARMING', 'READY', 'DRAINING', 'RETIRED', 'FAILED')",
            name="deployment_state_known",
        ),
        CheckConstraint("weight between 0 and 100", name="deployment_weight_is_percent"),
        Index("uq_deployment_stable", "endpoint_id", unique=True, postgresql_where=text("is_stable")),
    )


class Rollout(Identified, WorkspaceOwned, table=True):
    """The way of one deployment onto its endpoint; an endpoint has at most one that is open."""

    __tablename__ = "rollout"
    endpoint_id: uuid.UUID = Field(foreign_key="endpoint.id")
    baseline_id: uuid.UUID | None = Field(default=None, foreign_key="deployment.id")
    candidate_id: uuid.UUID = Field(foreign_key="deployment.id")
    strategy: str
    strategy_parameters: Json = json_object()
    phase: str
    step: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    started_at: Instant = created_now()
    ended_at: Instant | None = instant()
    started_by: str
    __table_args__ = (
        Index(
            "uq_rollout_open",
            "endpoint_id",
            unique=True,
            postgresql_where=text("phase in ('PENDING', 'RUNNING', 'PAUSED', 'AWAITING_APPROVAL')"),
        ),
    )


class RolloutEvent(Identified, WorkspaceOwned, table=True):
    """What happened to a rollout, in order; rows are only ever added."""

    __tablename__ = "rollout_event"
    rollout_id: uuid.UUID = Field(foreign_key="rollout.id", index=True)
    at: Instant = created_now()
    kind: str
    weight: int | None = None
    actor_name: str
    detail: str


class Prediction(Identified, WorkspaceOwned, table=True):
    """What was answered, by which version, from which values."""

    __tablename__ = "prediction"
    deployment_id: uuid.UUID = Field(foreign_key="deployment.id")
    batch_id: uuid.UUID
    place: int
    """Its place among the rows of its request (`batch_id`): a repeat answers in the same order."""
    at: Instant = created_now()
    game_id: str | None = Field(default=None, sa_type=String(10), foreign_key="game.id")
    home_team_id: int = Field(foreign_key="team.id", sa_type=BigInteger)
    away_team_id: int = Field(foreign_key="team.id", sa_type=BigInteger)
    date: dt.date
    probability: float
    features: Json = json_object()
    latency_ms: float
    request_id: str | None = None
    __table_args__ = (
        CheckConstraint("probability between 0 and 1", name="prediction_is_probability"),
        UniqueConstraint("batch_id", "place"),
        Index("ix_prediction_deployment_id_id", "deployment_id", "id"),
    )
