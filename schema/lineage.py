"""From a raw file to a prediction and back: what was made from what, by which run."""

import datetime as dt

import strawberry
from strawberry import ID

from app.core.paging import Edge
from app.governance.scopes import Scope
from app.lineage.views import Direction, ReachedNode
from resolvers import lineage
from schema.enums import show_enum
from schema.fields import Argument, Terms, derived, each, named, one
from schema.lineage_nodes import LineageNode
from schema.paging import AFTER, FIRST, PAGED
from schema.relay import PageInfo
from schema.training import Run

show_enum(
    Direction,
    "Which way to walk.",
    {
        Direction.UPSTREAM: "To what it was made from.",
        Direction.DOWNSTREAM: "To what was made from it.",
        Direction.BOTH: "Both ways, each from the root on.",
    },
    name="LineageDirection",
)


def _depth(edge: Edge[ReachedNode]) -> int:
    return edge.node.depth


@strawberry.type(description="One node of a graph.")
class LineageNodeEdge:
    """Shows `Edge[ReachedNode]`."""

    cursor: str = strawberry.field(description="Place of this node: give it as `after` to go on behind it.")
    depth: int = derived(_depth, "Steps from the root, by the shortest way.")
    node: LineageNode = each(lineage.rows_of, "The node itself.")


@strawberry.type(description="One page of a graph's nodes.")
class LineageNodeConnection:
    """Shows `Page[ReachedNode]`."""

    edges: list[LineageNodeEdge] = strawberry.field(description="The nodes of this page, the nearest first.")
    page_info: PageInfo = strawberry.field(description="Where this page lies within the graph.")
    total_count: int = derived(lambda page: page.scope, "How many nodes the graph has.")


@strawberry.type(description="That one thing was made from another.")
class LineageEdge:
    """Shows `EdgeView`."""

    from_: LineageNode = named("from", each(lineage.origins_of, "What it was made from."))
    to: LineageNode = each(lineage.targets_of, "What was made.")
    run: Run | None = each(lineage.runs_of, "The training run that made it; null where it was no training.")
    transformation: str = strawberry.field(description="How it was made.")
    first_seen: dt.datetime = strawberry.field(description="When it was first made so.")
    last_seen: dt.datetime = strawberry.field(description="When it was last made so.")


@strawberry.type(description="What was made from what, around one node.")
class LineageGraph:
    """Shows `Graph`."""

    root: LineageNode = each(lineage.roots_of, "The node that was asked for.")
    at: dt.datetime = strawberry.field(description="When the graph was as it is shown.")
    nodes: LineageNodeConnection = each(
        lineage.nodes_of,
        "Its nodes, the root among them, the nearest first.",
        arguments={"first": FIRST, "after": AFTER},
        terms=PAGED,
    )
    edges: list[LineageEdge] = strawberry.field(description="All edges between its nodes.")
    truncated: bool = strawberry.field(description="Whether there was more than the 1,000 nearest nodes.")


@strawberry.type
class LineageQuery:
    """Roots that ask for lineage."""

    lineage: LineageGraph | None = one(
        lineage.lineage,
        "What a node was made from and what was made from it; null where there is no such node.",
        arguments={
            "node": Argument("The id of a file, dataset version, feature view, model or prediction.", ID),
            "direction": Argument("Which way to walk."),
            "depth": Argument("How many steps, 1 to 20."),
        },
        terms=Terms(requires=Scope.STATS_READ, cost=10, multipliers=("depth",)),
    )
