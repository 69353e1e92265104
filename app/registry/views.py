"""The registry's rows as they are read: frozen values, no SQL."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.core.ids import DatasetVersionId, ModelVersionId, RunId


@dataclass(frozen=True, slots=True)
class ModelView:
    """A registered model."""

    id: UUID
    name: str
    task: str
    description: str | None
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class VersionView:
    """A model version; `model_name` saves a second look-up."""

    id: ModelVersionId
    model_id: UUID
    model_name: str
    version: int
    run_id: RunId
    digest: str
    format: str
    file_name: str
    size_bytes: int
    input_schema: Mapping[str, object]
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class AliasView:
    """Where an alias points now."""

    model_id: UUID
    alias: str
    model_version_id: ModelVersionId
    set_at: dt.datetime
    set_by: str


@dataclass(frozen=True, slots=True)
class AliasChangeView:
    """One move of an alias."""

    id: UUID
    model_id: UUID
    alias: str
    from_version_id: ModelVersionId | None
    to_version_id: ModelVersionId | None
    at: dt.datetime
    actor_name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """What holds an estimate with 95 % confidence."""

    lower: float
    upper: float
    level: float = 0.95


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of an evaluation: a metric, or the gap in it between model and baseline (with bounds)."""

    key: str
    value: float
    interval: Bounds | None = None


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Games of like probability: what was predicted and the share that came true, both in [0, 1].

    `predicted` is the mean of probabilities from `lowest` to `highest`.
    """

    predicted: float
    observed: float
    n: int
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class EvaluationView:
    """A version measured beside the baseline on the same games; a gap is model minus baseline."""

    id: UUID
    model_version_id: ModelVersionId
    dataset_version_id: DatasetVersionId
    population: str
    games: int
    metrics: Sequence[Figure]
    baseline: Sequence[Figure]
    gaps: Sequence[Figure]
    calibration: Sequence[ReliabilityBin]
    baseline_calibration: Sequence[ReliabilityBin]
    at: dt.datetime
