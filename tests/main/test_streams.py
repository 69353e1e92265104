"""Subscriptions over Server-Sent Events: the same events, and nothing left behind when a client hangs up."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from app.core.database import Database
from app.core.ids import WorkspaceId
from app.governance.scopes import Scope
from tests.main.conftest import MakeKey, Serve, Served, eventually
from tests.main.made import BELL, SECRET, Lines, ring

STREAM = {"accept": "text/event-stream"}


@asynccontextmanager
async def subscribed(
    client: httpx.AsyncClient, query: str, **variables: object
) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
    body = {"query": query, "variables": variables}
    async with client.stream("POST", "/graphql", json=body, headers=STREAM) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "no-cache" in answer.headers["cache-control"]
        yield events(answer)


async def events(answer: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """Yield what each event says, to the stream's end, which must be said too."""
    kind = ""
    async for line in answer.aiter_lines():
        name, _, text = line.partition(": ")
        if name == "event":
            kind = text
        elif name == "data" and kind == "next":
            yield json.loads(text)
    assert kind == "complete"


@pytest.fixture
async def rung(database: Database, workspace_id: WorkspaceId) -> None:
    """The bell was rung twice."""
    for times in (1, 2):
        async with database.writing(workspace_id) as session:
            await ring(session, times)


async def test_stream_without_a_key_is_refused(served: Served, calls: list[str]) -> None:
    async with served.client() as client:
        answer = await client.post("/graphql", json={"query": BELL}, headers=STREAM)

    assert answer.status_code == 401
    assert calls == []


async def test_stream_without_the_scope_says_so_and_ends(served: Served, make_key: MakeKey) -> None:
    async with served.client(await make_key(Scope.PREDICT)) as client, subscribed(client, BELL) as stream:
        [answer] = [event async for event in stream]

    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.usefixtures("rung")
async def test_events_arrive_with_cost_and_can_be_resumed(client: httpx.AsyncClient) -> None:
    async with subscribed(client, BELL) as stream:
        first, second = await anext(stream), await anext(stream)
    async with subscribed(client, BELL, after=first["data"]["bell"]["cursor"]) as stream:
        resumed = await anext(stream)

    assert [event["data"]["bell"]["times"] for event in (first, second)] == [1, 2]
    assert first["extensions"]["cost"]["limit"] == 100_000
    assert resumed["data"] == second["data"]


async def test_silence_is_broken_by_heartbeats(serve: Serve, key: str) -> None:
    beating = serve(stream_heartbeat_seconds=0.1)
    async with beating as served, served.client(key) as client, subscribed(client, BELL) as stream:
        said = [(await anext(stream))["data"]["bell"]["__typename"] for _ in range(2)]

    assert said == ["StreamHeartbeat", "StreamHeartbeat"]


@pytest.mark.parametrize("query", [BELL, "{ waiting(seconds: 60) }"])
async def test_client_that_hangs_up_leaves_nothing_behind(
    served: Served, key: str, calls: list[str], query: str
) -> None:
    async with served.client(key) as client:
        await client.get("/healthz/live")
        before = asyncio.all_tasks()
        async with client.stream("POST", "/graphql", json={"query": query}, headers=STREAM):
            await eventually(lambda: bool({"listening", "wait"} & set(calls)))

    await eventually(lambda: bool({"left", "cancelled"} & set(calls)))
    await eventually(lambda: not tasks_of_requests(before))


def tasks_of_requests(before: set[asyncio.Task[Any]]) -> list[str]:
    """Name what still works for a client."""
    names = [repr(task.get_coro()) for task in asyncio.all_tasks() - before]
    return [name for name in names if "strawberry" in name or "run_asgi" in name or "merged" in name]


async def test_hanging_up_ends_the_statement_in_the_database(
    served: Served, key: str, calls: list[str], database: Database
) -> None:
    async with served.client(key) as client:
        async with client.stream(
            "POST", "/graphql", json={"query": "{ waiting(seconds: 60) }"}, headers=STREAM
        ):
            await eventually(lambda: "wait" in calls)
        await eventually(lambda: "cancelled" in calls)

    asleep = await database.fetch("select query from pg_stat_activity where state = 'active'")
    assert not [query for (query,) in asleep if query.startswith("select pg_sleep")]


@pytest.mark.parametrize("query", ["{ ping", "{ nothing }", "query A { ping } fragment", ""])
async def test_mistake_is_told_in_the_stream(client: httpx.AsyncClient, query: str, lines: Lines) -> None:
    async with subscribed(client, query) as stream:
        [answer] = [event async for event in stream]

    assert answer["errors"][0]["extensions"]["code"] == "GRAPHQL_INVALID"
    assert not [line for line in lines if line["level"] == "error"]


@pytest.mark.parametrize("query", ["{ failing }", "subscription { broken { __typename } }"])
async def test_fault_of_ours_is_masked_and_logged(
    client: httpx.AsyncClient, query: str, lines: Lines
) -> None:
    async with subscribed(client, query) as stream:
        answers = [event async for event in stream]

    [told] = [line for line in lines if line["event"] == "operation.failed"]
    assert answers[-1]["errors"][0]["extensions"] == {"code": "INTERNAL", "requestId": told["request_id"]}
    assert SECRET not in json.dumps(answers)
    assert str(told["exc_info"]) == SECRET


async def test_mutation_by_get_is_not_done_in_a_stream_either(
    client: httpx.AsyncClient, calls: list[str]
) -> None:
    query = 'mutation { do(input: {word: "x"}) { __typename } }'

    answer = await client.get("/graphql", params={"query": query}, headers=STREAM)

    assert "mutations are not allowed" in answer.text
    assert calls == []


async def test_server_that_stops_says_goodbye(
    served: Served, client: httpx.AsyncClient, calls: list[str]
) -> None:
    async with subscribed(client, BELL) as stream:
        await eventually(lambda: "listening" in calls)
        served.server.stop()
        [farewell] = [event async for event in stream]

    assert farewell["data"]["bell"]["reason"] == "SERVER_DRAINING"
