"""Tables of training: experiments, what a training run was asked for, and the metrics it reported."""

import uuid

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

import app.core.tables
import app.datasets.tables  # noqa: F401 - referred to by foreign keys
from app.core.columns import Identified, Instant, Json, WorkspaceOwned, created_now, json_object


class Experiment(Identified, WorkspaceOwned, table=True):
    """A folder for training runs that are compared with each other; MLflow knows it by the same name."""

    __tablename__ = "experiment"
    name: str
    mlflow_experiment_id: str | None = None
    created_at: Instant = created_now()
    __table_args__ = (UniqueConstraint("workspace_id", "name"),)


class TrainingRun(WorkspaceOwned, table=True):
    """What a run of kind TRAINING was asked for and where MLflow keeps its copy."""

    __tablename__ = "training_run"
    run_id: uuid.UUID = Field(foreign_key="run.id", primary_key=True)
    experiment_id: uuid.UUID = Field(foreign_key="experiment.id", index=True)
    template: str
    params: Json = json_object()
    seed: int
    dataset_version_id: uuid.UUID | None = Field(default=None, foreign_key="dataset_version.id")
    mlflow_run_id: str | None = None
    environment: Json | None = json_object(nullable=True)


class MetricPoint(WorkspaceOwned, table=True):
    """One value of one metric at one step of a run."""

    __tablename__ = "metric_point"
    run_id: uuid.UUID = Field(foreign_key="run.id", primary_key=True)
    key: str = Field(primary_key=True)
    step: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    value: float
    at: Instant = created_now()
