"""Rows of training as they are read: frozen values, no SQL."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.core.ids import DatasetVersionId, RunId
from app.core.runs import RunState

CLIMBING: frozenset[str] = frozenset({"accuracy"})
"""Metrics of which more is better, by the end of their name; of all others less is."""


@dataclass(frozen=True, slots=True)
class ExperimentView:
    """A folder for training runs."""

    id: UUID
    name: str
    mlflow_experiment_id: str | None
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: a fraction in [0, 1], None before it says anything, and what it does now."""

    fraction: float | None
    message: str | None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run failed; `attempt` counts how often a worker took it up."""

    kind: str
    message: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter as text, chosen or default."""

    key: str
    value: str


@dataclass(frozen=True, slots=True)
class TrainingRunView:
    """A run of kind TRAINING with what it was asked for."""

    id: RunId
    state: RunState
    epoch: int
    created_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    progress_fraction: float | None
    progress_message: str | None
    failure_kind: str | None
    failure_message: str | None
    request_id: str | None
    experiment_id: UUID
    template: str
    asked_params: Mapping[str, str]
    seed: int
    dataset_version_id: DatasetVersionId | None
    mlflow_run_id: str | None

    @property
    def progress(self) -> Progress:
        """How far it has come."""
        return Progress(self.progress_fraction, self.progress_message)

    @property
    def failure(self) -> Failure | None:
        """Why it failed, if it did."""
        if self.failure_kind is None:
            return None
        return Failure(self.failure_kind, self.failure_message or self.failure_kind, self.epoch)

    @property
    def params(self) -> list[Param]:
        """Its parameters by name."""
        return [Param(key, value) for key, value in sorted(self.asked_params.items())]


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """A metric's value at its last step, and the best of all steps (lowest, of an accuracy highest)."""

    key: str
    last: float
    best: float


@dataclass(frozen=True, slots=True)
class MetricPointView:
    """One value of a metric."""

    step: int
    at: dt.datetime
    value: float
