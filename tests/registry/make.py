"""Registered versions from nothing: a run that never ran, and a product that nobody fitted."""

from app.core.database import Database
from app.core.ids import DatasetVersionId, ModelVersionId, RunId, WorkspaceId, new_id
from app.core.runs import RunKind, create_run
from app.datasets.store import add_version, open_dataset
from app.features.views import record_view
from app.registry.versions import register_version
from app.training.evaluation import Comparison, Interval, Metrics
from app.training.products import SKOPS, ArtifactFile, Product
from app.training.store.writing import open_experiment
from app.training.tables import TrainingRun

METRICS = Metrics(accuracy=0.66, log_loss=0.61, brier_score=0.21, calibration_error=0.02)
GAP = Interval(estimate=-0.01, lower=-0.02, upper=0.0)
COMPARISON = Comparison(1230, METRICS, METRICS, (), (), GAP, GAP, GAP)


async def make_version(
    database: Database, workspace_id: WorkspaceId, *, model: str = "win-probability"
) -> ModelVersionId:
    """Register another version of a model."""
    async with database.writing(workspace_id) as session:
        run = await create_run(session, kind=RunKind.TRAINING, job_name=model, input={}, request_id=None)
        experiment_id = await open_experiment(session, "made")
        session.add(
            TrainingRun(run_id=run.id, experiment_id=experiment_id, template=model, params={}, seed=0)
        )
        dataset_id = await open_dataset(session, "features", model)
        rows_id: DatasetVersionId = await add_version(
            session, dataset_id, digest=str(new_id()), rows=1, run_id=RunId(run.id)
        )
        view_id = await record_view(session, materialized_to=None)
        product = Product(
            run_id=RunId(run.id),
            model_name=model,
            task="binary-classification",
            format=SKOPS,
            file=ArtifactFile("made.skops", "0" * 64, 1),
            input_schema={"columns": []},
            dataset_version_id=rows_id,
            feature_view_id=view_id,
            population="made up",
            comparison=COMPARISON,
        )
        first = await register_version(session, product)
        assert await register_version(session, product) == first  # a run has one version
        return first
