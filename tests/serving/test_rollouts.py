import asyncio
import datetime as dt
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from app.core.database import Database
from app.core.errors import Conflict, IdempotencyMismatch, Invalid, NotFound, Unavailable
from app.core.ids import ModelVersionId, WorkspaceId, decode_global_id, new_id
from app.core.settings import Settings
from app.serving import restoring
from app.serving.restoring import RollbackWish
from app.serving.rollouts import BlueGreenWish, RolloutWish, promote
from app.serving.store.reading import deployments_by_id, find_endpoint, histories, stable_deployments
from app.serving.views import DeploymentState, DeploymentView, RolloutEventKind, RolloutPhase, RolloutView
from tests.serving import make
from tests.serving.conftest import Ended, OpenPool, Register

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


async def deployment(database: Database, workspace_id: WorkspaceId, rollout: RolloutView) -> DeploymentView:
    async with database.reading(workspace_id) as connection:
        return (await deployments_by_id(connection, [rollout.candidate_id]))[rollout.candidate_id]


async def stable(database: Database, workspace_id: WorkspaceId) -> DeploymentView | None:
    async with database.reading(workspace_id) as connection:
        found = await find_endpoint(connection, make.MODEL)
        assert found is not None
        return (await stable_deployments(connection, [found.id])).get(found.id)


async def test_a_candidate_waits_until_a_process_has_loaded_it(
    database: Database, workspace_id: WorkspaceId, register: Register, open_pool: OpenPool, ended: Ended
) -> None:
    rollout_id = await make.start(database, workspace_id, await register())

    assert await stable(database, workspace_id) is None
    pool = await open_pool()
    rollout = await ended(rollout_id)

    assert rollout.phase is RolloutPhase.PROMOTED
    placed = await deployment(database, workspace_id, rollout)
    assert (placed.state, placed.is_stable, placed.weight) == (DeploymentState.READY, True, 100)
    model = await pool.get(workspace_id, make.MODEL)
    assert model.deployment_id == placed.id


async def test_the_old_one_is_retired_and_stays_loaded_for_its_while(
    database: Database, workspace_id: WorkspaceId, register: Register, open_pool: OpenPool, ended: Ended
) -> None:
    pool = await open_pool()
    first = await ended(await make.start(database, workspace_id, await register(0.6)))

    second = await ended(await make.start(database, workspace_id, await register(0.8)))

    old = await deployment(database, workspace_id, first)
    assert (old.state, old.is_stable, old.weight) == (DeploymentState.RETIRED, False, 0)
    assert second.baseline_id == old.id
    await pool.refresh(workspace_id)
    assert set(pool._shelf(workspace_id)._held) == {first.candidate_id, second.candidate_id}


async def test_an_old_one_that_nobody_wants_to_keep_is_let_go(
    database: Database, workspace_id: WorkspaceId, register: Register, open_pool: OpenPool, ended: Ended
) -> None:
    pool = await open_pool()
    await ended(await make.start(database, workspace_id, await register(0.6)))

    wanted = await make.start(database, workspace_id, await register(0.8), keep_old_for="PT0S")
    second = await ended(wanted)

    await pool.refresh(workspace_id)
    assert set(pool._shelf(workspace_id)._held) == {second.candidate_id}


async def test_of_three_processes_one_promotes(
    database: Database, workspace_id: WorkspaceId, register: Register, open_pool: OpenPool, ended: Ended
) -> None:
    pools = [await open_pool() for _ in range(3)]

    rollout = await ended(await make.start(database, workspace_id, await register()))

    async with database.reading(workspace_id) as connection:
        history = (await histories(connection, [rollout.id]))[rollout.id]
    assert [step.kind for step in history] == [RolloutEventKind.STARTED, RolloutEventKind.PROMOTED]
    models = [await pool.get(workspace_id, make.MODEL) for pool in pools]
    assert {model.deployment_id for model in models} == {rollout.candidate_id}


