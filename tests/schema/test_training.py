"""Training through the text that a client would send, on a small simulated league."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
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
from app.governance.actors import Actor, ActorKind
from app.governance.scopes import ALL_SCOPES, Scope
from app.registry.versions import register_version
from app.serving.pool import ModelPool
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
from tests.features.seasons import load_seasons

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
    await load_seasons(database, workspace_id, 2022, 2, seed=7)
    launched = (await ask(LAUNCH, input={**INPUT, "clientMutationId": "mine"}))["launchTraining"]
    run = launched["run"]["id"]

    watching = asyncio.create_task(watch(contract, context, WATCH, run=run))
    await work(run)
    events = await watching
    story = await ask(STORY, run=run)
    moved = (await ask(CROWN, input=CROWNING))["setModelAlias"]
    model = (await ask(MODEL))["registeredModel"]

    assert launched["clientMutationId"] == "mine"
    assert launched["run"]["state"] == "QUEUED"
    assert launched["replayed"] is False
    states = [event["to"] for event in events if event["__typename"] == "RunStateChanged"]
    assert states == ["QUEUED", "RUNNING", "COMPLETED"]
    assert events[-1] == {"__typename": "StreamEnding", "reason": "TERMINAL_STATE"}
    found_run, produced = story["run"], story["run"]["produced"]
    [evaluation] = produced["evaluations"]
    shown = {each["key"]: each["value"] for each in evaluation["metrics"]}
    assert (found_run["__typename"], found_run["state"], found_run["failure"]) == (
        *("TrainingRun", "COMPLETED", None),
    )
    assert found_run["metricHistory"] == [{"step": 2023, "value": shown["log_loss"]}]
    assert {"key": "test_season", "value": "2023-24"} in found_run["params"]
    assert found_run["inputs"][0]["dataset"] == {"namespace": "features", "name": "win-probability"}
    assert found_run["experiment"] == {"name": "tests", "runs": {"edges": [{"node": {"id": run}}]}}
    assert (produced["name"], produced["version"], produced["format"]) == ("win-probability/1", 1, "skops")
    assert evaluation["population"] == "regular season 2023-24 (simulated)"
    assert sum(each["n"] for each in evaluation["calibration"]) == evaluation["games"] == 1230
    features = [each["name"] for each in story["featureView"]["features"]]
    assert features == [column["name"] for column in produced["inputSchema"]]
    sampled = {event["key"]: event["value"] for event in events if event["__typename"] == "MetricSampled"}
    assert sampled["test_log_loss"] == shown["log_loss"]
    assert moved["change"]["to"] == {"version": 1}
    assert model["alias"] == {"version": 1, "source": {"id": run}}
    assert model["aliases"] == [
        {"name": "champion", "setBy": {"name": "tester"}, "version": {"aliases": ["champion"]}}
    ]


async def test_a_stream_resumes_behind_its_cursor_and_ends_at_once_where_all_was_seen(
    ask: Ask, contract: Contract, context: Context
) -> None:
    run = (await ask(LAUNCH, input=INPUT))["launchTraining"]["run"]["id"]
    await ask(CANCEL, input={"run": run, "reason": "a test"})

    everything = await watch(contract, context, WATCH, run=run)
    [queued, cancelled, _] = everything
    rest = await watch(contract, context, WATCH, run=run, after=queued["cursor"])
    nothing = await watch(contract, context, WATCH, run=run, after=cancelled["cursor"])

    assert [event.get("to") for event in everything] == ["QUEUED", "CANCELLED", None]
    assert rest == everything[1:]
    assert nothing == [{"__typename": "StreamEnding", "reason": "TERMINAL_STATE"}]


async def test_the_same_key_returns_the_same_run_and_refuses_another_input(ask: Ask) -> None:
    first = (await ask(LAUNCH, input=INPUT))["launchTraining"]

    again = (await ask(LAUNCH, input=INPUT))["launchTraining"]
    other = (await ask(LAUNCH, input={**INPUT, "seed": 1}))["launchTraining"]

    assert (again["replayed"], again["run"]["id"]) == (True, first["run"]["id"])
    assert (other["__typename"], other["code"]) == ("ValidationError", "IDEMPOTENCY_MISMATCH")


async def test_two_requests_with_one_key_at_once_make_one_run(ask: Ask, context: Context) -> None:
    done = await asyncio.gather(*(ask(LAUNCH, input=INPUT) for _ in range(4)))

    answers = [each["launchTraining"] for each in done]
    assert sorted(each["replayed"] for each in answers) == [False, True, True, True]
    assert len({each["run"]["id"] for each in answers}) == 1
    async with context.reading() as connection:
        assert await connection.fetchval("select count(*) from run") == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"template": "magic"},
            {"__typename": "NotFoundError", "missingId": "magic", "path": ["template"]},
        ),
        (
            {"params": [{"key": "c", "value": "1"}, {"key": "zeal", "value": "2"}]},
            {
                "__typename": "ValidationError",
                "issues": [{"path": ["params", "1", "key"], "rule": "known_parameter"}],
            },
        ),
        ({"seed": -1}, {"issues": [{"path": ["seed"], "rule": "range"}]}),
        ({"experiment": " "}, {"issues": [{"path": ["experiment"], "rule": "length"}]}),
        ({"datasetVersion": "nonsense"}, {"missingId": "nonsense", "path": ["datasetVersion"]}),
        ({"idempotencyKey": ""}, {"code": "VALIDATION"}),
    ],
)
async def test_a_launch_that_cannot_be_is_told_why_and_leaves_nothing(
    changes: dict[str, Any], expected: dict[str, Any], ask: Ask, context: Context
) -> None:
    found = (await ask(LAUNCH, input={**INPUT, **changes}))["launchTraining"]

    assert {key: found[key] for key in expected} == expected
    async with context.reading() as connection:
        counts = "select (select count(*) from run) + (select count(*) from idempotency_key)"
        assert await connection.fetchval(counts) == 0


async def test_a_launch_without_its_scope_is_forbidden(ask: Ask, context: Context) -> None:
    context.caller = replace(context.actor, scopes=frozenset({Scope.STATS_READ}))

    found = (await ask(LAUNCH, input=INPUT))["launchTraining"]

    assert (found["__typename"], found["requiredScope"]) == ("ForbiddenError", "TRAIN_WRITE")


async def test_a_run_that_has_ended_cannot_be_cancelled(ask: Ask) -> None:
    run = (await ask(LAUNCH, input=INPUT))["launchTraining"]["run"]["id"]

    done = (await ask(CANCEL, input={"run": run, "reason": "a test"}))["cancelRun"]
    again = (await ask(CANCEL, input={"run": run, "reason": "a test"}))["cancelRun"]
    nobody = (await ask(CANCEL, input={"run": "nonsense", "reason": "a test"}))["cancelRun"]

    assert done["run"]["state"] == "CANCELLED"
    assert (again["__typename"], nobody["__typename"]) == ("ConflictError", "NotFoundError")


async def test_what_is_not_there_is_null(ask: Ask) -> None:
    found = await ask(
        """{ run(id: "nonsense") { id } experiment(name: "none") { id }
        registeredModel(name: "none") { id } featureView(name: "none") { id }
        dataset(namespace: "file", name: "none") { id } }"""
    )

    assert set(found.values()) == {None}


CANCEL = """mutation Cancel($input: CancelRunInput!) { cancelRun(input: $input) { __typename
  ... on CancelRunSuccess { run { id state } } ... on Error { code message } } }"""
WATCH = """subscription Watch($run: ID!, $after: EventCursor) { trainingRun(run: $run, after: $after) {
  __typename
  ... on MetricSampled { cursor key step value }
  ... on RunStateChanged { cursor from to run { id state } }
  ... on StreamEnding { reason }
} }"""
STORY = """query Story($run: ID!) { run(id: $run) { __typename id state ... on TrainingRun {
  mlflowRunId params { key value } metrics { key last best }
  experiment { name runs { edges { node { id } } } }
  metricHistory(key: "test_log_loss") { step value } inputs { rows digest dataset { namespace name } }
  outputs { id } progress { fraction message } failure { kind }
  produced { id name version format sizeBytes inputSchema { name } evaluations {
    population games metrics { key value } baseline { key value } gaps { key value interval { low high } }
    calibration { predicted observed n lowest highest } dataset { id } } }
} } featureView(name: "win-probability") { version materializedTo features { name } } }"""
CROWNING = {"model": "win-probability", "alias": "champion", "version": 1, "reason": "the first"}
CROWN = """mutation Crown($input: SetModelAliasInput!) { setModelAlias(input: $input) { __typename
  ... on SetModelAliasSuccess { change { id alias from { version } to { version } actor { name } reason } }
  ... on Error { code message path } ... on ConflictError { currentId } } }"""
MODEL = """{ registeredModel(name: "win-probability") { id name task
  alias(name: "champion") { version source { id } }
  aliases { name setBy { name } version { aliases } } aliasHistory { edges { node { reason } } }
  versions { edges { node { id version aliases } } } } }"""
