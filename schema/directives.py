"""The two promises that a field makes in the contract itself: what it costs and which scope it needs."""

import strawberry
from strawberry.schema_directive import Location

from app.governance.scopes import Scope as ScopeValue

Scope = strawberry.enum(ScopeValue, name="Scope", description="A right that a key may hold; a field names the one it needs.")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="cost",
    description="Weight of a field, multiplied by the values of the arguments named: what a query may cost is limited.",
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
