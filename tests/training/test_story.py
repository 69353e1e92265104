"""A training from its launch to a mirrored champion, on a simulated league."""

from app.core.database import Database
from app.core.handling import Handlers, deliver_pending
from app.core.ids import WorkspaceId
from app.governance.actors import Actor
from app.registry.aliases import AliasWish, set_alias
from app.registry.store import reading as registry
from app.training.store import reading
from app.training.tracking import Tracking
from tests.training.kinds import Launch, Train


async def test_a_launched_run_becomes_a_version_that_mlflow_knows_as_champion(
    database: Database,
    workspace_id: WorkspaceId,
    actor: Actor,
    league: None,
    launch_run: Launch,
    train: Train,
    tracking: Tracking,
    mirroring: Handlers,
) -> None:
    run_id = await launch_run()

    await train(run_id)
    async with database.writing(workspace_id) as session:
        await set_alias(session, actor, AliasWish("win-probability", "champion", 1, "the first"))
    await deliver_pending(database, workspace_id, mirroring)

    async with database.reading(workspace_id) as connection:
        run = (await reading.runs_by_id(connection, [run_id]))[run_id]
        version = (await registry.versions_by_run(connection, [run_id]))[run_id]
        [evaluation] = (await registry.evaluations_of_versions(connection, [version.id]))[version.id]
    print(run, version, evaluation)
    copy = tracking.client().get_model_version_by_alias("win-probability", "champion")
    assert run.state == "COMPLETED"
    assert copy.run_id == run.mlflow_run_id