async def test_an_altered_file_fails_the_rollout_and_the_old_one_stays(
    database: Database,
    workspace_id: WorkspaceId,
    register: Register,
    open_pool: OpenPool,
    ended: Ended,
    settings: Settings,
) -> None:
    pool = await open_pool()
    good = await ended(await make.start(database, workspace_id, await register(0.6)))
    known = set(settings.artifacts_directory.iterdir())
    version_id = await register(0.8)
    (written,) = set(settings.artifacts_directory.iterdir()) - known
    written.write_bytes(written.read_bytes() + b"!")

    rollout = await ended(await make.start(database, workspace_id, version_id))

    assert rollout.phase is RolloutPhase.FAILED
    assert (await deployment(database, workspace_id, rollout)).state is DeploymentState.FAILED
    async with database.reading(workspace_id) as connection:
        history = (await histories(connection, [rollout.id]))[rollout.id]
    assert "was altered" in history[-1].detail
    assert (await pool.get(workspace_id, make.MODEL)).deployment_id == good.candidate_id


async def test_a_model_of_other_features_fails_the_rollout(
    database: Database, workspace_id: WorkspaceId, open_pool: OpenPool, ended: Ended, settings: Settings
) -> None:
    await open_pool()
    narrow = make.model_file(0.5, width=3)
    version_id = await make.register(database, workspace_id, settings.artifacts_directory, narrow)

    rollout = await ended(await make.start(database, workspace_id, version_id))

    assert rollout.phase is RolloutPhase.FAILED
    async with database.reading(workspace_id) as connection:
        assert "does not answer" in (await histories(connection, [rollout.id]))[rollout.id][-1].detail


async def test_a_file_with_foreign_types_is_not_loaded(
    database: Database, workspace_id: WorkspaceId, open_pool: OpenPool, ended: Ended, settings: Settings
) -> None:
    from skops.io import dumps  # noqa: PLC0415 - heavy

    await open_pool()
    hostile = dumps({"model": Path("/etc/passwd"), "by": suppress(ValueError)})
    version_id = await make.register(database, workspace_id, settings.artifacts_directory, hostile)

    rollout = await ended(await make.start(database, workspace_id, version_id))

    assert rollout.phase is RolloutPhase.FAILED
    async with database.reading(workspace_id) as connection:
        assert "not trusted" in (await histories(connection, [rollout.id]))[rollout.id][-1].detail


async def test_a_second_open_rollout_is_refused_by_the_name_of_the_first(
    database: Database, workspace_id: WorkspaceId, register: Register
) -> None:
    version_id = await register()
    first = await make.start(database, workspace_id, version_id)

    with pytest.raises(Conflict) as refused:
        await make.start(database, workspace_id, version_id)

    assert decode_global_id(str(refused.value.current_id)) == ("Rollout", str(first))


async def test_the_same_key_starts_one_rollout(
    database: Database, workspace_id: WorkspaceId, register: Register
) -> None:
    version_id = await register()

    first, second = [await make.start(database, workspace_id, version_id, key="once") for _ in range(2)]

    assert first == second
    with pytest.raises(IdempotencyMismatch):
        await make.start(database, workspace_id, version_id, key="once", endpoint="another")


async def test_two_that_start_at_once_make_one_endpoint_and_one_rollout(
    database: Database, workspace_id: WorkspaceId, register: Register
) -> None:
    version_id = await register()

    answers = await asyncio.gather(
        *(make.start(database, workspace_id, version_id) for _ in range(4)), return_exceptions=True
    )

    assert sorted(isinstance(answer, Conflict) for answer in answers) == [False, True, True, True]


async def test_an_ended_rollout_is_not_promoted_again(
    database: Database, workspace_id: WorkspaceId, register: Register, open_pool: OpenPool, ended: Ended
) -> None:
    await open_pool()
    rollout = await ended(await make.start(database, workspace_id, await register()))

    async with database.writing(workspace_id) as session:
        done = await promote(session, rollout.id, loaded_by="somebody", now=NOW)

    assert not done


async def test_an_unknown_version_and_one_in_another_format_are_refused(
    database: Database, workspace_id: WorkspaceId, settings: Settings
) -> None:
    folder = settings.artifacts_directory
    pickled = await make.register(database, workspace_id, folder, b"pickle", stored_as="pickle")

    with pytest.raises(NotFound):
        await make.start(database, workspace_id, ModelVersionId(new_id()))
    with pytest.raises(Conflict, match="only “skops” is served"):
        await make.start(database, workspace_id, pickled)


