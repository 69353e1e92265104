"""A training run: snapshot, fit, evaluate, track, register; each step is done once, whoever dies.

What a step found is stored with it as JSON and handed to the next; files are named by their digests. Who
registers is a port: the registry stands to the right of this room.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

from app.core.child import ChildFailed, run_in_child
from app.core.errors import Invalid
from app.core.ids import ModelVersionId
from app.core.runs import ClaimedRun
from app.core.session import Session
from app.features.definitions import FEATURES
from app.training.artifacts import read_artifact, write_artifact
from app.training.child_work import Evaluated, evaluate_model, fit_model
from app.training.comparisons import comparison_json, restore_comparison
from app.training.evaluation import Metrics
from app.training.products import SKOPS, ArtifactFile, Product
from app.training.recording import record_run
from app.training.reporting import MetricBatches
from app.training.snapshotting import Snapshot, take_snapshot
from app.training.store import writing
from app.training.store.writing import MetricValue
from app.training.templates import Plan
from app.training.tracking import Tracking

Register: TypeAlias = Callable[[Session, Product], Awaitable[ModelVersionId]]
"""Registers a product in the session's transaction; a run that has a version keeps it."""

TASK: Final = "binary-classification"
_FIT_STARTS, _FIT_ENDS = 0.2, 0.7


@dataclass(frozen=True, slots=True)
class TrainingParts:
    """What the work needs beside the run: the folder of artefacts, MLflow, and who registers."""

    artifacts_directory: Path
    tracking: Tracking
    register: Register


async def execute_training(run: ClaimedRun, parts: TrainingParts) -> None:
    """Do what is left of a training run; a step that an earlier owner has done is only read."""
    await run.progress(0.05, "bringing team forms up to date")
    snapshot = await take_snapshot(run, parts.artifacts_directory)
    await run.progress(_FIT_STARTS, f"fitting on {snapshot.training_games:,} games")
    model = ArtifactFile(**await run.step("fit", lambda: _fit(run, parts, snapshot)))
    await run.progress(_FIT_ENDS, "measuring on games that the model never saw")
    evaluated = await run.step("evaluate", lambda: _evaluate(run, parts, snapshot, model))
    picture = ArtifactFile(**evaluated["picture"])
    await run.progress(0.8, "recording in MLflow")
    tracked = await run.step(
        "track", lambda: record_run(run, parts.tracking, parts.artifacts_directory, model, picture)
    )
    await run.progress(0.95, "registering")
    product = _product(run, snapshot, model, evaluated)
    await run.step_in_transaction("register", lambda session: _register(session, parts, product, tracked))


async def _fit(run: ClaimedRun, parts: TrainingParts, snapshot: Snapshot) -> dict[str, Any]:
    asked = await _seed_of(run)
    batches = MetricBatches(run)
    begin = Plan.restored(snapshot.params).params.first_season
    end = Plan.restored(snapshot.params).test_season or begin

    async def hear(point: tuple[str, int, float]) -> None:
        key, step, value = point
        if await batches.add(MetricValue(key, step, value)):
            share = (step - begin + 1) / max(end - begin, 1)
            fraction = _FIT_STARTS + (_FIT_ENDS - _FIT_STARTS) * min(max(share, 0.0), 1.0)
            await run.progress(fraction, f"fitting: season {step} predicted from earlier ones")

    rows = snapshot.rows_file(parts.artifacts_directory)
    content = await _in_child(fit_model, rows, dict(snapshot.params), asked, on_progress=hear)
    await batches.flush()
    file = await asyncio.to_thread(write_artifact, parts.artifacts_directory, content, suffix=f".{SKOPS}")
    return asdict(file)


async def _evaluate(
    run: ClaimedRun, parts: TrainingParts, snapshot: Snapshot, model: ArtifactFile
) -> dict[str, Any]:
    directory = parts.artifacts_directory
    content = await asyncio.to_thread(read_artifact, directory, model.file_name, model.digest)
    seed = await _seed_of(run)
    rows = snapshot.rows_file(directory)
    found: Evaluated = await _in_child(evaluate_model, rows, content, dict(snapshot.params), seed)
    picture = await asyncio.to_thread(write_artifact, directory, found.picture, suffix=".png")
    season = Plan.restored(snapshot.params).test_season
    assert season is not None  # noqa: S101 - settled when the rows were taken
    batches = MetricBatches(run)
    for prefix, metrics in (("test", found.comparison.model), ("baseline_test", found.comparison.baseline)):
        for point in _points(prefix, season, metrics):
            await batches.add(point)
    await batches.flush()
    return {
        "comparison": comparison_json(found.comparison),
        "population": found.population,
        "picture": asdict(picture),
    }


async def _register(
    session: Session, parts: TrainingParts, product: Product, tracked: Mapping[str, str]
) -> dict[str, Any]:
    await writing.keep_tracking(session, product.run_id, **tracked)
    return {"model_version_id": str(await parts.register(session, product))}


async def _seed_of(run: ClaimedRun) -> int:
    async with run.writing() as session:
        return (await writing.get_training_run(session, run.id)).seed


async def _in_child(function: Callable[..., Any], *arguments: object, **named: Any) -> Any:  # noqa: ANN401 - as the child's
    """Run in a child; what it refused on purpose is refused here in the same words."""
    try:
        return await run_in_child(function, *arguments, **named)
    except ChildFailed as failed:
        if failed.remote_type == Invalid.__name__:
            raise Invalid(failed.remote_message) from failed
        raise


def _points(prefix: str, season: int, metrics: Metrics) -> list[MetricValue]:
    return [MetricValue(f"{prefix}_{name}", season, value) for name, value in asdict(metrics).items()]


def _product(
    run: ClaimedRun, snapshot: Snapshot, model: ArtifactFile, evaluated: Mapping[str, Any]
) -> Product:
    return Product(
        run_id=run.id,
        model_name=run.job_name,
        task=TASK,
        format=SKOPS,
        file=model,
        input_schema={"columns": [_column(feature.name, feature.dtype) for feature in FEATURES]},
        dataset_version_id=snapshot.dataset_version_id,
        feature_view_id=snapshot.feature_view_id,
        population=evaluated["population"],
        comparison=restore_comparison(evaluated["comparison"]),
    )


def _column(name: str, dtype: str) -> dict[str, Any]:
    # a team never seen leaves a gap that the model fills: no column must be known
    return {"name": name, "type": dtype, "required": False}
