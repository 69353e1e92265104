"""A small simulated league, and a worker in this process that does what is asked for."""

from functools import partial
from pathlib import Path

import pytest

from app.core.child import preload_children
from app.core.database import Database
from app.core.handling import Handlers
from app.core.ids import RunId, WorkspaceId
from app.core.runs import carry_out
from app.governance.actors import Actor, ActorKind
from app.governance.scopes import ALL_SCOPES
from app.registry.events import AliasChanged, ModelVersionRegistered
from app.registry.mirror import Mirror
from app.registry.versions import register_version
from app.training.child_work import CHILD_IMPORTS
from app.training.launching import LaunchWish, launch
from app.training.pipeline import TrainingParts, execute_training
from app.training.templates import ParamWish
from app.training.tracking import Tracking
from tests.features.made import simulated_games
from tests.features.seasons import load_seasons
from tests.training.kinds import Launch, Train
from tests.training.learned import LearnedGames

preload_children(CHILD_IMPORTS)


@pytest.fixture(scope="session")
def three_seasons() -> LearnedGames:
    """Simulated seasons 2018-19 to 2020-21."""
    return LearnedGames.of(simulated_games(seasons=3))


@pytest.fixture
def actor(workspace_id: WorkspaceId) -> Actor:
    return Actor(None, "tester", ActorKind.USER, workspace_id, ALL_SCOPES)


@pytest.fixture
async def league(database: Database, workspace_id: WorkspaceId) -> None:
    """Two simulated seasons: one to learn from, one to measure on."""
    await load_seasons(database, workspace_id, 2022, 2, seed=7)


@pytest.fixture
def tracking(database: Database, tmp_path: Path) -> Tracking:
    return Tracking(database.dsn, tmp_path / "mlflow-artifacts")


@pytest.fixture
def parts(tracking: Tracking, tmp_path: Path) -> TrainingParts:
    return TrainingParts(tmp_path / "artifacts", tracking, register_version)


@pytest.fixture
def mirroring(tracking: Tracking) -> Handlers:
    mirror = Mirror(tracking)
    return {
        ModelVersionRegistered.kind: (mirror.mirror_version,),
        AliasChanged.kind: (mirror.mirror_alias,),
    }


@pytest.fixture
def launch_run(database: Database, workspace_id: WorkspaceId, actor: Actor) -> Launch:
    async def do(key: str = "key", **params: str) -> RunId:
        wish = LaunchWish(
            idempotency_key=key,
            template="win-probability",
            experiment="tests",
            params=[ParamWish(name, value) for name, value in params.items()],
        )
        async with database.writing(workspace_id) as session:
            return (await launch(session, actor, wish, request_id="request-1")).run_id

    return do


@pytest.fixture
def train(database: Database, workspace_id: WorkspaceId, parts: TrainingParts) -> Train:
    async def do(run_id: RunId) -> None:
        work = partial(execute_training, parts=parts)
        await carry_out(database, workspace_id, run_id, owner="tests", work=work)

    return do
