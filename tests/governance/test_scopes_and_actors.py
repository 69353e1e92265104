import pytest

from app.core.errors import Forbidden
from app.core.ids import DEFAULT_WORKSPACE
from app.governance.actors import Actor, ActorKind
from app.governance.scopes import ALL_SCOPES, MEANINGS, Scope


def holder_of(*scopes: Scope) -> Actor:
    return Actor(None, "ada", ActorKind.USER, DEFAULT_WORKSPACE, frozenset(scopes))


def test_every_scope_has_one_line_that_says_what_it_allows() -> None:
    assert set(MEANINGS) == ALL_SCOPES
    assert all(meaning.endswith(".") and "\n" not in meaning for meaning in MEANINGS.values())


def test_scopes_have_the_names_of_the_contract() -> None:
    assert [scope.value for scope in Scope] == [
        "STATS_READ", "DATASET_WRITE", "TRAIN_WRITE", "REGISTRY_WRITE", "DEPLOY_WRITE",
        "PREDICT", "MONITOR_WRITE", "AUDIT_READ", "PII_READ", "ADMIN",
    ]  # fmt: skip


@pytest.mark.parametrize("scope", Scope)
def test_an_administrator_may_do_everything(scope: Scope) -> None:
    holder_of(Scope.ADMIN).require(scope)


@pytest.mark.parametrize("scope", Scope)
def test_whoever_holds_a_scope_may_use_it(scope: Scope) -> None:
    holder_of(scope).require(scope)


def test_a_refusal_says_which_scope_is_missing_what_is_held_and_how_to_get_it() -> None:
    with pytest.raises(Forbidden) as refusal:
        holder_of(Scope.PREDICT, Scope.STATS_READ).require(Scope.TRAIN_WRITE)

    assert refusal.value.required_scope == "TRAIN_WRITE"
    assert refusal.value.code == "FORBIDDEN"
    assert refusal.value.message == (
        "“ada” lacks the scope TRAIN_WRITE (Start, change and cancel training runs); it holds: PREDICT, "
        "STATS_READ. Ask an administrator of the workspace for a key with TRAIN_WRITE."
    )


def test_no_scope_but_admin_implies_another() -> None:
    everything_else = ALL_SCOPES - {Scope.ADMIN}

    with pytest.raises(Forbidden):
        holder_of(*everything_else).require(Scope.ADMIN)
