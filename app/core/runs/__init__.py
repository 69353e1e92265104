"""Work that outlives a request. The `run` row is the truth; a queue only wakes whoever works on it.

A worker that was killed can neither lose nor double anything, nor can one that was stopped and came
back: a claim raises the row's epoch, every write tests it, and finished steps are rows.
"""

from app.core.runs.carrying import Work, carry_out
from app.core.runs.claimed import ClaimedRun
from app.core.runs.claiming import claim_run
from app.core.runs.requests import create_run, request_cancel, wake_lost_runs
from app.core.runs.states import OPEN_STATES, LeaseLost, RunKind, RunState, RunStateChanged, run_topic

__all__ = [
    "OPEN_STATES",
    "ClaimedRun",
    "LeaseLost",
    "RunKind",
    "RunState",
    "RunStateChanged",
    "Work",
    "carry_out",
    "claim_run",
    "create_run",
    "request_cancel",
    "run_topic",
    "wake_lost_runs",
]
