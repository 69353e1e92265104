"""Serving's rows as they are read, and the closed sets of states: frozen values, no SQL."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.core.events import encode_event_cursor
from app.core.ids import DeploymentId, ModelVersionId, PredictionId, RolloutId


class DeploymentState(StrEnum):
    """Where a deployment stands."""

    PENDING = "PENDING"
    WARMING = "WARMING"
    READY = "READY"
    DRAINING = "DRAINING"
    RETIRED = "RETIRED"
    FAILED = "FAILED"


class RolloutPhase(StrEnum):
    """Where a rollout stands; the last three are final."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    AWAITING_APPROVAL = "AWAITING_APPROVAL"
    PROMOTED = "PROMOTED"
    ROLLED_BACK = "ROLLED_BACK"
    FAILED = "FAILED"


class RolloutEventKind(StrEnum):
    """What happened to a rollout."""

    STARTED = "STARTED"
    PROMOTED = "PROMOTED"
    ROLLED_BACK = "ROLLED_BACK"
    FAILED = "FAILED"


OPEN_PHASES: Final = (
    RolloutPhase.PENDING,
    RolloutPhase.RUNNING,
    RolloutPhase.PAUSED,
    RolloutPhase.AWAITING_APPROVAL,
)
BLUE_GREEN: Final = "BLUE_GREEN"


@dataclass(frozen=True, slots=True)
class EndpointView:
    """A name that clients ask for predictions."""

    id: UUID
    name: str
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class DeploymentView:
    """A model version on an endpoint; `weight` is its share of the traffic in percent."""

    id: DeploymentId
    endpoint_id: UUID
    endpoint_name: str
    model_version_id: ModelVersionId
    revision: int
    state: DeploymentState
    is_stable: bool
    weight: int
    created_at: dt.datetime
    created_by: str

    @property
    def name(self) -> str:
        """Endpoint and revision, as people speak of it."""
        return f"{self.endpoint_name}/{self.revision}"


@dataclass(frozen=True, slots=True)
class BlueGreen:
    """All traffic moves at once; the old deployment stays loaded for a while: ISO 8601, and in seconds."""

    keep_old_for: str
    keep_old_for_seconds: float


@dataclass(frozen=True, slots=True)
class RolloutView:
    """The way of one deployment onto its endpoint."""

    id: RolloutId
    endpoint_id: UUID
    baseline_id: DeploymentId | None
    candidate_id: DeploymentId
    strategy: BlueGreen
    phase: RolloutPhase
    step: int
    started_at: dt.datetime
    ended_at: dt.datetime | None
    started_by: str


@dataclass(frozen=True, slots=True)
class RolloutEventView:
    """The `number`-th step of a rollout, counted from 1; the same in the rollout's stream of events."""

    id: UUID
    rollout_id: RolloutId
    number: int
    at: dt.datetime
    kind: RolloutEventKind
    weight: int | None
    actor_name: str
    detail: str

    @property
    def cursor(self) -> str:
        """The place in the rollout's stream right behind this."""
        return encode_event_cursor(self.number)


@dataclass(frozen=True, slots=True)
class HeldDeployment:
    """A deployment that is kept in memory; `rollout_id` where it is an open rollout's candidate."""

    id: DeploymentId
    endpoint_id: UUID
    endpoint_name: str
    revision: int
    model_version_id: ModelVersionId
    file_name: str
    digest: str
    is_stable: bool
    rollout_id: RolloutId | None

    @property
    def name(self) -> str:
        """Endpoint and revision, as people speak of it."""
        return f"{self.endpoint_name}/{self.revision}"


@dataclass(frozen=True, slots=True)
class PredictionView:
    """What was answered: the home side's win `probability`, from which `features` (None: not known)."""

    id: PredictionId
    deployment_id: DeploymentId
    at: dt.datetime
    game_id: str | None
    home_team_id: int
    away_team_id: int
    date: dt.date
    probability: float
    features: Mapping[str, float | None]
    latency_ms: float
    request_id: str | None
