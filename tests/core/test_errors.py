import pytest

from app.core import errors
from app.core.errors import (
    Conflict,
    Forbidden,
    IdempotencyMismatch,
    Invalid,
    Issue,
    NotFound,
    PlatformError,
    Unauthenticated,
    Unavailable,
)


def families() -> list[type[PlatformError]]:
    known = [thing for thing in vars(errors).values() if isinstance(thing, type)]
    return [thing for thing in known if issubclass(thing, PlatformError)]


def test_every_family_has_a_code_of_its_own() -> None:
    codes = [family.code for family in families()]

    assert len(set(codes)) == len(codes) == 8


def test_the_tree_at_the_top_of_the_module_names_every_family() -> None:
    assert errors.__doc__ is not None
    assert all(family.__name__ in errors.__doc__ for family in families())


def test_only_the_absence_of_a_dependency_is_worth_a_repetition() -> None:
    assert [family for family in families() if family.retryable] == [Unavailable]


def test_a_mismatch_of_idempotency_is_a_kind_of_invalid_request() -> None:
    with pytest.raises(Invalid) as refusal:
        raise IdempotencyMismatch("another input")
    assert refusal.value.code == "IDEMPOTENCY_MISMATCH"


def test_errors_carry_their_facts() -> None:
    issue = Issue(("first",), "page_size", "too many")

    assert NotFound("no game", missing_id="0022300001").missing_id == "0022300001"
    assert Invalid("too many", issues=[issue], path=["input", "first"]).issues == (issue,)
    assert Conflict("moved on", current_id="7").current_id == "7"
    assert Forbidden("not you", required_scope="ADMIN").required_scope == "ADMIN"
    assert Unavailable("gone", dependency="postgresql").dependency == "postgresql"
    assert Invalid("x", path=["input"]).path == ("input",)
    assert Unauthenticated("who?").path is None


@pytest.mark.parametrize("family", [NotFound, Invalid, Conflict, Unauthenticated])
def test_the_message_is_the_text_of_the_error(family: type[PlatformError]) -> None:
    assert str(family("what was asked")) == family("what was asked").message == "what was asked"
