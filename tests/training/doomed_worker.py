"""A worker that takes up one run and never finishes its fit; arguments: URL WORKSPACE RUN FOLDER."""

import asyncio
import sys
from functools import partial
from pathlib import Path
from uuid import UUID

from app.core.database import Database
from app.core.ids import RunId, WorkspaceId
from app.core.runs import carry_out
from app.registry.versions import register_version
from app.training import pipeline
from app.training.tracking import Tracking
from tests.training.slow_fit import fit_for_ever


async def work(url: str, workspace: str, run: str, folder: str) -> None:
    pipeline.fit_model = fit_for_ever
    database = await Database.open(url)
    parts = pipeline.TrainingParts(
        Path(folder) / "artifacts",
        Tracking(database.dsn, Path(folder) / "mlflow-artifacts"),
        register_version,
    )
    execute = partial(pipeline.execute_training, parts=parts)
    ids = WorkspaceId(UUID(workspace)), RunId(UUID(run))
    await carry_out(database, *ids, owner="doomed", work=execute)


if __name__ == "__main__":
    asyncio.run(work(*sys.argv[1:]))
