import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.core.database import Database
from app.core.ids import ActorId, WorkspaceId, new_id
from app.governance.actors import Actor, ActorKind
from app.governance.audit import Outcome, record


@pytest.fixture
def actor(workspace_id: WorkspaceId) -> Actor:
    return Actor(ActorId(new_id()), "ada", ActorKind.USER, workspace_id, frozenset())


async def trail(database: Database, workspace_id: WorkspaceId) -> list[dict[str, object]]:
    async with database.reading(workspace_id) as connection:
        return [dict(row) for row in await connection.fetch("select * from audit_entry order by sequence")]


async def test_a_line_says_who_did_what_to_what_and_how_it_ended(
    database: Database, workspace_id: WorkspaceId, actor: Actor
) -> None:
    async with database.writing(workspace_id) as session:
        await record(
            session,
            actor,
            "promote",
            "model:7",
            outcome=Outcome.REFUSED,
            details={"gate": 1},
            request_id="r1",
        )
        await record(session, actor, "promote")

    first, second = await trail(database, workspace_id)
    assert (first["actor_id"], first["actor_name"]) == (actor.id, "ada")
    assert (first["operation"], first["target"], first["outcome"]) == ("promote", "model:7", "REFUSED")
    assert (first["details"], first["request_id"]) == ({"gate": 1}, "r1")
    assert (second["outcome"], second["target"], second["details"]) == ("DONE", None, None)
    assert first["workspace_id"] == second["workspace_id"] == workspace_id


async def test_a_change_that_fails_leaves_no_line(
    database: Database, workspace_id: WorkspaceId, actor: Actor
) -> None:
    async def promote_and_fail() -> None:
        async with database.writing(workspace_id) as session:
            await record(session, actor, "promote")
            raise RuntimeError("not after all")

    with pytest.raises(RuntimeError, match="not after all"):
        await promote_and_fail()
    assert await trail(database, workspace_id) == []


@pytest.mark.parametrize("change", ["update audit_entry set outcome = 'DONE'", "delete from audit_entry"])
async def test_a_line_can_be_neither_changed_nor_removed(
    database: Database, workspace_id: WorkspaceId, actor: Actor, change: str
) -> None:
    async with database.writing(workspace_id) as session:
        await record(session, actor, "promote", outcome=Outcome.FAILED)

    with pytest.raises(ProgrammingError, match="permission denied"):
        async with database.writing(workspace_id) as session:
            await session.execute(text(change))
    assert [line["outcome"] for line in await trail(database, workspace_id)] == ["FAILED"]


async def test_a_workspace_does_not_see_the_trail_of_another(
    database: Database, workspace_id: WorkspaceId, other_workspace_id: WorkspaceId, actor: Actor
) -> None:
    async with database.writing(workspace_id) as session:
        await record(session, actor, "promote")

    assert await trail(database, other_workspace_id) == []
