"""What all runs share."""

from app.core.runs import RunState
from schema.enums import show_enum

show_enum(
    RunState,
    "How far a run has come.",
    {
        RunState.QUEUED: "It waits for a worker.",
        RunState.RUNNING: "A worker has it.",
        RunState.COMPLETED: "It ended well.",
        RunState.FAILED: "It ended badly: its failure says how.",
        RunState.CANCELLED: "It was asked to end.",
        RunState.SKIPPED: "There was nothing to do.",
    },
)

__all__ = ["RunState"]
