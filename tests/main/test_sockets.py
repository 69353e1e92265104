"""graphql-transport-ws: who breaks the protocol is told by the code with which the socket is closed."""

from datetime import timedelta

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from app.core.database import Database
from tests.main.conftest import Serve, Served
from tests.main.made import BELL, Lines
from tests.main.sockets import ask, closed_with, heard, opened, say, signed_in


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


async def test_database_that_is_away_closes_1013_and_not_4403(
    served: Served, key: str, database: Database
) -> None:
    async with opened(served.url) as socket:
        await database.pool.close()
        await say(socket, type="connection_init", payload={"authorization": f"Bearer {key}"})

        assert await closed_with(socket) == 1013
