"""Walking from anything to what it was made from and to what was made from it.

One statement a direction, whatever the depth; circles end by themselves; the size is bounded and said.
"""

import datetime as dt
from typing import Final

from app.core.errors import Invalid, Issue
from app.core.ids import GlobalId
from app.core.session import Connection
from app.lineage.store import edges_among, walk_from
from app.lineage.views import Direction, Graph, ReachedNode

MAX_DEPTH: Final = 20
MAX_NODES: Final = 1_000
STEPS_A_NODE: Final = 5
"""How many steps are looked at for each node that may be found: several ways lead to some."""


async def walk(
    connection: Connection,
    root: GlobalId,
    *,
    direction: Direction,
    depth: int,
    at: dt.datetime,
    max_nodes: int = MAX_NODES,
) -> Graph:
    """Walk `depth` steps from a node; raises Invalid for a depth that is not 1 to 20."""
    if not 1 <= depth <= MAX_DEPTH:
        message = f"`depth` is {depth}: ask for 1 to {MAX_DEPTH} steps."
        raise Invalid(message, issues=[Issue(("depth",), "range", message)])
    limit = STEPS_A_NODE * max_nodes
    depths: dict[GlobalId, int] = {}
    truncated = False
    for upstream in _ways(direction):
        steps = await walk_from(connection, root, upstream=upstream, depth=depth, limit=limit)
        truncated |= len(steps) == limit
        for node, found_at in steps:
            depths[node] = min(found_at, depths.get(node, found_at))
    nearest = sorted(depths, key=depths.__getitem__)  # stable: within a depth as they were found
    kept = nearest[:max_nodes]
    edges = await edges_among(connection, kept)
    reached = [ReachedNode(node, depths[node]) for node in kept]
    return Graph(root, at, reached, edges, truncated or len(nearest) > max_nodes)


def _ways(direction: Direction) -> tuple[bool, ...]:
    match direction:
        case Direction.UPSTREAM:
            return (True,)
        case Direction.DOWNSTREAM:
            return (False,)
        case Direction.BOTH:
            return (True, False)
