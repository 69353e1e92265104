"""What an operation may ask for: tokens, depth, aliases and cost, measured before any resolver runs.

The measure is linear in the document: each fragment is measured once, then reused at every spread,
so that a small document of nested fragments cannot make the measuring itself expensive.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    Undefined,
    get_named_type,
    value_from_ast_untyped,
)

from schema.fields import FREE, Terms


@dataclass(frozen=True, slots=True)
class Measure:
    """What a selection asks for: points of cost, levels of fields, aliases."""

    cost: int = 0
    depth: int = 0
    aliases: int = 0

    def beside(self, other: "Measure") -> "Measure":
        """Return the measure of both at one level."""
        return Measure(
            min(self.cost + other.cost, CEILING),
            max(self.depth, other.depth),
            min(self.aliases + other.aliases, CEILING),
        )


@dataclass(frozen=True, slots=True)
class Limits:
    """The most an operation may ask for."""

    cost: int
    depth: int
    tokens: int
    aliases: int


NOTHING = Measure()
CEILING = 10**15
"""Where counting ends: nested fragments double at every level, and an answer must still be able to say it."""


class Ruler:
    """Measures one document against one schema."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self.schema = schema
        self.given = variables
        self.variables: dict[str, Any] = {}
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.measured: dict[str, Measure] = {}

    def operation(self, operation: OperationDefinitionNode) -> Measure:
        """Return what one operation asks for; a variable that is not given has its default."""
        definitions = operation.variable_definitions or ()
        defaults = {
            definition.variable.name.value: value_from_ast_untyped(definition.default_value)
            for definition in definitions
            if definition.default_value is not None
        }
        self.variables, self.measured = {**defaults, **self.given}, {}
        return self._selection(operation.selection_set, self.schema.get_root_type(operation.operation))

    def _selection(self, selection: SelectionSetNode | None, parent: object) -> Measure:
        total = NOTHING
        for node in selection.selections if selection else ():
            if isinstance(node, FieldNode):
                total = total.beside(self._field(node, parent))
            elif isinstance(node, FragmentSpreadNode):
                total = total.beside(self._fragment(node.name.value))
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                within = self.schema.get_type(condition.name.value) if condition else parent
                total = total.beside(self._selection(node.selection_set, within))
        return total

    def _fragment(self, name: str) -> Measure:
        if name not in self.measured:
            # a fragment that spreads itself finds this entry; validation refuses such a document later
            self.measured[name] = NOTHING
            if (definition := self.fragments.get(name)) is not None:
                within = self.schema.get_type(definition.type_condition.name.value)
                self.measured[name] = self._selection(definition.selection_set, within)
        return self.measured[name]

    def _field(self, node: FieldNode, parent: object) -> Measure:
        field = _find_field(parent, node.name.value)
        below = self._selection(node.selection_set, get_named_type(field.type) if field else None)
        terms = terms_of(field)
        cost = (terms.cost + below.cost) * self._multiplier(node, field, terms)
        return Measure(min(cost, CEILING), below.depth + 1, below.aliases + (node.alias is not None))

    def _multiplier(self, node: FieldNode, field: GraphQLField | None, terms: Terms) -> int:
        product = 1
        for name in terms.multipliers:
            product *= self._size(node, field, name)
        return product

    def _size(self, node: FieldNode, field: GraphQLField | None, name: str) -> int:
        given = next((argument for argument in node.arguments or () if argument.name.value == name), None)
        value: Any = Undefined if given is None else value_from_ast_untyped(given.value, self.variables)
        if value is Undefined and field and name in field.args:
            value = field.args[name].default_value
        if isinstance(value, list):
            return max(1, len(value))
        return max(1, value) if isinstance(value, int) else 1


def terms_of(field: GraphQLField | None) -> Terms:
    """Return what a field asks of its caller."""
    definition = field.extensions.get("strawberry-definition") if field else None
    terms: Terms = definition.metadata.get("terms", FREE) if definition else FREE
    return terms


def broken_limits(measure: Measure, limits: Limits) -> list[GraphQLError]:
    """Return one error for each limit that an operation breaks."""
    found = {
        "cost": (measure.cost, limits.cost, "ask for fewer rows a page or fewer lists within lists"),
        "depth": (measure.depth, limits.depth, "nest fewer levels"),
        "aliases": (measure.aliases, limits.aliases, "use fewer aliases or several requests"),
    }
    return [
        GraphQLError(
            f"This operation's {name} is {asked}, the limit is {allowed}: {remedy}.",
            extensions={"code": "LIMIT_EXCEEDED", "limit": name, "asked": asked, "allowed": allowed},
        )
        for name, (asked, allowed, remedy) in found.items()
        if asked > allowed
    ]


def _find_field(parent: object, name: str) -> GraphQLField | None:
    return parent.fields.get(name) if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) else None
