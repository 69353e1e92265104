"""The whole way from a raw file to a prediction: every row is real, every step tells its event."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import text

from app.core.database import Database
from app.core.handling import Handlers, deliver_pending
from app.core.ids import (
    DatasetVersionId,
    DeploymentId,
    PredictionId,
    RunId,
    WorkspaceId,
    encode_global_id,
    new_id,
)
from app.datasets import store
from app.datasets.ingestion import ingest_simulated
from app.datasets.versions import FileIngested
from app.features.tables import FeatureView
from app.lineage import recording
from app.registry.events import ModelVersionRegistered
from app.registry.tables import ModelVersion
from app.serving.events import PredictionsStored, RolloutChanged
from app.serving.tables import Prediction, Rollout
from app.stats.simulation import simulate_seasons
from app.training.events import TrainingSnapshotTaken
from tests.serving.make import register, start

HANDLERS: Final[Handlers] = {
    FileIngested.kind: [recording.record_file],
    TrainingSnapshotTaken.kind: [recording.record_snapshot],
    ModelVersionRegistered.kind: [recording.record_version],
    RolloutChanged.kind: [recording.record_rollout],
    PredictionsStored.kind: [recording.record_predictions],
}
DAY: Final = dt.date(2024, 1, 1)
_VERSION_OF = text("select model_version_id from deployment where id = :id")


@dataclass(frozen=True)
class Chain:
    """The global ids of the way, from its beginning."""

    source_file: str
    content: str
    league: str
    feature_view: str
    rows: str
    version: str
    deployment: str
    predictions: tuple[str, ...]

    @property
    def forwards(self) -> list[str]:
        """From the file to the first prediction, without the feature view."""
        made = [self.source_file, self.content, self.league, self.rows, self.version, self.deployment]
        return [*made, self.predictions[0]]


async def make_chain(
    database: Database, workspace_id: WorkspaceId, directory: Path, *, predictions: int = 2
) -> Chain:
    """Ingest, snapshot, register, deploy and predict; then let the handlers record it."""
    league_id, content_id, source_id = await _ingest(database, workspace_id)
    version_id = await register(database, workspace_id, directory, b"a model")
    rows_id, view_id = await _train(database, workspace_id, league_id, version_id)
    rollout_id = await start(database, workspace_id, version_id)
    deployment_id, prediction_ids = await _predict(database, workspace_id, rollout_id, predictions)
    await deliver_pending(database, workspace_id, HANDLERS)
    return Chain(
        encode_global_id("SourceFile", source_id),
        encode_global_id("DatasetVersion", content_id),
        encode_global_id("DatasetVersion", league_id),
        encode_global_id("FeatureView", view_id),
        encode_global_id("DatasetVersion", rows_id),
        encode_global_id("ModelVersion", version_id),
        encode_global_id("Deployment", deployment_id),
        tuple(encode_global_id("Prediction", each) for each in prediction_ids),
    )


async def _ingest(database: Database, workspace_id: WorkspaceId) -> tuple[DatasetVersionId, UUID, UUID]:
    games = (each for each, _ in zip(simulate_seasons(2023, 1, 5), range(3), strict=False))
    summary = await ingest_simulated(database, workspace_id, games, name="three games")
    assert summary.league_version_id is not None
    async with database.reading(workspace_id) as connection:
        row = await connection.fetchrow(
            "select id, source_file_id from dataset_version where part_of_id = $1", summary.league_version_id
        )
    assert row is not None
    return summary.league_version_id, row["id"], row["source_file_id"]


async def _train(
    database: Database, workspace_id: WorkspaceId, league_id: DatasetVersionId, version_id: UUID
) -> tuple[DatasetVersionId, UUID]:
    view = FeatureView(
        id=new_id(), name="win-probability", version=7, entity="game", definitions={}, digest="d"
    )
    async with database.writing(workspace_id) as session:
        version = await session.get_one(ModelVersion, version_id)
        run_id = RunId(version.run_id)
        session.add(view)
        await session.flush()
        dataset_id = await store.open_dataset(session, "features", "win-probability")
        rows_id = await store.add_version(session, dataset_id, digest="rows", rows=3, run_id=run_id)
        session.emit(TrainingSnapshotTaken(workspace_id, run_id, rows_id, league_id, view.id))
        session.emit(
            ModelVersionRegistered(
                workspace_id=workspace_id,
                model_id=version.model_id,
                model_name="win-probability",
                model_version_id=version_id,  # type: ignore[arg-type]
                version=version.version,
                run_id=run_id,
                dataset_version_id=rows_id,
                feature_view_id=view.id,
            )
        )
    return rows_id, view.id


async def _predict(
    database: Database, workspace_id: WorkspaceId, rollout_id: UUID, count: int
) -> tuple[DeploymentId, list[PredictionId]]:
    async with database.writing(workspace_id) as session:
        rollout = await session.get_one(Rollout, rollout_id)
        deployment_id = DeploymentId(rollout.candidate_id)
        version_id = (await session.execute(_VERSION_OF, {"id": deployment_id})).scalar_one()
        batch_id = new_id()
        rows = [_prediction(deployment_id, batch_id, place) for place in range(count)]
        session.add_all(rows)
        await session.flush()
        ids = [PredictionId(row.id) for row in rows]
        session.emit(PredictionsStored(deployment_id, version_id, ids))
    return deployment_id, ids


def _prediction(deployment_id: DeploymentId, batch_id: UUID, place: int) -> Prediction:
    return Prediction(
        id=new_id(),
        deployment_id=deployment_id,
        batch_id=batch_id,
        place=place,
        home_team_id=1610612738,
        away_team_id=1610612755,
        date=DAY,
        probability=0.6,
        features={"values": {}},
        latency_ms=1.0,
    )
