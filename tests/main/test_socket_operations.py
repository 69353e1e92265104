"""Operations over a socket: the same rules as over HTTP, and none ends another."""

import json

import pytest
from websockets.asyncio.client import ClientConnection

from app.core.database import Database
from app.core.ids import WorkspaceId
from app.governance.scopes import Scope
from tests.main.conftest import MakeKey, Serve, Served, eventually
from tests.main.made import BELL, SECRET, Lines, ring
from tests.main.sockets import ask, heard, say, signed_in


@pytest.mark.parametrize("query", ["{ ping", "{ nothing }", "", "query A { ping }"])
async def test_mistake_of_one_operation_leaves_the_others_alone(
    socket: ClientConnection, query: str, lines: Lines
) -> None:
    await ask(socket, "stream", BELL)
    payload = {"query": query, "operationName": "B"} if query.startswith("query") else {"query": query}

    await say(socket, id="wrong", type="subscribe", payload=payload)
    mistake = await heard(socket)
    await ask(socket, "right", "{ ping }")
    right = await heard(socket)

    assert (mistake["id"], mistake["type"]) == ("wrong", "error")
    assert mistake["payload"][0]["extensions"]["code"] == "GRAPHQL_INVALID"
    assert (right["id"], right["payload"]["data"]) == ("right", {"ping": "pong"})
    assert not [line for line in lines if line["level"] == "error"]


async def test_events_arrive_with_cost_and_can_be_resumed(
    socket: ClientConnection, database: Database, workspace_id: WorkspaceId
) -> None:
    for times in (1, 2):
        async with database.writing(workspace_id) as session:
            await ring(session, times)

    await ask(socket, "all", BELL)
    events = [await heard(socket) for _ in range(2)]
    await ask(socket, "rest", BELL, after=events[0]["payload"]["data"]["bell"]["cursor"])
    resumed = await heard(socket)

    assert [event["payload"]["data"]["bell"]["times"] for event in events] == [1, 2]
    assert events[0]["payload"]["extensions"]["cost"]["limit"] == 100_000
    assert (resumed["id"], resumed["payload"]["data"]) == ("rest", events[1]["payload"]["data"])


@pytest.mark.parametrize("query", ["{ failing }", "subscription { broken { __typename } }"])
async def test_fault_of_ours_is_masked_and_logged(socket: ClientConnection, query: str, lines: Lines) -> None:
    await ask(socket, "1", query)
    answers = [await heard(socket)]
    while answers[-1]["type"] == "next" and not answers[-1]["payload"].get("errors"):
        answers.append(await heard(socket))

    [told] = [line for line in lines if line["event"] == "operation.failed"]
    [error] = answers[-1]["payload"]["errors"]
    assert error["extensions"] == {"code": "INTERNAL", "requestId": told["request_id"]}
    assert SECRET not in json.dumps(answers)
    assert str(told["exc_info"]) == SECRET


async def test_scopes_hold_on_sockets_too(served: Served, make_key: MakeKey, calls: list[str]) -> None:
    async with signed_in(served.url, await make_key(Scope.PREDICT)) as socket:
        await ask(socket, "1", BELL)
        answer = await heard(socket)

    errors = answer["payload"] if answer["type"] == "error" else answer["payload"]["errors"]
    assert errors[0]["extensions"]["code"] == "FORBIDDEN"
    assert calls == []


async def test_query_over_a_socket_has_its_time_too(serve: Serve, key: str, calls: list[str]) -> None:
    async with serve(request_timeout_seconds=0.2) as served, signed_in(served.url, key) as socket:
        await ask(socket, "1", "{ waiting(seconds: 10) }")
        answer = await heard(socket)

    assert "TIMEOUT" in json.dumps(answer)
    assert calls == ["wait", "cancelled"]


@pytest.mark.parametrize("leave", ["complete", "close", "abort"])
async def test_stream_that_is_left_leaves_nothing_behind(
    served: Served, key: str, calls: list[str], leave: str
) -> None:
    async with signed_in(served.url, key) as socket:
        await ask(socket, "1", BELL)
        await ask(socket, "2", "{ waiting(seconds: 60) }")
        await called(calls, "listening", "wait")

        match leave:
            case "complete":
                await say(socket, id="1", type="complete")
                await say(socket, id="2", type="complete")
            case "close":
                await socket.close()
            case _:
                socket.transport.abort()

        await called(calls, "left", "cancelled")


async def called(calls: list[str], *names: str) -> None:
    await eventually(lambda: set(names) <= set(calls))


async def test_server_that_stops_says_goodbye_to_its_streams(
    served: Served, socket: ClientConnection, calls: list[str]
) -> None:
    await ask(socket, "1", BELL)
    await called(calls, "listening")

    served.server.stop()
    farewell, end = await heard(socket), await heard(socket)

    assert farewell["payload"]["data"]["bell"]["reason"] == "SERVER_DRAINING"
    assert end == {"id": "1", "type": "complete"}


async def test_socket_ends_with_one_line_that_names_its_actor(served: Served, key: str, lines: Lines) -> None:
    async with signed_in(served.url, key) as socket:
        await ask(socket, "1", "{ ping }")
        await heard(socket)
    await eventually(lambda: "request.finished" in [line["event"] for line in lines])

    [line] = [line for line in lines if line["event"] == "request.finished"]
    assert (line["kind"], line["path"]) == ("websocket", "/graphql")
    assert line["actor_id"]
    assert key not in repr(lines)
