"""Scalars beside the five of GraphQL."""

from typing import NewType

from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition, scalar

Long = NewType("Long", int)
EventCursor = NewType("EventCursor", str)
Duration = NewType("Duration", str)

SCALARS: dict[object, ScalarDefinition] = {
    Long: scalar(
        name="Long",
        description="A 64-bit integer as a JSON string: JavaScript loses integers above 2^53.",
        serialize=str,
        parse_value=int,
    ),
    EventCursor: scalar(
        name="EventCursor",
        description="Opaque place in a stream: give it as `after` to go on right behind it.",
        serialize=str,
        parse_value=str,
    ),
    Duration: scalar(
        name="Duration",
        description="An ISO 8601 duration, for example PT15M.",
        serialize=str,
        parse_value=str,
        specified_by_url="https://scalars.graphql.org/andimarek/duration",
    ),
}

__all__ = ["JSON", "SCALARS", "Duration", "EventCursor", "Long"]
