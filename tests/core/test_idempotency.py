import asyncio
from uuid import UUID

import pytest

from app.core.database import Database
from app.core.errors import IdempotencyMismatch, Invalid
from app.core.idempotency import digest, recall, remember
from app.core.ids import WorkspaceId, new_id
from app.core.runs import RunKind, create_run

OPERATION = "launchTraining"


async def launch(database: Database, workspace_id: WorkspaceId, key: str, asked: object) -> tuple[UUID, bool]:
    """Do what a mutation does; return the run and whether the answer was an old one."""
    async with database.writing(workspace_id) as session:
        known = await recall(session, operation=OPERATION, key=key, input=asked)
        if known is not None:
            return known, True
        run = await create_run(session, kind=RunKind.TRAINING, job_name="train", input={}, request_id=None)
        await remember(session, operation=OPERATION, key=key, input=asked, result_id=run.id)
        return run.id, False


async def count_runs(database: Database, workspace_id: WorkspaceId) -> int:
    async with database.reading(workspace_id) as connection:
        return int(await connection.fetchval("select count(*) from run"))


async def test_the_same_key_and_input_get_the_first_answer_whatever_the_order_of_the_input(
    database: Database, workspace_id: WorkspaceId
) -> None:
    first = await launch(database, workspace_id, "k", {"a": 1, "b": [2, 3]})

    again = await launch(database, workspace_id, "k", {"b": [2, 3], "a": 1})

    assert (first[1], again[1]) == (False, True)
    assert first[0] == again[0]
    assert await count_runs(database, workspace_id) == 1


async def test_a_known_key_with_another_input_is_refused_and_says_what_to_do(
    database: Database, workspace_id: WorkspaceId
) -> None:
    await launch(database, workspace_id, "k", {"seed": 1})

    with pytest.raises(IdempotencyMismatch) as refused:
        await launch(database, workspace_id, "k", {"seed": 2})

    assert "launchTraining was asked for with the idempotency key “k”" in refused.value.message
    assert "a new key to start new work" in refused.value.message
    assert await count_runs(database, workspace_id) == 1


async def test_of_twenty_simultaneous_requests_one_works_and_nineteen_get_its_answer(
    database: Database, workspace_id: WorkspaceId
) -> None:
    answers = await asyncio.gather(*(launch(database, workspace_id, "k", {"seed": 1}) for _ in range(20)))

    assert len({run_id for run_id, _ in answers}) == 1
    assert sorted(replayed for _, replayed in answers) == [False] + [True] * 19
    assert await count_runs(database, workspace_id) == 1


async def test_who_waits_for_a_request_that_fails_does_the_work_itself(
    database: Database, workspace_id: WorkspaceId
) -> None:
    waiting_for: asyncio.Task[tuple[UUID, bool]] | None = None

    async def fail() -> None:
        nonlocal waiting_for
        async with database.writing(workspace_id) as session:
            assert await recall(session, operation=OPERATION, key="k", input={}) is None
            await remember(session, operation=OPERATION, key="k", input={}, result_id=new_id())
            waiting_for = asyncio.create_task(launch(database, workspace_id, "k", {}))
            await asyncio.sleep(0.1)
            assert not waiting_for.done()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()

    assert waiting_for is not None
    assert (await waiting_for)[1] is False
    assert await count_runs(database, workspace_id) == 1


async def test_another_workspace_may_use_the_same_key(
    database: Database, workspace_id: WorkspaceId, other_workspace_id: WorkspaceId
) -> None:
    ours = await launch(database, workspace_id, "k", {"seed": 1})

    theirs = await launch(database, other_workspace_id, "k", {"seed": 2})

    assert ours[0] != theirs[0]
    assert theirs[1] is False


@pytest.mark.parametrize("key", ["", "x" * 201, "a\x00b"])
async def test_what_cannot_be_a_key_is_refused(
    database: Database, workspace_id: WorkspaceId, key: str
) -> None:
    with pytest.raises(Invalid, match="1 to 200 characters"):
        await launch(database, workspace_id, key, {})


def test_a_digest_tells_inputs_apart() -> None:
    assert digest({"a": 1, "b": {"c": 2, "d": 3}}) == digest({"b": {"d": 3, "c": 2}, "a": 1})
    assert len({digest(value) for value in ({"a": 1}, {"a": "1"}, {"a": None}, {}, [1, 2], [2, 1])}) == 6
