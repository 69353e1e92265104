from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from app.core.ids import encode_global_id, new_id
from resolvers.context import Context
from schema.contract import build_schema
from schema.execution import Contract
from tests.lineage.make import Chain, make_chain
from tests.stats.make import BOS

LINEAGE = """query (
    $node: ID!, $direction: LineageDirection!, $depth: Int!, $first: Int = 100, $after: String
  ) {
  lineage(node: $node, direction: $direction, depth: $depth) {
    root { id name nodeType } truncated
    nodes(first: $first, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } edges { depth node { id name nodeType __typename } } }
    edges { from { id } to { id } transformation firstSeen lastSeen run { id } } } }"""


@pytest.fixture(scope="module")
def contract() -> Contract:
    return build_schema()


@pytest.fixture
async def chain(context: Context, tmp_path: Path) -> Chain:
    return await make_chain(context.database, context.workspace_id, tmp_path)


async def lineage(
    contract: Contract, context: Context, node: str, direction: str, depth: int = 6, **page: object
) -> Any:  # noqa: ANN401 - any answer
    variables = {"node": node, "direction": direction, "depth": depth, **page}
    result = await contract.execute(LINEAGE, variables, context)
    assert not result.errors, result.errors
    assert result.data is not None
    return result.data["lineage"]


def depths(graph: dict[str, Any]) -> dict[str, int]:
    return {edge["node"]["id"]: edge["depth"] for edge in graph["nodes"]["edges"]}


async def test_from_a_raw_file_to_a_prediction_and_back_in_one_query_each(
    contract: Contract, context: Context, chain: Chain
) -> None:
    down = await lineage(contract, context, chain.source_file, "DOWNSTREAM")
    up = await lineage(contract, context, chain.predictions[0], "UPSTREAM")

    way = chain.forwards
    assert depths(down) == {**{node: place for place, node in enumerate(way)}, chain.predictions[1]: 6}
    assert depths(up) == {
        **{node: place for place, node in enumerate(reversed(way))},
        chain.feature_view: depths(up)[chain.league],
    }
    steps = {(edge["from"]["id"], edge["to"]["id"]) for edge in up["edges"]}
    assert steps == {*pairwise(way), (chain.feature_view, chain.rows)}


async def test_each_node_says_what_it_is(contract: Contract, context: Context, chain: Chain) -> None:
    graph = await lineage(contract, context, chain.version, "BOTH")

    shown = {edge["node"]["id"]: edge["node"] for edge in graph["nodes"]["edges"]}
    kinds = [shown[each]["nodeType"] for each in chain.forwards]
    assert kinds == [
        "SOURCE_FILE", *["DATASET_VERSION"] * 3, "MODEL_VERSION", "DEPLOYMENT", "PREDICTION",
    ]  # fmt: skip
    assert shown[chain.league]["name"] == "league/games/1"
    assert shown[chain.version]["name"] == "win-probability/1"
    assert graph["root"] == {"id": chain.version, "name": "win-probability/1", "nodeType": "MODEL_VERSION"}


async def test_nodes_are_paged(contract: Contract, context: Context, chain: Chain) -> None:
    ids: list[str] = []
    after = None
    while True:
        graph = await lineage(contract, context, chain.version, "BOTH", first=3, after=after)
        ids += depths(graph)
        after = graph["nodes"]["pageInfo"]["endCursor"]
        if not graph["nodes"]["pageInfo"]["hasNextPage"]:
            break

    assert graph["nodes"]["totalCount"] == len(ids) == len(set(ids)) == 9
    assert ids[0] == chain.version


async def test_what_is_not_there_has_no_lineage(contract: Contract, context: Context, chain: Chain) -> None:
    strangers = [
        encode_global_id("Team", BOS), encode_global_id("ModelVersion", new_id()),
        encode_global_id("ModelVersion", "x"), "nonsense",
    ]  # fmt: skip

    assert [await lineage(contract, context, each, "BOTH") for each in strangers] == [None] * 4
    assert chain.version not in strangers


async def test_a_depth_out_of_bounds_is_refused(contract: Contract, context: Context, chain: Chain) -> None:
    result = await contract.execute(
        LINEAGE, {"node": chain.version, "direction": "BOTH", "depth": 21, "first": 1}, context
    )

    assert result.errors is not None
    assert (result.errors[0].extensions or {})["code"] == "VALIDATION"


async def test_the_size_of_a_graph_does_not_change_the_number_of_transactions(
    contract: Contract, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = await make_chain(context.database, context.workspace_id, tmp_path, predictions=40)
    opened: list[object] = []
    reading = context.database.reading

    def counted(workspace_id: Any) -> Any:  # noqa: ANN401 - as the real one
        opened.append(workspace_id)
        return reading(workspace_id)

    monkeypatch.setattr(context.database, "reading", counted)
    await lineage(contract, context, chain.deployment, "DOWNSTREAM", depth=1, first=2)
    for_two = len(opened)
    await lineage(contract, context, chain.deployment, "DOWNSTREAM", depth=1, first=41)

    assert len(opened) <= 2 * for_two
