"""How lineage is answered: one walk, then the rows behind its nodes, one call for each type."""

import datetime as dt
from collections.abc import Sequence

from app.core.errors import Invalid
from app.core.ids import NO_ID, GlobalId, decode_global_id
from app.core.paging import Edge, Page, check_page_size, decode_cursor, page_of
from app.lineage.graph import walk
from app.lineage.views import Direction, EdgeView, Graph, NodeType, ReachedNode
from resolvers import training
from resolvers.context import Context
from resolvers.nodes import load_nodes

KNOWN_TYPES = frozenset(kind.value for kind in NodeType)


async def lineage(
    ctx: Context, *, node: str, direction: Direction = Direction.BOTH, depth: int = 3
) -> Graph | None:
    """Give the graph around a node, None where there is none or it is of a kind without lineage."""
    root = _find(node)
    if root is None or (await load_nodes([root], ctx))[0] is None:
        return None
    async with ctx.reading() as connection:
        return await walk(connection, root, direction=direction, depth=depth, at=dt.datetime.now(dt.UTC))


async def roots_of(graphs: Sequence[Graph], ctx: Context) -> list[object | None]:
    """Give the row of each graph's root."""
    return await load_nodes([graph.root for graph in graphs], ctx)


async def nodes_of(
    graphs: Sequence[Graph], _ctx: Context, *, first: int = 100, after: str | None = None
) -> list[Page[ReachedNode]]:
    """Give for each graph a page of its nodes, the nearest first; the scope is their number."""
    check_page_size(first)
    start = 0 if after is None else _place(after)
    return [_page(graph.nodes, first=first, after=after, start=start) for graph in graphs]


async def rows_of(edges: Sequence[Edge[ReachedNode]], ctx: Context) -> list[object | None]:
    """Give the row of each node of a page."""
    return await load_nodes([edge.node.id for edge in edges], ctx)


async def origins_of(edges: Sequence[EdgeView], ctx: Context) -> list[object | None]:
    """Give for each edge the row of what was made into something."""
    return await load_nodes([edge.origin for edge in edges], ctx)


async def targets_of(edges: Sequence[EdgeView], ctx: Context) -> list[object | None]:
    """Give for each edge the row of what was made."""
    return await load_nodes([edge.target for edge in edges], ctx)


async def runs_of(edges: Sequence[EdgeView], ctx: Context) -> list[object | None]:
    """Give for each edge the run that made it, None where it was no run that the contract shows."""
    return [*await training.runs_by_key([str(edge.run_id or NO_ID) for edge in edges], ctx)]


def _find(node: str) -> GlobalId | None:
    try:
        found = decode_global_id(node)
    except Invalid:
        return None
    return found if found.type_name in KNOWN_TYPES else None


def _page(nodes: Sequence[ReachedNode], *, first: int, after: str | None, start: int) -> Page[ReachedNode]:
    places = {node.id: place for place, node in enumerate(nodes, start=1)}
    rows = nodes[start : start + first + 1]
    return page_of(rows, first=first, after=after, key=lambda node: (places[node.id],), scope=len(nodes))


def _place(cursor: str) -> int:
    (place,) = decode_cursor(cursor, length=1)
    return max(0, int(place)) if isinstance(place, int) else 0
