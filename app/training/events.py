"""What a training run tells: each metric as it comes, and the rows that it was trained on."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.events import Event
from app.core.ids import DatasetVersionId, RunId, WorkspaceId


@dataclass(frozen=True, slots=True)
class MetricSampled(Event):
    """A metric has a value at a step (for a season by season fit: the year in which the season starts)."""

    kind: ClassVar[str] = "MetricSampled"

    run_id: RunId
    key: str
    step: int
    value: float

    @property
    def topic(self) -> str:
        """The stream of the run."""
        return f"run:{self.run_id}"


@dataclass(frozen=True, slots=True)
class TrainingSnapshotTaken(Event):
    """The rows of a training stand: which version of the league they were made of, by which feature view.

    `league_dataset_version_id` is None where games were brought in without a version of the league.
    """

    kind: ClassVar[str] = "TrainingSnapshotTaken"
    wakes_handlers: ClassVar[bool] = True

    workspace_id: WorkspaceId
    run_id: RunId
    dataset_version_id: DatasetVersionId
    league_dataset_version_id: DatasetVersionId | None
    feature_view_id: UUID

    @property
    def topic(self) -> str:
        """The stream of snapshots; apart from the run's, whose readers are clients."""
        return f"snapshot:{self.run_id}"
