import datetime as dt
from uuid import UUID

import pytest

from app.core.database import Database
from app.core.errors import Invalid
from app.core.ids import GlobalId, WorkspaceId
from app.lineage.graph import walk
from app.lineage.store import NewEdge, upsert_edges
from app.lineage.views import Direction, Graph

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
LATER = NOON + dt.timedelta(hours=1)


def node(key: object) -> GlobalId:
    return GlobalId("DatasetVersion", str(key))


class Lineage:
    """Edges written and walked in one workspace."""

    def __init__(self, database: Database, workspace_id: WorkspaceId) -> None:
        self.database = database
        self.workspace_id = workspace_id

    async def connect(self, *pairs: tuple[object, object], at: dt.datetime = NOON) -> None:
        edges = [NewEdge(node(origin), node(target), "made") for origin, target in pairs]
        async with self.database.writing(self.workspace_id) as session:
            await upsert_edges(session, edges, at=at)

    async def walk(
        self, root: object, direction: Direction = Direction.BOTH, depth: int = 20, max_nodes: int = 1_000
    ) -> Graph:
        async with self.database.reading(self.workspace_id) as connection:
            return await walk(
                connection, node(root), direction=direction, depth=depth, at=NOON, max_nodes=max_nodes
            )


@pytest.fixture
def lineage(database: Database, workspace_id: WorkspaceId) -> Lineage:
    return Lineage(database, workspace_id)


def found(graph: Graph) -> dict[str, int]:
    return {reached.id.key: reached.depth for reached in graph.nodes}


async def test_each_direction_is_walked_to_its_depth(lineage: Lineage) -> None:
    await lineage.connect(("a", "b"), ("b", "c"), ("c", "d"), ("x", "c"))

    assert found(await lineage.walk("c", Direction.UPSTREAM, 1)) == {"c": 0, "b": 1, "x": 1}
    assert found(await lineage.walk("c", Direction.UPSTREAM)) == {"c": 0, "b": 1, "x": 1, "a": 2}
    assert found(await lineage.walk("c", Direction.DOWNSTREAM)) == {"c": 0, "d": 1}
    assert found(await lineage.walk("b", Direction.BOTH)) == {"b": 0, "a": 1, "c": 1, "d": 2}


async def test_the_shortest_way_counts_and_every_edge_between_is_shown(lineage: Lineage) -> None:
    await lineage.connect(("a", "b"), ("b", "c"), ("a", "c"))

    graph = await lineage.walk("a", Direction.DOWNSTREAM)

    assert found(graph) == {"a": 0, "b": 1, "c": 1}
    pairs = {(edge.origin.key, edge.target.key) for edge in graph.edges}
    assert pairs == {("a", "b"), ("b", "c"), ("a", "c")}


async def test_a_circle_ends(lineage: Lineage) -> None:
    await lineage.connect(("a", "b"), ("b", "a"), ("b", "b"))

    graph = await lineage.walk("a")

    assert found(graph) == {"a": 0, "b": 1}
    assert len(graph.edges) == 3
    assert not graph.truncated


async def test_a_graph_that_is_too_large_is_cut_and_says_so(lineage: Lineage) -> None:
    await lineage.connect(*(("a", number) for number in range(50)))

    cut, whole = await lineage.walk("a", max_nodes=10), await lineage.walk("a", max_nodes=51)

    assert (len(cut.nodes), len(cut.edges), cut.truncated) == (10, 9, True)
    assert (len(whole.nodes), whole.truncated) == (51, False)


async def test_an_edge_that_is_seen_again_moves_its_times_only(lineage: Lineage) -> None:
    await lineage.connect(("a", "b"), at=LATER)
    await lineage.connect(("a", "b"), at=NOON)

    (edge,) = (await lineage.walk("a")).edges

    assert (edge.first_seen, edge.last_seen) == (NOON, LATER)


async def test_another_workspace_sees_nothing(lineage: Lineage, database: Database) -> None:
    await lineage.connect(("a", "b"))
    stranger = Lineage(database, WorkspaceId(UUID(int=7)))

    assert found(await stranger.walk("a")) == {"a": 0}


@pytest.mark.parametrize("depth", [0, -1, 21])
async def test_a_depth_out_of_bounds_is_refused(lineage: Lineage, depth: int) -> None:
    with pytest.raises(Invalid, match="1 to 20"):
        await lineage.walk("a", depth=depth)


async def test_many_children_are_walked_in_one_statement_each(lineage: Lineage) -> None:
    await lineage.connect(*((level, level + 1) for level in range(19)))

    async with lineage.database.reading(lineage.workspace_id) as connection:
        sent: list[str] = []
        with connection.query_logger(lambda query: sent.append(query.query)):
            await walk(connection, node(9), direction=Direction.BOTH, depth=20, at=NOON)

    assert len(sent) == 3
