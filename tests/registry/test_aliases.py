import asyncio

import pytest

from app.core.database import Database
from app.core.errors import Conflict, Invalid, NotFound
from app.core.ids import WorkspaceId, encode_global_id
from app.governance.actors import Actor, ActorKind
from app.governance.scopes import ALL_SCOPES
from app.registry.aliases import AliasWish, set_alias
from app.registry.tables import AliasChange
from tests.registry.make import make_version


def wish(version: int, *, expected: int | None = None, alias: str = "champion") -> AliasWish:
    return AliasWish("win-probability", alias, version, "it is better", expected)


async def move(database: Database, workspace_id: WorkspaceId, wanted: AliasWish) -> AliasChange:
    actor = Actor(None, "tester", ActorKind.USER, workspace_id, ALL_SCOPES)
    async with database.writing(workspace_id) as session:
        return await set_alias(session, actor, wanted, request_id="r")


async def count(database: Database, workspace_id: WorkspaceId, sql: str) -> int:
    async with database.reading(workspace_id) as connection:
        return int(await connection.fetchval(sql))


async def test_an_alias_moves_with_its_history_audit_line_and_event(
    database: Database, workspace_id: WorkspaceId
) -> None:
    first = await make_version(database, workspace_id)
    second = await make_version(database, workspace_id)
    await move(database, workspace_id, wish(1, expected=0))

    change = await move(database, workspace_id, wish(2, expected=1))

    assert (change.from_version_id, change.to_version_id, change.actor_name) == (first, second, "tester")
    changed = "select count(*) from event_pending where kind = 'AliasChanged'"
    audited = "select count(*) from audit_entry where operation = 'setModelAlias' and outcome = 'DONE'"
    assert await count(database, workspace_id, changed) == 2
    assert await count(database, workspace_id, audited) == 2


async def test_an_alias_that_moved_meanwhile_is_not_moved_again(
    database: Database, workspace_id: WorkspaceId
) -> None:
    first = await make_version(database, workspace_id)
    await make_version(database, workspace_id)
    await move(database, workspace_id, wish(1))

    with pytest.raises(Conflict, match="was expected at version 0 but points to version 1") as refused:
        await move(database, workspace_id, wish(2, expected=0))

    assert refused.value.current_id == encode_global_id("ModelVersion", first)
    assert await count(database, workspace_id, "select count(*) from alias_change") == 1


async def test_of_two_who_compare_and_set_at_once_one_wins(
    database: Database, workspace_id: WorkspaceId
) -> None:
    for _ in range(2):
        await make_version(database, workspace_id)

    done = await asyncio.gather(
        *(move(database, workspace_id, wish(version, expected=0)) for version in (1, 2)),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in done) == ["AliasChange", "Conflict"]


async def test_a_repeated_move_returns_the_first_one(database: Database, workspace_id: WorkspaceId) -> None:
    await make_version(database, workspace_id)
    first = await move(database, workspace_id, wish(1, expected=0))

    again = await move(database, workspace_id, wish(1, expected=0))

    assert again.id == first.id
    assert await count(database, workspace_id, "select count(*) from alias_change") == 1


async def test_an_unknown_model_and_an_unknown_version_are_named(
    database: Database, workspace_id: WorkspaceId
) -> None:
    with pytest.raises(NotFound, match="No registered model is named “win-probability”"):
        await move(database, workspace_id, wish(1))
    await make_version(database, workspace_id)

    with pytest.raises(NotFound, match="has no version 7"):
        await move(database, workspace_id, wish(7))


@pytest.mark.parametrize("alias", ["", "Champion", "latest", "v3", "9lives", "a" * 65, "a b", "a\n"])
def test_a_name_that_mlflow_would_not_take_is_refused(alias: str) -> None:
    with pytest.raises(Invalid) as refused:
        wish(1, alias=alias)

    assert refused.value.issues[0].path == ("alias",)


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501])
def test_a_move_without_a_reason_is_refused(reason: str) -> None:
    with pytest.raises(Invalid, match="why the alias is moved"):
        AliasWish("win-probability", "champion", 1, reason)


async def test_another_workspace_has_models_of_its_own(
    database: Database, workspace_id: WorkspaceId, other_workspace_id: WorkspaceId
) -> None:
    await make_version(database, workspace_id)

    with pytest.raises(NotFound):
        await move(database, other_workspace_id, wish(1))
