"""The words for runs: what kinds there are, which states they pass through, what is said of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from app.core.errors import Conflict
from app.core.events import Event


class RunKind(StrEnum):
    """What a run is for. Stored as text: a new kind needs no migration."""

    INGESTION = "INGESTION"
    MATERIALIZATION = "MATERIALIZATION"
    TRAINING = "TRAINING"
    REPLAY = "REPLAY"


class RunState(StrEnum):
    """How far a run has come."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    SKIPPED = "SKIPPED"


OPEN_STATES: Final = frozenset({RunState.QUEUED, RunState.RUNNING})


def run_topic(run_id: UUID) -> str:
    """Return the topic of the events of one run."""
    return f"run:{run_id}"


@dataclass(frozen=True, slots=True)
class RunStateChanged(Event):
    """A run was created (`from_state` is None) or passed into another state."""

    kind: ClassVar[str] = "RunStateChanged"

    run_id: UUID
    from_state: RunState | None
    to_state: RunState
    failure_kind: str | None = None
    failure_message: str | None = None

    @property
    def topic(self) -> str:
        """The run's own stream."""
        return run_topic(self.run_id)


class LeaseLost(Conflict):
    """The run is no longer this worker's: another has claimed it, or it has ended."""

    code = "LEASE_LOST"
