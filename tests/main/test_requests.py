"""What holds for every request: its name, its line in the log, the headers of its answer."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Route

from app.main.middleware import RequestLine
from tests.main.made import SECRET, Lines


@pytest.mark.parametrize("given", ["abc-123", "a:b/c=d@e.f_+", "x" * 100])
async def test_sane_request_id_is_kept(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get("/healthz/live", headers={"x-request-id": given})

    assert answer.headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 101, "two words", "<script>", 'a"b', "a\tb"])
async def test_other_request_ids_are_replaced(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get("/healthz/live", headers={"x-request-id": given})

    assert answer.headers["x-request-id"] != given
    assert len(answer.headers["x-request-id"]) == 32


async def test_request_ends_with_one_line_that_says_what_came_of_it(
    client: httpx.AsyncClient, lines: Lines
) -> None:
    await client.post("/graphql?token=abc", json={"query": "{ ping }"}, headers={"x-request-id": "r1"})

    [line] = [line for line in lines if line["event"] == "request.finished"]
    assert (line["request_id"], line["method"], line["path"], line["status"]) == (
        "r1",
        "POST",
        "/graphql",
        200,
    )
    assert line["ms"] > 0
    assert line["actor_id"]


async def test_lines_of_requests_at_once_are_told_apart(client: httpx.AsyncClient, lines: Lines) -> None:
    asked = [
        client.post("/graphql", json={"query": "{ failing }"}, headers={"x-request-id": f"r{number}"})
        for number in range(10)
    ]

    await asyncio.gather(*asked)

    named = [line["request_id"] for line in lines if line["event"] == "operation.failed"]
    assert sorted(named) == [f"r{number}" for number in range(10)]


async def test_no_line_holds_a_secret(client: httpx.AsyncClient, key: str, lines: Lines) -> None:
    await client.post("/graphql", json={"query": "{ ping }", "variables": {"token": SECRET}})
    await client.post("/graphql", json={"query": f'{{ nothing(token: "{SECRET}") }}'})

    told = repr(lines)
    assert key not in told
    assert key.rsplit("_", 1)[1] not in told
    assert SECRET not in told


async def test_every_answer_is_guarded_by_headers(client: httpx.AsyncClient) -> None:
    for path in ("/healthz/live", "/metrics", "/nowhere", "/graphql"):
        headers = (await client.get(path)).headers

        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "server" not in headers


async def test_unknown_path_is_404(client: httpx.AsyncClient) -> None:
    assert (await client.get("/nowhere")).status_code == 404


async def test_fault_outside_of_graphql_is_told_calmly_too(lines: Lines) -> None:
    async def fail(_request: Request) -> None:
        raise RuntimeError(SECRET)

    app = Starlette(routes=[Route("/", fail)], middleware=[Middleware(RequestLine)])
    transport = httpx.ASGITransport(app)

    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        answer = await client.get("/", headers={"x-request-id": "r1"})

    assert answer.status_code == 500
    assert answer.json()["errors"][0]["extensions"] == {"code": "INTERNAL", "requestId": "r1"}
    assert SECRET not in answer.text
    assert [line["event"] for line in lines] == ["request.failed", "request.finished"]
