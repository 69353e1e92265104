"""Relay: nodes with opaque ids, and connections that show an `app.core.paging.Page` as it is."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any, Generic, TypeVar

import strawberry
from strawberry import ID

from app.core.ids import encode_global_id
from app.governance.scopes import Scope
from resolvers import nodes
from resolvers.nodes import register_node
from schema.fields import Argument, Terms, one

__all__ = ["Connection", "Edge", "Node", "NodeQuery", "PageInfo", "global_id", "register_node", "shows"]

N = TypeVar("N")
C = TypeVar("C", bound=type)


@strawberry.interface(description="Anything that has an id of its own and can be fetched again by it.")
class Node:
    """The Relay interface."""

    id: ID = strawberry.field(description="Opaque, stable id: unique across all types.")

    @classmethod
    def is_type_of(cls, _value: object, _info: object) -> bool:
        """Leave the choice to the types themselves."""
        return False


def global_id(type_name: str, key: Callable[[Any], object] = attrgetter("id")) -> Any:  # noqa: ANN401 - a field
    """Declare the id field of a node; `key` takes from a row what finds it again."""

    def resolve(root: strawberry.Parent[Any]) -> ID:
        return ID(encode_global_id(type_name, key(root)))

    return strawberry.field(resolver=resolve, description="Opaque, stable id: unique across all types.")


def shows(row: type, description: str, *, name: str | None = None) -> Callable[[C], C]:
    """Declare a GraphQL object that shows rows of one class of the floors below."""

    def decorate(cls: C) -> C:
        def is_type_of(value: object, _info: object) -> bool:
            return isinstance(value, row)

        cls.is_type_of = staticmethod(is_type_of)  # type: ignore[attr-defined]
        return strawberry.type(cls, name=name, description=description)

    return decorate


@strawberry.type(description="Where a page lies within its list.")
class PageInfo:
    """Relay's page information."""

    has_next_page: bool = strawberry.field(description="Whether more follow behind `endCursor`.")
    has_previous_page: bool = strawberry.field(description="Whether this page was asked for with `after`.")
    start_cursor: str | None = strawberry.field(description="Cursor of the first edge, if there is one.")
    end_cursor: str | None = strawberry.field(
        description="Cursor of the last edge, if there is one: give it as `after` for the next page."
    )


@strawberry.type(description="One entry of a page.")
class Edge(Generic[N]):
    """A row with its cursor."""

    cursor: str = strawberry.field(description="Place of this entry: give it as `after` to go on behind it.")
    node: N = strawberry.field(description="The entry itself.")


@strawberry.type(description="One page of a list.")
class Connection(Generic[N]):
    """A page of rows."""

    edges: list[Edge[N]] = strawberry.field(description="The entries of this page, in order.")
    page_info: PageInfo = strawberry.field(description="Where this page lies within the list.")


@strawberry.type
class NodeQuery:
    """Roots that fetch anything by its id."""

    node: Node | None = one(
        nodes.node,
        "Whatever has this id; null where there is nothing, or nothing for you.",
        arguments={"id": Argument("An `id` that this API returned.", ID)},
        terms=Terms(requires=Scope.STATS_READ),
    )
    nodes: list[Node | None] = one(
        nodes.nodes,
        "Whatever has these ids, in their order, null for each that is not there.",
        arguments={"ids": Argument("Up to 500 ids that this API returned.", list[ID])},
        terms=Terms(requires=Scope.STATS_READ, multipliers=("ids",)),
    )
