"""What the registry tells the rest of the house.

Both events of a model share one topic: whoever mirrors them sees a version before any alias to it.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from app.core.events import Event
from app.core.ids import DatasetVersionId, ModelVersionId, RunId, WorkspaceId


def model_topic(model_id: UUID) -> str:
    """Name the stream of one registered model."""
    return f"model:{model_id}"


@dataclass(frozen=True, slots=True)
class ModelVersionRegistered(Event):
    """A run's model became a version; `dataset_version_id` is the snapshot that it was fitted on."""

    kind: ClassVar[str] = "ModelVersionRegistered"
    wakes_handlers: ClassVar[bool] = True

    workspace_id: WorkspaceId
    model_id: UUID
    model_name: str
    model_version_id: ModelVersionId
    version: int
    run_id: RunId
    dataset_version_id: DatasetVersionId
    feature_view_id: UUID

    @property
    def topic(self) -> str:
        """The stream of the model."""
        return model_topic(self.model_id)


@dataclass(frozen=True, slots=True)
class AliasChanged(Event):
    """An alias was moved; `from_version_id` is None where it pointed nowhere."""

    kind: ClassVar[str] = "AliasChanged"
    wakes_handlers: ClassVar[bool] = True

    workspace_id: WorkspaceId
    model_id: UUID
    model_name: str
    alias: str
    change_id: UUID
    from_version_id: ModelVersionId | None
    to_version_id: ModelVersionId

    @property
    def topic(self) -> str:
        """The stream of the model."""
        return model_topic(self.model_id)
