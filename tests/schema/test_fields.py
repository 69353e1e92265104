from typing import Any

import pytest
import structlog

from app.core.ids import DEFAULT_WORKSPACE
from app.governance.actors import Actor, ActorKind
from app.governance.scopes import Scope
from resolvers.context import Context
from schema.execution import Contract
from tests.schema import made


@pytest.fixture(scope="module")
def contract() -> Contract:
    return made.contract()


@pytest.fixture
def caller() -> Context:
    """Somebody with one scope; nothing stands behind the contract."""
    scopes = frozenset({Scope.TRAIN_WRITE})
    made.CALLS.clear()
    return Context(made.platform(), "req-1", Actor(None, "x", ActorKind.USER, DEFAULT_WORKSPACE, scopes))


async def found(contract: Contract, caller: Context, **wish: object) -> dict[str, Any]:
    text = "mutation ($i: FoundInput!) { found(input: $i) { ... on FoundSuccess { clientMutationId day } } }"
    result = await contract.execute(text, {"i": wish}, caller)
    assert result.data is not None, result.errors
    answer: dict[str, Any] = result.data["found"]
    return answer


async def test_a_level_is_one_call_for_all_parents(contract: Contract, caller: Context) -> None:
    below = '{ a: players(named: "A") { id } b: players(named: "B") { id } }'
    text = f"{{ teams(first: 5) {{ edges {{ node {below} }} }} }}"

    result = await contract.execute(text, context_value=caller)

    assert result.errors is None
    assert sorted(made.CALLS) == [(5, "A"), (5, "B")]


async def test_nothing_of_an_operation_stays_behind_on_a_socket(contract: Contract, caller: Context) -> None:
    for name in "ABC":
        text = f'{{ teams {{ edges {{ node {{ players(named: "{name}") {{ fullName }} }} }} }} }}'
        result = await contract.execute(text, context_value=caller)
        assert result.errors is None

    assert caller.loaders == {}


async def test_an_expected_failure_costs_its_field_only(contract: Contract, caller: Context) -> None:
    text = '{ teams(first: 2) { edges { node { abbreviation players(named: "missing") { id } } } } }'

    result = await contract.execute(text, context_value=caller)

    assert result.errors is not None
    assert [(error.message, error.extensions) for error in result.errors] == [
        ("no such team", {"code": "NOT_FOUND", "retryable": False})
    ] * 2
    assert result.data is not None
    assert result.data["teams"]["edges"][0] == {"node": {"abbreviation": "T1", "players": None}}


async def test_what_nobody_expected_is_logged_whole_and_told_calmly(
    contract: Contract, caller: Context
) -> None:
    text = '{ teams(first: 1) { edges { node { players(named: "boom") { id } } } } }'

    with structlog.testing.capture_logs() as logs:
        result = await contract.execute(text, context_value=caller)

    assert result.errors is not None
    assert result.errors[0].extensions == {"code": "INTERNAL", "requestId": "req-1"}
    assert "42" not in result.errors[0].message
    assert [(each["event"], each["request_id"]) for each in logs] == [("operation.failed", "req-1")]


async def test_a_field_asks_for_its_scope(contract: Contract, caller: Context) -> None:
    result = await contract.execute("{ guarded { pageInfo { endCursor } } }", context_value=caller)

    assert result.errors is not None
    assert (result.errors[0].extensions or {})["code"] == "FORBIDDEN"
    assert "AUDIT_READ" in result.errors[0].message


async def test_terms_stand_in_the_contract(contract: Contract) -> None:
    assert "guarded(" in contract.as_str()
    assert '@cost(weight: 7, multipliers: ["first"]) @requires(scope: AUDIT_READ)' in contract.as_str()


async def test_nobody_is_asked_to_sign_in(contract: Contract, caller: Context) -> None:
    caller.caller = None

    result = await contract.execute("{ guarded { pageInfo { endCursor } } }", context_value=caller)

    assert result.errors is not None
    assert (result.errors[0].extensions or {})["code"] == "UNAUTHENTICATED"


async def test_an_input_arrives_as_domain_values(contract: Contract, caller: Context) -> None:
    whole = await found(contract, caller, name="A", opening={"day": 3}, clientMutationId="c1")
    sparse = await found(contract, caller, name="A")

    assert whole == {"clientMutationId": "c1", "day": 3}
    assert sparse == {"clientMutationId": None, "day": None}


async def test_a_failure_that_the_union_does_not_name_is_a_top_level_error(
    contract: Contract, caller: Context
) -> None:
    text = 'mutation { narrow(input: {name: "wrong"}) { __typename } }'

    result = await contract.execute(text, context_value=caller)

    assert result.errors is not None
    assert (result.errors[0].extensions or {})["code"] == "VALIDATION"


async def sent(contract: Contract, caller: Context, text: str) -> list[Any]:
    stream = await contract.subscribe(text, context_value=caller)
    return [result async for result in stream]  # type: ignore[union-attr]


async def test_a_stream_sends_rows_and_masks_what_breaks_it(contract: Contract, caller: Context) -> None:
    with structlog.testing.capture_logs() as logs:
        results = await sent(contract, caller, "subscription { watch(count: 3) { id abbreviation } }")

    assert [each.data and each.data["watch"]["abbreviation"] for each in results] == ["T1", "T2", None]
    assert results[2].errors[0].extensions == {"code": "INTERNAL", "requestId": "req-1"}
    assert [each["event"] for each in logs] == ["operation.failed"]


async def test_a_stream_asks_for_its_scope(contract: Contract, caller: Context) -> None:
    caller.caller = Actor(None, "x", ActorKind.USER, DEFAULT_WORKSPACE, frozenset())

    results = await sent(contract, caller, "subscription { watch(count: 1) { id } }")

    assert [each.errors[0].extensions["code"] for each in results] == ["FORBIDDEN"]
