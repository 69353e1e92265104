import time

import orjson
from graphql import get_introspection_query, parse

from resolvers.context import Context
from schema.execution import Contract
from schema.limits import CEILING, Limits, Measure, Ruler, broken_limits
from tests.schema.conftest import LIMITS


def measured(contract: Contract, text: str, **variables: object) -> Measure:
    document = parse(text)
    ruler = Ruler(contract._schema, document, variables)
    return ruler.operation(document.definitions[-1])  # type: ignore[arg-type]


def nested_fragments(levels: int, spread: str = "...F{0} ...F{0}") -> str:
    """Each fragment spreads the one below twice: as executed, 2 ** levels fields."""
    fragments = [
        f"fragment F{level} on Query {{ {spread.format(level - 1)} }}" for level in range(1, levels + 1)
    ]
    return " ".join(
        ["fragment F0 on Query { seasons { label } }", *fragments, f"{{ ...F{levels} }}"]
    ).replace("Query", "LeagueQuery")


def test_every_field_costs_one_and_depth_counts_levels(league_contract: Contract) -> None:
    assert measured(league_contract, "{ seasons { label } }") == Measure(cost=2, depth=2, aliases=0)


def test_a_page_multiplies_what_is_below_it(league_contract: Contract) -> None:
    text = "{ games(first: 10) { edges { node { plays(first: 7) { edges { node { id } } } } } } }"

    inner = (1 + 3) * 7
    assert measured(league_contract, text).cost == (1 + 2 + inner) * 10


def test_the_size_of_a_page_is_read_from_wherever_it_comes(league_contract: Contract) -> None:
    below = "{ pageInfo { hasNextPage } }"
    given = measured(league_contract, f"query ($n: Int!) {{ games(first: $n) {below} }}", n=100)
    by_default = measured(league_contract, f"query ($n: Int! = 100) {{ games(first: $n) {below} }}")
    of_the_field = measured(league_contract, f"{{ games {below} }}")
    of_the_field_again = measured(league_contract, f"query ($n: Int) {{ games(first: $n) {below} }}")

    costs = [each.cost for each in (given, by_default, of_the_field, of_the_field_again)]
    assert costs == [300, 300, 60, 60]


def test_a_list_of_ids_counts_by_its_length(league_contract: Contract) -> None:
    assert measured(league_contract, '{ nodes(ids: ["a", "b", "c"]) { id } }').cost == 6


def test_a_fragment_counts_at_every_spread_and_a_cycle_ends(league_contract: Contract) -> None:
    twice = "fragment F on LeagueQuery { a: seasons { label } } { ...F ... on LeagueQuery { ...F } }"
    cycle = "fragment F on LeagueQuery { seasons { label } ...F } { ...F }"

    assert measured(league_contract, twice) == Measure(cost=4, depth=2, aliases=2)
    assert measured(league_contract, cycle).cost == 2


def test_each_broken_limit_is_named_with_both_numbers() -> None:
    broken = broken_limits(Measure(cost=9, depth=9, aliases=1), Limits(cost=8, depth=10, tokens=1, aliases=0))

    assert [(each.extensions or {})["limit"] for each in broken] == ["cost", "aliases"]
    assert "is 9, the limit is 8" in broken[0].message


async def test_a_kilobyte_of_nested_fragments_is_refused_at_once(
    league_contract: Contract, context: Context
) -> None:
    text = nested_fragments(24)
    assert len(text) < 1_500

    began = time.perf_counter()
    result = await league_contract.execute(text, context_value=context)

    assert time.perf_counter() - began < 0.5
    assert result.errors is not None
    assert (result.errors[0].extensions or {})["limit"] == "cost"


async def test_a_cost_beyond_all_counting_can_still_be_written(
    league_contract: Contract, context: Context
) -> None:
    result = await league_contract.execute(nested_fragments(120), context_value=context)

    assert result.extensions == {"cost": {"requested": CEILING, "limit": LIMITS.cost}}
    assert orjson.dumps(result.extensions)


async def test_fragments_deeper_than_python_can_follow_are_refused(
    league_contract: Contract, context: Context
) -> None:
    chain = nested_fragments(480, spread="...F{0}")

    result = await league_contract.execute(chain, context_value=context)

    assert result.errors is not None
    assert {(error.extensions or {})["code"] for error in result.errors} == {"LIMIT_EXCEEDED"}


async def test_too_many_tokens_are_refused_before_anything_is_measured(
    league_contract: Contract, context: Context
) -> None:
    text = "{ " + "seasons { label } " * 1_500 + "}"

    result = await league_contract.execute(text, context_value=context)

    assert result.errors is not None
    assert (result.errors[0].extensions or {})["code"] == "GRAPHQL_INVALID"


async def test_tools_may_read_the_whole_contract(league_contract: Contract, context: Context) -> None:
    result = await league_contract.execute(get_introspection_query(), context_value=context)

    assert result.errors is None


async def test_every_answer_tells_its_cost(league_contract: Contract, context: Context) -> None:
    result = await league_contract.execute("{ __typename }", context_value=context)

    assert result.extensions == {"cost": {"requested": 1, "limit": 100_000}}
