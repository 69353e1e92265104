"""What a training run hands over to be registered: the file of a model, what went in, and how good it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.core.ids import DatasetVersionId, RunId
from app.training.evaluation import Comparison

SKOPS: Final = "skops"
"""The one format of model files: scikit-learn without code."""


@dataclass(frozen=True, slots=True)
class ArtifactFile:
    """A file within the folder of artefacts: its name, its SHA-256 and its size."""

    file_name: str
    digest: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Product:
    """What a run produced; `population` says on which games, that it never saw, it was compared."""

    run_id: RunId
    model_name: str
    task: str
    format: str
    file: ArtifactFile
    input_schema: Mapping[str, object]
    dataset_version_id: DatasetVersionId
    feature_view_id: UUID
    population: str
    comparison: Comparison
