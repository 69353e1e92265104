"""What all subscriptions share: every event has a place to resume from, and losses and ends are said."""

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

import strawberry

from app.core.events import RecordedEvent
from app.core.feed import Gap, GapReason, Heartbeat
from resolvers.streams import Ending, EndReason
from schema.enums import show_enum
from schema.relay import shows
from schema.scalars import EventCursor

C = TypeVar("C", bound=type)

show_enum(
    GapReason,
    "Why events are missing.",
    {GapReason.CURSOR_EXPIRED: "They are older than what is kept."},
)
show_enum(
    EndReason,
    "Why a stream ends.",
    {
        EndReason.TERMINAL_STATE: "What it is about has ended: nothing more can happen.",
        EndReason.SERVER_DRAINING: "The server stops: connect again and go on behind the cursor.",
    },
)


@strawberry.interface(description="Every event of every subscription: ordered, resumable, honest about loss.")
class StreamEvent:
    """What all events have."""

    cursor: EventCursor = strawberry.field(description="Give it as `after` to go on right behind this event.")
    at: dt.datetime = strawberry.field(description="When it happened.")


@shows(Gap, "Sent in the place of events that are no longer kept: read again by query, then go on.")
class StreamGap(StreamEvent):
    """Shows `app.core.feed.Gap`."""

    dropped: int = strawberry.field(description="How many events are missing.")
    reason: GapReason = strawberry.field(description="Why they are missing.")


@shows(Heartbeat, "Sent in silence: all is well, nothing has happened.")
class StreamHeartbeat(StreamEvent):
    """Shows `app.core.feed.Heartbeat`."""

    lag_ms: int = strawberry.field(
        description="How long ago it was last certain that nothing is missing, in milliseconds."
    )


@shows(Ending, "The last event of a stream that the server ends.")
class StreamEnding(StreamEvent):
    """Shows `resolvers.streams.Ending`."""

    reason: EndReason = strawberry.field(description="Why the stream ends.")


def payload(name: str, description: str) -> Any:  # noqa: ANN401 - Strawberry's field is untyped
    """Declare a field that stands in the event's payload under `name`."""

    def resolve(root: strawberry.Parent[Any]) -> Any:  # noqa: ANN401 - the field's annotation says the type
        return root.payload[name]

    return strawberry.field(resolver=resolve, description=description)


def event_type(kind: str, description: str) -> Callable[[C], C]:
    """Declare a GraphQL object that shows recorded events of one kind."""

    def decorate(cls: C) -> C:
        def is_type_of(value: object, _info: object) -> bool:
            return isinstance(value, RecordedEvent) and value.kind == kind

        cls.is_type_of = staticmethod(is_type_of)  # type: ignore[attr-defined]
        return strawberry.type(cls, description=description)

    return decorate
