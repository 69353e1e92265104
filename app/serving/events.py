"""What serving tells: the steps of rollouts, that deployments have changed, predictions, live figures."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from app.core.events import Event
from app.core.ids import DeploymentId, ModelVersionId, PredictionId, RolloutId, WorkspaceId
from app.serving.views import RolloutEventKind, RolloutPhase

PREDICTION_TOPICS: Final = 16
"""Topics a deployment: a topic's counter is locked until the commit, and predictions come many at once."""


def rollout_topic(rollout_id: UUID) -> str:
    """Name the stream of one rollout."""
    return f"rollout:{rollout_id}"


def deployments_topic(workspace_id: UUID) -> str:
    """Name the stream that tells serving processes to look again."""
    return f"deployments:{workspace_id}"


def serving_topic(endpoint_id: UUID) -> str:
    """Name the stream of an endpoint's live figures."""
    return f"serving:{endpoint_id}"


@dataclass(frozen=True, slots=True)
class RolloutChanged(Event):
    """Something happened to a rollout; the n-th of its topic tells the n-th row of its history."""

    kind: ClassVar[str] = "RolloutChanged"
    wakes_handlers: ClassVar[bool] = True

    rollout_id: RolloutId
    endpoint_id: UUID
    endpoint_name: str
    phase: RolloutPhase
    event_id: UUID
    event_kind: RolloutEventKind
    detail: str
    baseline_id: DeploymentId | None
    candidate_id: DeploymentId
    model_version_id: ModelVersionId
    """The candidate's."""

    @property
    def topic(self) -> str:
        """The stream of the rollout."""
        return rollout_topic(self.rollout_id)


@dataclass(frozen=True, slots=True)
class DeploymentsChanged(Event):
    """What serving processes must hold, or what they must answer from, is no longer what it was."""

    kind: ClassVar[str] = "DeploymentsChanged"

    workspace_id: WorkspaceId
    endpoint_id: UUID

    @property
    def topic(self) -> str:
        """The stream of the workspace's deployments."""
        return deployments_topic(self.workspace_id)


@dataclass(frozen=True, slots=True)
class PredictionsStored(Event):
    """One request's predictions are stored, all of one deployment."""

    kind: ClassVar[str] = "PredictionsStored"
    wakes_handlers: ClassVar[bool] = True

    deployment_id: DeploymentId
    model_version_id: ModelVersionId
    prediction_ids: Sequence[PredictionId]

    @property
    def topic(self) -> str:
        """One of the streams of the deployment's predictions."""
        return f"predictions:{self.deployment_id}/{self.prediction_ids[0].int % PREDICTION_TOPICS}"


@dataclass(frozen=True, slots=True)
class ServingSampled(Event):
    """What one process answered from one deployment between two instants; `buckets` as in windows.py."""

    kind: ClassVar[str] = "ServingSampled"

    endpoint_id: UUID
    deployment_id: DeploymentId
    since: dt.datetime
    until: dt.datetime
    requests: int
    errors: int
    coalesced: int
    buckets: Mapping[str, int]

    @property
    def topic(self) -> str:
        """The stream of the endpoint's live figures."""
        return serving_topic(self.endpoint_id)
