from app.core.ids import encode_global_id
from resolvers.context import Context
from schema.execution import Contract
from tests.schema.conftest import Ask
from tests.stats.make import BOS, PHI, UNKNOWN, League, game, play, player_line

NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


async def test_every_kind_of_node_is_found_again_by_its_id(league: League, ask: Ask) -> None:
    played = game()
    await league.load([played, player_line(played), play(played)])
    given = {
        "Team": BOS, "Player": UNKNOWN, "Game": played.id, "Play": f"{played.id}/1", "Season": "2018-19",
    }  # fmt: skip
    ids = [encode_global_id(name, key) for name, key in given.items()]
    sources = await ask("{ sourceFiles { edges { node { id } } } }")
    ids.append(sources["sourceFiles"]["edges"][0]["node"]["id"])

    found = (await ask(NODES, ids=ids))["nodes"]

    names = [*given, "SourceFile"]
    assert found == [{"__typename": name, "id": each} for name, each in zip(names, ids, strict=True)]


async def test_nodes_of_a_type_are_one_statement(league: League, ask: Ask, statements: list[str]) -> None:
    await league.load([])
    ids = [encode_global_id("Team", key) for key in (BOS, 7, PHI, BOS)]

    found = (await ask(NODES, ids=ids))["nodes"]

    assert [each and each["id"] for each in found] == [ids[0], None, ids[2], ids[0]]
    assert len(statements) == 1


async def test_what_is_no_id_of_ours_is_null(league: League, ask: Ask) -> None:
    await league.load([])
    pairs = [
        ("Nothing", 1),
        ("Team", "x"),
        ("Play", "x"),
        ("Play", "x/99999999999"),
        ("Season", "x"),
        ("SourceFile", "x"),
    ]
    ids = ["", "nonsense", *(encode_global_id(*pair) for pair in pairs)]

    found = await ask(NODES, ids=ids)
    single = await ask("query ($id: ID!) { node(id: $id) { id } }", id=ids[2])

    assert found["nodes"] == [None] * len(ids)
    assert single["node"] is None


async def test_too_many_ids_are_refused(league_contract: Contract, context: Context) -> None:
    result = await league_contract.execute(NODES, {"ids": ["x"] * 501}, context)

    assert result.errors is not None
    assert "501" in result.errors[0].message