@pytest.mark.parametrize("name", ["", "Upper", "9lives", "a b", "x" * 64, "naïve"])
def test_a_name_that_can_not_be_an_endpoints_is_refused(name: str) -> None:
    with pytest.raises(Invalid, match="can't be an endpoint's name"):
        RolloutWish(name, ModelVersionId(new_id()), BlueGreenWish())


async def test_a_rollback_restores_what_served_before(
    database: Database, workspace_id: WorkspaceId, register: Register, open_pool: OpenPool, ended: Ended
) -> None:
    await open_pool()
    first = await ended(await make.start(database, workspace_id, await register(0.6)))
    second = await ended(await make.start(database, workspace_id, await register(0.8)))
    wish = RollbackWish(make.MODEL, "it calls everything a home win")

    async with database.writing(workspace_id) as session:
        chosen = await restoring.choose(session, wish)
        await restoring.restore(session, make.actor(workspace_id), wish, chosen, now=NOW)

    restored = await stable(database, workspace_id)
    assert restored is not None
    assert restored.id == first.candidate_id == chosen
    assert (await ended(second.id)).phase is RolloutPhase.ROLLED_BACK
    with pytest.raises(Conflict, match="Nothing served"):  # back again would be a way forth
        async with database.writing(workspace_id) as session:
            await restoring.choose(session, wish)


async def test_a_rollback_can_name_any_revision_that_has_served(
    database: Database, workspace_id: WorkspaceId, register: Register, open_pool: OpenPool, ended: Ended
) -> None:
    await open_pool()
    rollouts = [
        await ended(await make.start(database, workspace_id, await register(probability)))
        for probability in (0.5, 0.6, 0.7)
    ]
    wish = RollbackWish(make.MODEL, "the first was the best", to_revision=1)

    async with database.writing(workspace_id) as session:
        chosen = await restoring.choose(session, wish)

    assert chosen == rollouts[0].candidate_id
    with pytest.raises(NotFound):
        async with database.writing(workspace_id) as session:
            await restoring.choose(session, RollbackWish(make.MODEL, "why not", to_revision=9))
    with pytest.raises(Conflict, match="is READY"):
        async with database.writing(workspace_id) as session:
            await restoring.choose(session, RollbackWish(make.MODEL, "why not", to_revision=3))


async def test_a_restart_finds_the_stable_model_and_an_open_rollout(
    database: Database, workspace_id: WorkspaceId, register: Register, open_pool: OpenPool, ended: Ended
) -> None:
    before = await open_pool()
    await ended(await make.start(database, workspace_id, await register(0.6)))
    await before.stop()
    waiting = await make.start(database, workspace_id, await register(0.8))

    after = await open_pool()

    assert (await ended(waiting)).phase is RolloutPhase.PROMOTED
    assert (await after.get(workspace_id, make.MODEL)).revision == 2


async def test_another_workspace_knows_nothing_of_it(
    database: Database,
    workspace_id: WorkspaceId,
    other: WorkspaceId,
    register: Register,
    open_pool: OpenPool,
    ended: Ended,
) -> None:
    version_id = await register()
    pool = await open_pool()
    await ended(await make.start(database, workspace_id, version_id))

    with pytest.raises(NotFound):
        await pool.get(other, make.MODEL)
    with pytest.raises(NotFound):
        await make.start(database, other, version_id)


async def test_readiness_names_what_is_not_in_memory(
    database: Database,
    workspace_id: WorkspaceId,
    register: Register,
    open_pool: OpenPool,
    ended: Ended,
    settings: Settings,
) -> None:
    pool = await open_pool()
    await ended(await make.start(database, workspace_id, await register()))
    assert await pool.probe() is None
    for path in settings.artifacts_directory.iterdir():
        path.unlink()

    crippled = await open_pool()

    async with asyncio.timeout(30):
        while "can't be read" not in (await crippled.probe() or ""):  # noqa: ASYNC110 - as a probe does it
            await asyncio.sleep(0.05)
    with pytest.raises(Unavailable, match="can't be read"):
        await crippled.get(workspace_id, make.MODEL)


def test_a_server_does_not_import_scikit_learn_to_start() -> None:
    import subprocess  # noqa: PLC0415 - for this one

    code = (
        "import sys, app.serving.pool; print([m for m in ('sklearn', 'skops', 'mlflow') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert found.stdout.strip() == "[]"
