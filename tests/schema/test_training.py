"""Training through the text that a client would send, on a small simulated league."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from app.core.child import preload_children
from app.core.database import Database
from app.core.feed import EventFeed
from app.core.ids import RunId, WorkspaceId, uuid_of
from app.core.runs import carry_out
from app.core.settings import Settings
from app.datasets.ingestion import ingest_simulated
from app.governance.actors import Actor, ActorKind
from app.governance.scopes import ALL_SCOPES, Scope
from app.registry.versions import register_version
from app.serving.pool import ModelPool
from app.stats.simulation import simulate_seasons
from app.training.child_work import CHILD_IMPORTS
from app.training.pipeline import TrainingParts, execute_training
from app.training.tracking import Tracking
from resolvers.context import Context, Platform
from schema.execution import Contract, extensions_for
from schema.limits import Limits
from schema.registry import RegistryMutation, RegistryQuery
from schema.relay import NodeQuery
from schema.scalars import SCALARS
from schema.training import TrainingMutation, TrainingQuery, TrainingSubscription

LAUNCH = """mutation Launch($input: LaunchTrainingInput!) { launchTraining(input: $input) {
  __typename
  ... on LaunchTrainingSuccess { clientMutationId replayed run { id state } }
  ... on Error { code message path retryable }
  ... on ValidationError { issues { path rule } }
  ... on NotFoundError { missingId }
  ... on ForbiddenError { requiredScope }
} }"""
INPUT = {"idempotencyKey": "one", "template": "win-probability", "experiment": "tests"}

preload_children(CHILD_IMPORTS)


@strawberry.type
class Query(NodeQuery, TrainingQuery, RegistryQuery):
    pass


@strawberry.type
class Mutation(TrainingMutation, RegistryMutation):
    pass


@strawberry.type
class Subscription(TrainingSubscription):
    pass


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=SCALARS),
        extensions=extensions_for(Limits(cost=100_000, depth=15, tokens=4_000, aliases=60)),
    )


@pytest.fixture
async def context(database: Database, workspace_id: WorkspaceId) -> AsyncIterator[Context]:
    feed = EventFeed(database)
    await feed.start()
    platform = Platform(Settings(), database, feed, cast("ModelPool", None))
    yield Context(platform, "test", Actor(None, "tester", ActorKind.USER, workspace_id, ALL_SCOPES))
    await feed.stop()


Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def ask(contract: Contract, context: Context) -> Ask:
    async def do(text: str, **variables: object) -> dict[str, Any]:
        result = await contract.execute(text, variables, context)
        assert not result.errors, result.errors
        assert result.data is not None
        return result.data

    return do


@pytest.fixture
def work(database: Database, workspace_id: WorkspaceId, tmp_path: Path) -> Callable[[str], Awaitable[None]]:
    """Do the work of a run, as a worker would."""
    tracking = Tracking(database.dsn, tmp_path / "mlflow")
    parts = TrainingParts(tmp_path / "artifacts", tracking, register_version)

    async def do(run: str) -> None:
        run_id = RunId(cast("Any", uuid_of(run, "TrainingRun")))
        execute = partial(execute_training, parts=parts)
        await carry_out(database, workspace_id, run_id, owner="tests", work=execute)

    return do


async def watch(contract: Contract, context: Context, text: str, **variables: object) -> list[dict[str, Any]]:
    """Collect what a subscription sends until it ends."""
    stream = await contract.subscribe(text, variables, context)
    seen = []
    async with asyncio.timeout(115), aclosing(cast("Any", stream)) as results:
        async for result in results:
            assert not result.errors, result.errors
            [event] = result.data.values()
            seen.append(event)
    return seen


async def test_a_run_is_launched_watched_measured_and_named_champion(
    ask: Ask,
    work: Callable[[str], Awaitable[None]],
    contract: Contract,
    context: Context,
    database: Database,
    workspace_id: WorkspaceId,
) -> None:
    await ingest_simulated(database, workspace_id, simulate_seasons(2022, 2, seed=7), name="league")
    launched = (await ask(LAUNCH, input={**INPUT, "clientMutationId": "mine"}))["launchTraining"]
    run = launched["run"]["id"]

    watching = asyncio.create_task(watch(contract, context, WATCH, run=run))
    await work(run)
    events = await watching
    found = await ask(STORY, run=run)
    moved = (await ask(CROWN, input=CROWNING))["setModelAlias"]
    model = (await ask(MODEL))["registeredModel"]

    assert launched["clientMutationId"] == "mine"
    assert launched["run"]["state"] == "QUEUED"
    assert launched["replayed"] is False
    states = [event["to"] for event in events if event["__typename"] == "RunStateChanged"]
    assert states == ["QUEUED", "RUNNING", "COMPLETED"]
    assert events[-1] == {"__typename": "StreamEnding", "reason": "TERMINAL_STATE"}
    import pprint
    pprint.pprint(found)
    pprint.pprint(moved)
    pprint.pprint(model)


WATCH = """subscription Watch($run: ID!, $after: EventCursor) { trainingRun(run: $run, after: $after) {
  __typename
  ... on MetricSampled { cursor key step value }
  ... on RunStateChanged { cursor from to run { id state } }
  ... on StreamEnding { reason }
} }"""
STORY = """query Story($run: ID!) { run(id: $run) { __typename id state ... on TrainingRun {
  mlflowRunId params { key value } metrics { key last best } experiment { name runs { edges { node { id } } } }
  metricHistory(key: "test_log_loss") { step value } inputs { rows digest dataset { namespace name } }
  outputs { id } progress { fraction message } failure { kind }
  produced { id name version format sizeBytes inputSchema { name } evaluations {
    population games metrics { key value } baseline { key value } gaps { key value interval { low high } }
    calibration { predicted observed n } dataset { id } } }
} } featureView(name: "win-probability") { version materializedTo features { name } } }"""
CROWNING = {"model": "win-probability", "alias": "champion", "version": 1, "reason": "the first"}
CROWN = """mutation Crown($input: SetModelAliasInput!) { setModelAlias(input: $input) { __typename
  ... on SetModelAliasSuccess { change { id alias from { version } to { version } actor { name } reason } }
  ... on Error { code message path } ... on ConflictError { currentId } } }"""
MODEL = """{ registeredModel(name: "win-probability") { id name task alias(name: "champion") { version source { id } }
  aliases { name setBy { name } version { aliases } } aliasHistory { edges { node { reason } } }
  versions { edges { node { id version aliases } } } } }"""
