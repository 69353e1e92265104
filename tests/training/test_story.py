"""A training from its launch to a mirrored champion, on a simulated league."""

import asyncio
from pathlib import Path
from typing import Any

import mlflow.sklearn
import numpy as np
import pytest
from mlflow import MlflowClient

from app.core.database import Database
from app.core.errors import Unavailable
from app.core.handling import Handlers, deliver_pending
from app.core.ids import RunId, WorkspaceId
from app.governance.actors import Actor
from app.registry.aliases import AliasWish, set_alias
from app.registry.store import reading as registry
from app.registry.views import VersionView
from app.training.artifacts import read_artifact
from app.training.child_work import load_model
from app.training.pipeline import TrainingParts
from app.training.store import reading
from app.training.tracking import Tracking, mlflow_uri
from app.training.views import TrainingRunView
from tests.training.kinds import Launch, Train

COLUMNS = 17
AGAIN = """
    insert into event_pending (topic, sequence, at, kind, payload, workspace_id)
    select topic, sequence, at, kind, payload, workspace_id from event where kind = any($1)"""


async def read(
    database: Database, workspace_id: WorkspaceId, run_id: RunId
) -> tuple[TrainingRunView, VersionView]:
    async with database.reading(workspace_id) as connection:
        run = (await reading.runs_by_id(connection, [run_id]))[run_id]
        return run, (await registry.versions_by_run(connection, [run_id]))[run_id]


async def crown(database: Database, workspace_id: WorkspaceId, actor: Actor, version: int) -> None:
    async with database.writing(workspace_id) as session:
        await set_alias(session, actor, AliasWish("win-probability", "champion", version, "it is better"))


@pytest.mark.usefixtures("league")
async def test_a_launched_run_becomes_a_version_that_any_mlflow_client_can_load(
    database: Database,
    workspace_id: WorkspaceId,
    actor: Actor,
    launch_run: Launch,
    train: Train,
    parts: TrainingParts,
    mirroring: Handlers,
) -> None:
    run_id = await launch_run()

    await train(run_id)
    await crown(database, workspace_id, actor, 1)
    handled = await deliver_pending(database, workspace_id, mirroring)

    run, version = await read(database, workspace_id, run_id)
    ours = load_model(read_artifact(parts.artifacts_directory, version.file_name, version.digest))
    rows = np.random.default_rng(0).normal(size=(5, COLUMNS))
    assert handled == 3  # a snapshot, a version, an alias
    assert run.state == "COMPLETED"
    assert loaded(database, "models:/win-probability@champion").predict_proba(rows).tolist() == (
        ours.predict_proba(rows).tolist()
    )
    recorded = client(database).get_run(run.mlflow_run_id)
    assert recorded.info.status == "FINISHED"
    assert recorded.data.params == {**run.asked_params, "seed": "0", "template": "win-probability"}
    assert recorded.data.metrics["test_log_loss"] < recorded.data.metrics["baseline_test_log_loss"]
    assert recorded.data.tags["courtside.run_id"] == str(run_id)
    assert recorded.data.tags["courtside.request_id"] == "request-1"
    assert [each.path for each in client(database).list_artifacts(run.mlflow_run_id)] == ["reliability.png"]


@pytest.mark.usefixtures("league")
async def test_what_is_mirrored_twice_is_there_once_and_an_alias_follows(
    database: Database,
    workspace_id: WorkspaceId,
    actor: Actor,
    launch_run: Launch,
    train: Train,
    mirroring: Handlers,
) -> None:
    for key in ("first", "second"):
        await train(await launch_run(key))
    await crown(database, workspace_id, actor, 1)
    await deliver_pending(database, workspace_id, mirroring)

    async with database.writing(workspace_id) as session:
        await (await session.driver()).execute(AGAIN, list(mirroring))
    await crown(database, workspace_id, actor, 2)
    await deliver_pending(database, workspace_id, mirroring)

    copies = client(database).search_model_versions("name = 'win-probability'")
    champion = client(database).get_model_version_by_alias("win-probability", "champion")
    assert sorted(each.tags["courtside.version"] for each in copies) == ["1", "2"]
    assert champion.tags["courtside.version"] == "2"


@pytest.mark.usefixtures("league")
async def test_a_second_run_on_the_same_games_shares_its_rows_and_finds_the_same(
    database: Database, workspace_id: WorkspaceId, launch_run: Launch, train: Train
) -> None:
    runs = [await launch_run("first"), await launch_run("second")]

    for run_id in runs:
        await train(run_id)

    (first, one), (second, two) = [await read(database, workspace_id, run_id) for run_id in runs]
    assert first.dataset_version_id == second.dataset_version_id
    assert (one.version, two.version) == (1, 2)
    async with database.reading(workspace_id) as connection:
        metrics = await reading.summaries_of_runs(connection, runs)
    assert metrics[runs[0]] == metrics[runs[1]]


async def test_a_missing_database_of_mlflow_is_an_absence_not_a_fault(
    database: Database, tmp_path: Path
) -> None:
    lost = Tracking(database.dsn.replace("/test_", "/gone_"), tmp_path)

    with pytest.raises(Unavailable, match="MLflow does not answer"):
        await asyncio.to_thread(lost.client)


def client(database: Database) -> MlflowClient:
    """A client that knows nothing of us."""
    uri = mlflow_uri(database.dsn)
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def loaded(database: Database, address: str) -> Any:  # noqa: ANN401 - whatever MLflow loads
    mlflow.set_tracking_uri(mlflow_uri(database.dsn))
    mlflow.set_registry_uri(mlflow_uri(database.dsn))
    return mlflow.sklearn.load_model(address)
