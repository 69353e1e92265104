"""What the doctor says of one part."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a part is: as it should be, not started yet, or in the way."""

    OK = "ok"
    IDLE = "idle"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One part: its state, what was found, and what to do (nothing where it is well)."""

    part: str
    state: State
    found: str
    remedy: str = ""
