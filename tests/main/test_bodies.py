"""Bodies: whatever a client sends, the answer says what is wrong, and it is never a fault of ours."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.main.conftest import Serve, Served, eventually
from tests.main.made import Lines

GRAPHQL = "application/graphql-response+json"


async def send(client: httpx.AsyncClient, body: bytes, **headers: str) -> httpx.Response:
    given = {"content-type": "application/json"} | {
        name.replace("_", "-"): text for name, text in headers.items()
    }
    return await client.post("/graphql", content=body, headers=given)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"5",
        b'"text"',
        b"[]",
        b'[{"query": "{ ping }"}]',
        b"\xff\xfe",
        b'{"query": "\\ud800"}',
        b"[" * 100_000,
        b'{"query": ' + b"[" * 900 + b"]" * 900 + b"}",
        b'{"query": 1e999}',
        b'{"query": 99999999999999999999999999}',
        b'{"query": ["{ ping }"]}',
        b'{"query": "{ ping }", "variables": []}',
        b'{"query": "{ ping }", "variables": "x"}',
        b'{"query": "{ ping }", "operationName": {}}',
        b'{"query": "{ ping }", "operationName": "Nobody"}',
        b'{"query": "{ ping }", "extensions": 5}',
        b'{"query": null}',
        b'{"query": ""}',
        b'{"query": "fragment F on Query { ping }"}',
        b"{}",
    ],
    ids=lambda body: repr(body[:40]),
)
async def test_body_that_is_no_question_is_400(client: httpx.AsyncClient, body: bytes, lines: Lines) -> None:
    answer = await send(client, body, accept=GRAPHQL)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"]
    assert not [line for line in lines if line["level"] == "error"]


async def test_documents_nested_beyond_reading_are_the_callers_mistake(
    client: httpx.AsyncClient, lines: Lines
) -> None:
    query = "{" + "ping{" * 1_500 + "}" * 1_501

    answer = await client.post("/graphql", json={"query": query}, headers={"accept": GRAPHQL})

    assert answer.status_code == 400
    assert not [line for line in lines if line["level"] == "error"]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_other_content_types_are_415(client: httpx.AsyncClient, content_type: str) -> None:
    answer = await send(client, b'{"query": "{ ping }"}', content_type=content_type)

    assert answer.status_code == 415


async def test_compressed_body_is_415(client: httpx.AsyncClient) -> None:
    answer = await send(client, b"\x1f\x8b", content_encoding="gzip")

    assert answer.status_code == 415


async def test_announced_body_beyond_the_limit_is_413(serve: Serve, key: str) -> None:
    async with serve(max_body_bytes=1_000) as served, served.client(key) as client:
        answer = await send(client, b"x" * 1_001)

    assert answer.status_code == 413


async def test_chunked_body_beyond_the_limit_is_413(serve: Serve, key: str) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 100

    async with serve(max_body_bytes=1_000) as served, served.client(key) as client:
        answer = await client.post("/graphql", content=chunks(), headers={"content-type": "application/json"})

    assert answer.status_code == 413


async def test_body_that_does_not_arrive_is_408(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.main.bodies.SLOWEST_SECONDS", 0.2)
    host, port = served.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))

    writer.write(b"POST /graphql HTTP/1.1\r\nhost: here\r\ncontent-length: 100\r\n\r\n{")
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()

    assert answer.startswith(b"HTTP/1.1 408 ")


async def test_client_that_hangs_up_in_its_body_is_no_fault(served: Served, lines: Lines) -> None:
    host, port = served.url.removeprefix("http://").split(":")
    _reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b'POST /graphql HTTP/1.1\r\nhost: here\r\ncontent-length: 100\r\n\r\n{"query"')
    await writer.drain()

    writer.close()
    await eventually(lambda: "request.finished" in [line["event"] for line in lines])

    assert not [line for line in lines if line["level"] == "error"]
