"""What all subscriptions share: every event has a place to resume from, and losses and ends are said."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

import datetime as dt

import strawberry

from app.core import feed
from schema.scalars import EventCursor

C = TypeVar("C", bound=type)


@strawberry.interface(description="Every event of every subscription: ordered, resumable, honest about loss.")
class StreamEvent:
    """What all events have."""

    cursor: EventCursor = strawberry.field(description="Give it as `after` to go on right behind this event.")
    at: dt.datetime = strawberry.field(description="When it happened.")


def payload(name: str, description: str) -> Any:  # noqa: ANN401 - Strawberry's field is untyped
    """Declare a field that stands in the event's payload under `name`."""

    def resolve(root: strawberry.Parent[Any]) -> Any:  # noqa: ANN401 - the field's annotation says the type
        return root.payload[name]

    return strawberry.field(resolver=resolve, description=description)


def event_type(kind: str, description: str) -> Callable[[C], C]:
    """Declare a GraphQL object that shows recorded events of one kind."""

    def decorate(cls: C) -> C:
        def is_type_of(value: object, _info: object) -> bool:
            return isinstance(value, feed.RecordedEvent) and value.kind == kind

        cls.is_type_of = staticmethod(is_type_of)  # type: ignore[attr-defined]
        return strawberry.type(cls, description=description)

    return decorate
