"""Handing a run's figures, model and picture to MLflow: what is read where, and the thread that waits."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import Any

from app.core.runs import ClaimedRun
from app.training.artifacts import read_artifact
from app.training.child_work import load_model
from app.training.products import ArtifactFile
from app.training.store import reading
from app.training.tracking import TrackedPoint, TrackedRun, Tracking


async def record_run(
    run: ClaimedRun, tracking: Tracking, directory: Path, model: ArtifactFile, picture: ArtifactFile
) -> dict[str, Any]:
    """Record the run in MLflow, or finish a record left unfinished; return where it is, as JSON."""
    async with run.database.reading(run.workspace_id) as connection:
        view = (await reading.runs_by_id(connection, [run.id]))[run.id]
        experiment = (await reading.experiments_by_id(connection, [view.experiment_id]))[view.experiment_id]
        points = await reading.points_of_run(connection, run.id)
    tracked = TrackedRun(
        workspace_id=run.workspace_id,
        run_id=run.id,
        request_id=view.request_id,
        experiment=experiment.name,
        params={**view.asked_params, "seed": str(view.seed), "template": view.template},
        points=[TrackedPoint(*point) for point in points],
        model=await asyncio.to_thread(
            lambda: load_model(read_artifact(directory, model.file_name, model.digest))
        ),
        model_digest=model.digest,
        picture=await asyncio.to_thread(read_artifact, directory, picture.file_name, picture.digest),
    )
    return asdict(await asyncio.to_thread(tracking.record, tracked))
