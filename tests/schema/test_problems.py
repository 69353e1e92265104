from typing import Any, cast

import pytest

from app.core import errors
from app.core.ids import DEFAULT_WORKSPACE
from app.governance.actors import Actor, ActorKind
from app.governance.scopes import ALL_SCOPES
from resolvers.context import Context
from schema.execution import Contract
from schema.problems import ErrorCode, problem_type
from tests.schema import made

TEXT = """
    mutation ($name: String!) { found(input: {name: $name}) { __typename
      ... on Error { message code path retryable }
      ... on NotFoundError { missingId }
      ... on ValidationError { issues { path rule message } }
      ... on ConflictError { currentId }
      ... on ForbiddenError { requiredScope }
      ... on DependencyDownError { dependency }
    } }"""
COMMON = {"path": None, "retryable": False}


@pytest.fixture(scope="module")
def contract() -> Contract:
    return made.contract()


async def answer(contract: Contract, name: str) -> dict[str, Any]:
    actor = Actor(None, "x", ActorKind.USER, DEFAULT_WORKSPACE, ALL_SCOPES)
    result = await contract.execute(TEXT, {"name": name}, Context(made.platform(), "r", actor))
    assert result.data is not None, result.errors
    return cast("dict[str, Any]", result.data["found"])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("missing", {"__typename": "NotFoundError", "code": "NOT_FOUND", "missingId": "X"}),
        ("taken", {"__typename": "ConflictError", "code": "CONFLICT", "currentId": "Y"}),
        ("again", {"__typename": "ValidationError", "code": "IDEMPOTENCY_MISMATCH", "issues": []}),
        ("barred", {"__typename": "ForbiddenError", "code": "FORBIDDEN", "requiredScope": "TRAIN_WRITE"}),
    ],
)
async def test_a_failure_is_shown_with_its_facts(
    contract: Contract, name: str, shown: dict[str, object]
) -> None:
    found = await answer(contract, name)

    assert found.pop("message") == made.FAILURES[name].message
    assert found == {**COMMON, **shown}


async def test_a_broken_rule_says_where(contract: Contract) -> None:
    found = await answer(contract, "wrong")

    assert found["path"] == ["name"]
    assert found["issues"] == [{"path": ["name"], "rule": "form", "message": "not a name"}]


async def test_a_dependency_that_is_down_may_be_tried_again(contract: Contract) -> None:
    found = await answer(contract, "down")

    assert (found["retryable"], found["dependency"]) == (True, "postgresql")


@pytest.mark.parametrize(
    "name", ["NotFound", "Invalid", "IdempotencyMismatch", "Conflict", "Forbidden", "Unavailable"]
)
def test_every_family_has_a_type_and_a_code(name: str) -> None:
    family = getattr(errors, name)
    instance = family.__new__(family)

    assert problem_type(instance) is not None
    assert family.code in set(ErrorCode)


def test_whoever_is_not_known_gets_no_typed_answer() -> None:
    assert problem_type(errors.Unauthenticated("sign in")) is None
