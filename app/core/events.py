"""What an event is: a frozen dataclass beside the decision that emits it.

Every event belongs to a topic ("run:<id>", "game:<id>", …) and gets the next number of that
topic when its transaction commits. The number, as opaque text, is the cursor that clients resume from.
"""

import base64
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from app.core.errors import Invalid, Issue
from app.core.ids import WorkspaceId

CHANNEL = "courtside_events"
"""The NOTIFY channel: its payload is the topic."""
PENDING_CHANNEL = "courtside_pending"
"""The NOTIFY channel of events that handlers wait for: its payload is the workspace."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; the fields of a subclass are its payload.

    They must be plain JSON values, UUIDs, dates, instants or enums. All events of a topic should have
    the same readers: name a workspace's topics by an id of its own, keep league-wide topics to themselves.
    """

    kind: ClassVar[str]
    """What the log calls it: the name of its class."""
    wakes_handlers: ClassVar[bool] = False
    """Whether the worker's table of handlers must see it (at least once)."""
    league_wide: ClassVar[bool] = False
    """Whether it belongs to no workspace and is seen by all."""

    @property
    def topic(self) -> str:
        """The stream that this event is part of."""
        raise NotImplementedError(type(self).__name__)


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as it stands in the log."""

    topic: str
    sequence: int
    at: dt.datetime
    kind: str
    payload: Mapping[str, Any]
    workspace_id: WorkspaceId | None

    @property
    def cursor(self) -> str:
        """The opaque text that resumes right behind this event."""
        return encode_event_cursor(self.sequence)


def encode_event_cursor(sequence: int) -> str:
    """Return the cursor of a number within a topic.

    >>> decode_event_cursor(encode_event_cursor(42))
    42
    """
    return base64.urlsafe_b64encode(f"e{sequence}".encode()).decode().rstrip("=")


def decode_event_cursor(cursor: str) -> int:
    """Return the number inside a cursor; raise `Invalid` where it is not one of ours."""
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode(
            "ascii"
        )
        number = int(text.removeprefix("e")) if text.startswith("e") and text[1:].isdecimal() else None
    except ValueError:
        number = None
    if number is None:
        message = (
            f"“{cursor[:80]}” is not an event cursor: use the `cursor` of an event that this stream sent."
        )
        raise Invalid(message, issues=[Issue(("after",), "cursor", message)])
    return number
