"""Models, versions and endpoints from nothing: a test names only what matters to it."""

import functools
import math
from pathlib import Path

import numpy as np

from app.core.database import Database
from app.core.ids import ModelVersionId, RolloutId, WorkspaceId, new_id
from app.core.tables import Run
from app.features.definitions import FEATURE_NAMES
from app.governance.actors import Actor, ActorKind
from app.governance.scopes import ALL_SCOPES, Scope
from app.registry.store import writing
from app.registry.tables import ModelVersion
from app.serving.rollouts import BlueGreenWish, RolloutWish, start_rollout
from app.training.artifacts import write_artifact

MODEL = "win-probability"


@functools.cache
def model_file(probability: float = 0.75, width: int = len(FEATURE_NAMES)) -> bytes:
    """A pipeline of the template's parts that answers every game with one probability."""
    from sklearn.impute import SimpleImputer  # noqa: PLC0415 - heavy
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy
    from sklearn.pipeline import Pipeline  # noqa: PLC0415 - heavy
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 - heavy
    from skops.io import dumps  # noqa: PLC0415 - heavy

    steps = [("impute", SimpleImputer()), ("scale", StandardScaler()), ("classify", LogisticRegression())]
    pipeline = Pipeline(steps)
    pipeline.fit(np.arange(4 * width, dtype=np.float64).reshape(4, width), [0, 1, 0, 1])
    classify = pipeline.named_steps["classify"]
    classify.coef_[:] = 0.0
    classify.intercept_[:] = math.log(probability / (1 - probability))
    content: bytes = dumps(pipeline)
    return content


def actor(workspace_id: WorkspaceId, *scopes: Scope) -> Actor:
    return Actor(None, "tester", ActorKind.USER, workspace_id, frozenset(scopes) or ALL_SCOPES)


async def register(
    database: Database,
    workspace_id: WorkspaceId,
    directory: Path,
    content: bytes,
    *,
    stored_as: str = "skops",
) -> ModelVersionId:
    """Write a model file and register it as the next version."""
    file = write_artifact(directory, content, suffix=".skops")
    async with database.writing(workspace_id) as session:
        model = await writing.open_model(session, MODEL, task="home win")
        run = Run(id=new_id(), kind="TRAINING", job_name=MODEL, input={})
        session.add(run)
        await session.flush()
        version = ModelVersion(
            id=new_id(),
            model_id=model.id,
            version=await writing.next_version(session, model.id),
            run_id=run.id,
            digest=file.digest,
            format=stored_as,
            file_name=file.file_name,
            size_bytes=file.size_bytes,
            input_schema={"features": list(FEATURE_NAMES)},
        )
        session.add(version)
    return ModelVersionId(version.id)


async def start(
    database: Database,
    workspace_id: WorkspaceId,
    version_id: ModelVersionId,
    *,
    endpoint: str = MODEL,
    key: str | None = None,
    keep_old_for: str = "PT1H",
) -> RolloutId:
    """Start a rollout of a version."""
    wish = RolloutWish(endpoint, version_id, BlueGreenWish(keep_old_for))
    async with database.writing(workspace_id) as session:
        started = await start_rollout(session, actor(workspace_id), wish, key=key or str(new_id()))
    return started.rollout_id
