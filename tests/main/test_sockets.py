"""graphql-transport-ws: who breaks the protocol is told by a code, and one operation never ends another."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from app.core.database import Database
from app.core.ids import WorkspaceId
from app.governance.scopes import Scope
from tests.main.conftest import MakeKey, Serve, Served, eventually
from tests.main.made import BELL, SECRET, Lines, ring

Open = Callable[..., AbstractAsyncContextManager[ClientConnection]]
PROTOCOL = "graphql-transport-ws"


@asynccontextmanager
async def opened(url: str, protocol: str = PROTOCOL, **headers: str) -> AsyncIterator[ClientConnection]:
    address = url.replace("http:", "ws:") + "/graphql"
    async with connect(
        address, subprotocols=[Subprotocol(protocol)], additional_headers=headers, proxy=None
    ) as socket:
        yield socket


@asynccontextmanager
async def signed_in(url: str, key: str) -> AsyncIterator[ClientConnection]:
    async with opened(url) as socket:
        await say(socket, type="connection_init", payload={"authorization": f"Bearer {key}"})
        assert await heard(socket) == {"type": "connection_ack"}
        yield socket


@pytest.fixture
async def socket(served: Served, key: str) -> AsyncIterator[ClientConnection]:
    async with signed_in(served.url, key) as socket:
        yield socket


async def say(socket: ClientConnection, **message: object) -> None:
    await socket.send(json.dumps(message))


async def ask(socket: ClientConnection, name: str, query: str, **variables: object) -> None:
    await say(socket, id=name, type="subscribe", payload={"query": query, "variables": variables})


async def heard(socket: ClientConnection) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
    return message


async def closed_with(socket: ClientConnection) -> int | None:
    """Return the code with which the server closes the socket, whatever it says before."""
    try:
        while True:
            await asyncio.wait_for(socket.recv(), 10)
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else None


@pytest.mark.parametrize("payload", [None, {}, {"authorization": "Bearer nobody"}, {"authorization": 5}])
async def test_socket_of_nobody_is_closed_4403(served: Served, payload: object) -> None:
    async with opened(served.url) as socket:
        await say(socket, type="connection_init", payload=payload)

        assert await closed_with(socket) == 4403


@pytest.mark.parametrize("name", ["authorization", "Authorization"])
async def test_key_may_be_in_the_payload_in_either_case(served: Served, key: str, name: str) -> None:
    async with opened(served.url) as socket:
        await say(socket, type="connection_init", payload={name: f"Bearer {key}"})

        assert (await heard(socket))["type"] == "connection_ack"


async def test_key_may_be_in_the_header_with_a_payload_of_null(served: Served, key: str) -> None:
    async with opened(served.url, authorization=f"Bearer {key}") as socket:
        await say(socket, type="connection_init", payload=None)

        assert (await heard(socket))["type"] == "connection_ack"


async def test_operation_before_signing_in_is_closed_4401(served: Served, calls: list[str]) -> None:
    async with opened(served.url) as socket:
        await ask(socket, "1", "{ ping }")

        assert await closed_with(socket) == 4401
    assert calls == []


async def test_second_sign_in_is_closed_4429(socket: ClientConnection) -> None:
    await say(socket, type="connection_init", payload={})

    assert await closed_with(socket) == 4429


async def test_silence_is_closed_4408(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.main.graphql.INIT_TIMEOUT", timedelta(seconds=0.2))

    async with serve() as served, opened(served.url) as socket:
        assert await closed_with(socket) == 4408


async def test_name_of_an_open_operation_taken_again_is_closed_4409(socket: ClientConnection) -> None:
    await ask(socket, "1", BELL)
    await ask(socket, "1", BELL)

    assert await closed_with(socket) == 4409


@pytest.mark.parametrize(
    "text",
    [
        "no json",
        b"binary",
        "[]",
        "5",
        "null",
        "{}",
        '{"type": 5}',
        '{"type": "' + "x" * 200 + '"}',
        '{"type": "subscribe"}',
        '{"type": "subscribe", "id": "1"}',
        '{"type": "subscribe", "id": 1, "payload": {"query": "{ ping }"}}',
        '{"type": "subscribe", "id": [], "payload": {"query": "{ ping }"}}',
        '{"type": "subscribe", "payload": {"query": "{ ping }"}}',
        '{"type": "subscribe", "id": "1", "payload": "x"}',
        '{"type": "subscribe", "id": "1", "payload": {}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 5}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ ping }", "variables": []}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ ping }", "operationName": 5}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ ping }", "extensions": "x"}}',
        '{"type": "complete"}',
        '{"type": "complete", "id": {}}',
        '{"type": "ping", "payload": 5}',
        "[" * 100_000,
    ],
    ids=lambda text: repr(text[:90]),
)
async def test_malformed_message_is_closed_4400(
    socket: ClientConnection, text: str | bytes, lines: Lines
) -> None:
    await socket.send(text)

    assert await closed_with(socket) == 4400
    assert not [line for line in lines if line["level"] == "error"]


async def test_payload_that_is_no_object_is_closed_4400(served: Served) -> None:
    async with opened(served.url) as socket:
        await say(socket, type="connection_init", payload=5)

        assert await closed_with(socket) == 4400


async def test_message_beyond_the_limit_is_closed_1009(serve: Serve, key: str) -> None:
    async with serve(max_body_bytes=1_000) as served, signed_in(served.url, key) as socket:
        await ask(socket, "1", "{ ping }" + " " * 1_000)

        assert await closed_with(socket) == 1009


async def test_other_protocols_are_not_spoken(served: Served) -> None:
    async with opened(served.url, protocol="graphql-ws") as socket:
        assert await closed_with(socket) == 4406


async def test_page_of_another_origin_is_refused(served: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with opened(served.url, origin="https://elsewhere.example"):
            pass

    assert refused.value.response.status_code == 403


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


async def test_database_that_is_away_closes_1013_and_not_4403(
    served: Served, key: str, database: Database
) -> None:
    async with opened(served.url) as socket:
        await database.pool.close()
        await say(socket, type="connection_init", payload={"authorization": f"Bearer {key}"})

        assert await closed_with(socket) == 1013


async def test_server_that_stops_says_goodbye_to_its_streams(
    served: Served, socket: ClientConnection, calls: list[str]
) -> None:
    await ask(socket, "1", BELL)
    await called(calls, "listening")

    served.server.stop()
    farewell, end = await heard(socket), await heard(socket)

    assert farewell["payload"]["data"]["bell"]["reason"] == "SERVER_DRAINING"
    assert end == {"id": "1", "type": "complete"}
