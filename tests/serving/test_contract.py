"""Serving through the text that a client would send, over a real database and a real model."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from typing import Any

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from app.core.database import Database
from app.core.feed import EventFeed
from app.core.ids import WorkspaceId, encode_global_id
from app.core.session import Connection
from app.core.settings import Settings
from app.governance.scopes import Scope
from app.serving.pool import ModelPool
from resolvers.context import Context, Platform
from schema.execution import Contract, extensions_for
from schema.limits import Limits
from schema.relay import NodeQuery
from schema.scalars import SCALARS
from schema.serving import ServingMutation, ServingQuery, ServingSubscription
from tests.serving import make
from tests.serving.conftest import PATIENCE_SECONDS, OpenPool, Register
from tests.stats.make import BOS, LAL, PHI

LIMITS = Limits(cost=100_000, depth=15, tokens=4_000, aliases=60)
START = """mutation ($input: StartRolloutInput!) { startRollout(input: $input) { __typename
  ... on StartRolloutSuccess { clientMutationId replayed rollout { id phase candidate { name } } }
  ... on ConflictError { currentId code } ... on Error { message path code } } }"""
FOLLOW = """query ($id: ID!) { rollout(id: $id) { phase step startedBy endedAt baseline { name }
  candidate { name state weight } strategy { keepOldFor } endpoint { name }
  history { cursor kind actorName detail } } }"""
PREDICT = """mutation ($input: PredictInput!) { predict(input: $input) { __typename
  ... on PredictSuccess { clientMutationId predictions { id at game home away date cached degraded latencyMs
    output { label probability classes { label probability } } features { feature value asOf }
    deployment { revision name modelVersion { version digest } } } }
  ... on ValidationError { issues { path rule } } ... on NotFoundError { missingId }
  ... on DependencyDownError { dependency } ... on Error { message path code retryable } } }"""
ROLLBACK = """mutation ($input: RollbackInput!) { rollback(input: $input) { __typename
  ... on RollbackSuccess { tookMs restored { name state } endpoint { stable { revision } } }
  ... on Error { message path code } } }"""
METRICS = """subscription ($endpoint: String!, $after: EventCursor) {
  servingMetrics(endpoint: $endpoint, after: $after) { __typename ... on StreamEvent { cursor at }
  ... on ServingSampled { deployment coalesced window { from to requests errors p50Ms p95Ms p99Ms } } } }"""
ROLLOUT = """subscription ($id: ID!, $after: EventCursor) { rollout(id: $id, after: $after) { __typename
  ... on StreamEvent { cursor } ... on RolloutChanged { rollout { phase } event { kind cursor } } } }"""


@strawberry.type
class Query(NodeQuery, ServingQuery):
    """The roots that are asked here."""


@pytest.fixture(scope="session")
def contract() -> Contract:
    config = StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True)
    return Contract(
        query=Query,
        mutation=ServingMutation,
        subscription=ServingSubscription,
        config=config,
        extensions=extensions_for(LIMITS),
    )


@pytest.fixture
async def pool(played: None, open_pool: OpenPool) -> ModelPool:  # noqa: ARG001 - there is a league
    return await open_pool()


@pytest.fixture
def context(
    settings: Settings, database: Database, feed: EventFeed, pool: ModelPool, workspace_id: WorkspaceId
) -> Context:
    platform = Platform(settings, database, feed, pool)
    return Context(platform, "request", make.actor(workspace_id))


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
def deploy(ask: Ask, register: Register) -> Ask:
    """Put a version onto the endpoint and wait until it answers."""

    async def do(probability: float = 0.75) -> dict[str, Any]:
        version = encode_global_id("ModelVersion", await register(probability))
        started = await ask(START, input=wish(version, key=version))
        assert started["startRollout"]["__typename"] == "StartRolloutSuccess", started
        rollout_id = started["startRollout"]["rollout"]["id"]
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                found = (await ask(FOLLOW, id=rollout_id))["rollout"]
                if found["phase"] != "RUNNING":
                    return {"id": rollout_id, **found}
                await asyncio.sleep(0.02)

    return do


def wish(version: str, *, key: str = "key", keep: str = "PT1H") -> dict[str, object]:
    strategy = {"blueGreen": {"keepOldFor": keep}}
    return {"idempotencyKey": key, "endpoint": make.MODEL, "modelVersion": version, "strategy": strategy}


def planned(home: int = BOS, away: int = PHI, date: str = "2018-10-05") -> dict[str, object]:
    return {"home": encode_global_id("Team", home), "away": encode_global_id("Team", away), "date": date}


async def test_a_version_is_deployed_and_answers(ask: Ask, deploy: Ask) -> None:
    rollout = await deploy(0.75)

    assert rollout["phase"] == "PROMOTED"
    assert rollout["candidate"] == {"name": "win-probability/1", "state": "READY", "weight": 100}
    assert (rollout["baseline"], rollout["strategy"]) == (None, {"keepOldFor": "PT1H"})
    assert [(step["kind"], step["actorName"]) for step in rollout["history"]] == [
        ("STARTED", "tester"),
        ("PROMOTED", "courtside"),
    ]
    rows = [{"game": encode_global_id("Game", "0021800003")}, planned()]
    answer = (await ask(PREDICT, input={"endpoint": make.MODEL, "rows": rows, "clientMutationId": "7"}))[
        "predict"
    ]
    assert answer["__typename"] == "PredictSuccess"
    assert answer["clientMutationId"] == "7"
    known, of_a_plan = answer["predictions"]
    assert (known["game"], of_a_plan["game"]) == (rows[0]["game"], None)
    assert known["deployment"]["name"] == "win-probability/1"
    assert known["deployment"]["modelVersion"]["version"] == 1
    assert known["output"]["probability"] == pytest.approx(0.75)
    assert sum(each["probability"] for each in known["output"]["classes"]) == pytest.approx(1)
    assert known["features"][0]["feature"] == "elo_home_win_probability"
    assert known["features"][0]["asOf"] == "2018-10-03T00:00:00+00:00"


async def test_what_was_answered_is_found_again_in_every_way(ask: Ask, deploy: Ask) -> None:
    await deploy()
    given = (await ask(PREDICT, input={"endpoint": make.MODEL, "rows": [planned(), planned(BOS, LAL)]}))[
        "predict"
    ]
    ids = [prediction["id"] for prediction in given["predictions"]]

    found = await ask(
        """query ($id: ID!, $ids: [ID!]!, $name: String!) {
          prediction(id: $id) { id away output { probability } }
          nodes(ids: $ids) { __typename id }
          endpoint(name: $name) { name health { ready degraded } traffic { weight deployment { revision } }
            activeRollout { id } stable { revision window(last: "PT1M") { requests errors }
              predictions(first: 1) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }
            deployments { edges { node { name endpoint { name } } } } }
          endpoints { edges { node { name } } pageInfo { hasNextPage } } }""",
        id=ids[0],
        ids=ids,
        name=make.MODEL,
    )

    assert found["prediction"]["id"] == ids[0]
    assert found["nodes"] == [{"__typename": "Prediction", "id": each} for each in ids]
    endpoint = found["endpoint"]
    assert endpoint["health"] == {"ready": True, "degraded": []}
    assert endpoint["traffic"] == [{"weight": 100, "deployment": {"revision": 1}}]
    assert endpoint["activeRollout"] is None
    assert endpoint["stable"]["predictions"]["edges"][0]["node"]["id"] == ids[1]
    assert endpoint["stable"]["predictions"]["pageInfo"]["hasNextPage"]
    page = await ask(
        """query ($name: String!, $after: String!) { endpoint(name: $name) { stable {
          predictions(first: 5, after: $after) { edges { node { id } } } } } }""",
        name=make.MODEL,
        after=endpoint["stable"]["predictions"]["pageInfo"]["endCursor"],
    )
    assert page["endpoint"]["stable"]["predictions"]["edges"] == [{"node": {"id": ids[0]}}]


async def test_a_repeated_request_gets_the_same_predictions(ask: Ask, deploy: Ask) -> None:
    await deploy()
    wanted = {"endpoint": make.MODEL, "rows": [planned(), planned(LAL, BOS)], "idempotencyKey": "once"}

    first, second = [await ask(PREDICT, input=wanted) for _ in range(2)]
    other = await ask(PREDICT, input={**wanted, "rows": [planned()]})

    assert first == second
    assert other["predict"]["code"] == "IDEMPOTENCY_MISMATCH"


@pytest.mark.parametrize(
    ("endpoint", "row", "typename", "path"),
    [
        (make.MODEL, {}, "ValidationError", ["rows", "0"]),
        (
            make.MODEL,
            {"game": encode_global_id("Game", "0021899999")},
            "NotFoundError",
            ["rows", "0", "game"],
        ),
        (make.MODEL, {"game": encode_global_id("Team", BOS)}, "NotFoundError", ["rows", "0", "game"]),
        (make.MODEL, {**planned(), "home": "nonsense"}, "NotFoundError", ["rows", "0", "home"]),
        (
            make.MODEL,
            {**planned(), "away": encode_global_id("Team", 9)},
            "NotFoundError",
            ["rows", "0", "away"],
        ),
        ("nothing", planned(), "NotFoundError", ["endpoint"]),
    ],
)
async def test_what_is_wrong_with_a_request_is_a_type(
    ask: Ask, deploy: Ask, endpoint: str, row: dict[str, object], typename: str, path: list[str]
) -> None:
    await deploy()

    answer = (await ask(PREDICT, input={"endpoint": endpoint, "rows": [row]}))["predict"]

    assert (answer["__typename"], answer["path"]) == (typename, path)


async def test_an_endpoint_without_a_model_says_so(ask: Ask, register: Register, pool: ModelPool) -> None:
    await pool.stop()
    version = encode_global_id("ModelVersion", await register())
    await ask(START, input=wish(version))

    answer = (await ask(PREDICT, input={"endpoint": make.MODEL, "rows": [planned()]}))["predict"]

    assert (answer["__typename"], answer["dependency"]) == ("DependencyDownError", "model")
    assert answer["retryable"]


async def test_who_lacks_the_scope_is_told_which(
    ask: Ask, context: Context, workspace_id: WorkspaceId
) -> None:
    context.caller = make.actor(workspace_id, Scope.STATS_READ)

    predicted = (await ask(PREDICT, input={"endpoint": make.MODEL, "rows": [planned()]}))["predict"]
    started = (await ask(START, input=wish("any")))["startRollout"]

    assert (predicted["__typename"], started["__typename"]) == ("ForbiddenError", "ForbiddenError")


async def test_a_rollout_is_started_once_a_key_and_once_at_a_time(
    ask: Ask, register: Register, pool: ModelPool
) -> None:
    await pool.stop()
    version = encode_global_id("ModelVersion", await register())

    first = (await ask(START, input=wish(version)))["startRollout"]
    again = (await ask(START, input=wish(version)))["startRollout"]
    second = (await ask(START, input=wish(version, key="other")))["startRollout"]
    wrong = (await ask(START, input=wish(version, key="third", keep="an hour")))["startRollout"]
    unknown = (await ask(START, input=wish("nonsense", key="fourth")))["startRollout"]

    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["rollout"] == again["rollout"] == {
        "id": first["rollout"]["id"], "phase": "RUNNING", "candidate": {"name": "win-probability/1"},
    }  # fmt: skip
    assert (second["__typename"], second["currentId"]) == ("ConflictError", first["rollout"]["id"])
    assert (wrong["__typename"], wrong["path"]) == ("ValidationError", ["keepOldFor"])
    assert (unknown["__typename"], unknown["path"]) == ("NotFoundError", ["modelVersion"])


async def test_a_rollback_answers_when_the_old_model_does(ask: Ask, deploy: Ask) -> None:
    await deploy(0.6)
    second = await deploy(0.8)

    answer = (await ask(ROLLBACK, input={"endpoint": make.MODEL, "reason": "too sure of itself"}))["rollback"]

    assert answer["restored"] == {"name": "win-probability/1", "state": "READY"}
    assert answer["endpoint"]["stable"]["revision"] == 1
    prediction = (await ask(PREDICT, input={"endpoint": make.MODEL, "rows": [planned()]}))["predict"]
    assert prediction["predictions"][0]["output"]["probability"] == pytest.approx(0.6)
    rollout = (await ask(FOLLOW, id=second["id"]))["rollout"]
    assert (rollout["phase"], rollout["history"][-1]["kind"]) == ("ROLLED_BACK", "ROLLED_BACK")
    refused = (await ask(ROLLBACK, input={"endpoint": make.MODEL, "reason": " "}))["rollback"]
    assert (refused["__typename"], refused["path"]) == ("ValidationError", ["reason"])


async def test_another_workspace_sees_nothing(
    ask: Ask, deploy: Ask, context: Context, other: WorkspaceId
) -> None:
    rollout = await deploy()
    given = (await ask(PREDICT, input={"endpoint": make.MODEL, "rows": [planned()]}))["predict"]
    context.caller = make.actor(other)

    found = await ask(
        """query ($p: ID!, $r: ID!, $e: String!) {
          prediction(id: $p) { id } rollout(id: $r) { id } endpoint(name: $e) { id } }""",
        p=given["predictions"][0]["id"],
        r=rollout["id"],
        e=make.MODEL,
    )
    answer = (await ask(PREDICT, input={"endpoint": make.MODEL, "rows": [planned()]}))["predict"]

    assert found == {"prediction": None, "rollout": None, "endpoint": None}
    assert answer["__typename"] == "NotFoundError"


async def test_as_many_statements_answer_fifty_rows_as_one(
    ask: Ask, deploy: Ask, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await deploy()
    opened: list[WorkspaceId] = []
    reading = database.reading

    def counted(workspace_id: WorkspaceId) -> AbstractAsyncContextManager[Connection]:
        opened.append(workspace_id)
        return reading(workspace_id)

    monkeypatch.setattr(database, "reading", counted)
    counts = []
    for rows in (1, 50):
        opened.clear()
        await ask(PREDICT, input={"endpoint": make.MODEL, "rows": [planned()] * rows})
        counts.append(len(opened))

    assert counts == [2, 2]  # the deployment, its model version


async def watch(
    contract: Contract, context: Context, text: str, **variables: object
) -> AsyncIterator[dict[str, Any]]:
    stream = await contract.subscribe(text, variables, context)
    async with aclosing(stream) as results:  # type: ignore[type-var]
        async for result in results:
            assert not result.errors, result.errors
            yield result.data


async def test_live_figures_begin_with_the_last_sample_and_go_on(
    ask: Ask, deploy: Ask, contract: Contract, context: Context, pool: ModelPool
) -> None:
    rollout = await deploy()
    request = {"endpoint": make.MODEL, "rows": [planned()]}
    for _ in range(3):
        await ask(PREDICT, input=request)
    await pool.figures.tell()

    async with (
        asyncio.timeout(30),
        aclosing(watch(contract, context, METRICS, endpoint=make.MODEL)) as stream,
    ):
        first = (await anext(stream))["servingMetrics"]
        await ask(PREDICT, input=request)
        await pool.figures.tell()
        second = (await anext(stream))["servingMetrics"]

    assert first["__typename"] == second["__typename"] == "ServingSampled"
    assert (first["window"]["requests"], first["window"]["errors"], first["coalesced"]) == (3, 0, 1)
    assert 0 < first["window"]["p50Ms"] <= first["window"]["p95Ms"] <= first["window"]["p99Ms"] < 10_000
    assert second["window"]["requests"] == 1
    assert dt.datetime.fromisoformat(first["window"]["from"]) < dt.datetime.fromisoformat(
        first["window"]["to"]
    )
    lately = await ask(
        'query ($e: String!) { endpoint(name: $e) { stable { id window(last: "PT1M") { requests errors }}}}',
        e=make.MODEL,
    )
    assert lately["endpoint"]["stable"] == {"id": first["deployment"], "window": {"requests": 4, "errors": 0}}
    assert rollout["phase"] == "PROMOTED"


async def test_the_steps_of_a_rollout_can_be_watched_and_resumed(
    ask: Ask, deploy: Ask, contract: Contract, context: Context
) -> None:
    await deploy(0.6)
    rollout = await deploy(0.8)
    await ask(ROLLBACK, input={"endpoint": make.MODEL, "reason": "to see the end"})

    async with asyncio.timeout(30):
        told = [each["rollout"] async for each in watch(contract, context, ROLLOUT, id=rollout["id"])]
        after = rollout["history"][0]["cursor"]
        rest = [
            each["rollout"] async for each in watch(contract, context, ROLLOUT, id=rollout["id"], after=after)
        ]

    assert [each["event"]["kind"] for each in told[:-1]] == ["STARTED", "PROMOTED", "ROLLED_BACK"]
    assert all(each["event"]["cursor"] == each["cursor"] for each in told[:-1])
    assert told[-1]["__typename"] == "StreamEnding"
    assert rest == told[1:]
