"""The two promises that a field makes in the contract itself: what it costs and which scope it needs."""

import strawberry
from strawberry.schema_directive import Location

from app.governance.scopes import MEANINGS, Scope
from schema.enums import show_enum

show_enum(Scope, "A right that a key may hold; a field names the one it needs.", MEANINGS)


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="cost",
    description="Weight of a field, multiplied by the values of the arguments named; the sum is limited.",
)
class Cost:
    """The weight of one field."""

    weight: int = 1
    multipliers: list[str] | None = None


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="requires",
    description="The scope that the caller's key must hold to ask for this field.",
)
class Requires:
    """The scope of one field."""

    scope: Scope
