"""What Prometheus reads: it parses, it counts, and no client can make it grow without bound."""

import asyncio

import httpx
from prometheus_client.parser import text_string_to_metric_families

from tests.main.conftest import Served
from tests.main.made import BELL


async def read(client: httpx.AsyncClient) -> dict[tuple[str, str, str], float]:
    """Return each sample by its name, route and status."""
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, sample.labels.get("route", ""), sample.labels.get("status", "")): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_requests_are_counted_by_route_and_status(served: Served, key: str) -> None:
    async with served.client(key) as client, served.client() as stranger:
        for _ in range(3):
            await client.post("/graphql", json={"query": "{ ping }"})
        await stranger.post("/graphql", json={"query": "{ ping }"})
        await client.get("/healthz/live")
        samples = await read(client)

    name = "courtside_http_requests_total"
    assert samples[name, "graphql", "200"] == 3
    assert samples[name, "graphql", "401"] == 1
    assert samples[name, "healthz", "200"] == 1
    assert samples["courtside_http_request_seconds_count", "graphql", ""] == 4
    assert samples["courtside_http_request_seconds_sum", "graphql", ""] > 0


async def test_unknown_paths_share_one_label(client: httpx.AsyncClient) -> None:
    for number in range(5):
        await client.get(f"/{number}")

    samples = await read(client)

    assert samples["courtside_http_requests_total", "other", "404"] == 5


async def test_stream_counts_when_it_begins_and_not_for_how_long(client: httpx.AsyncClient) -> None:
    headers = {"accept": "text/event-stream"}
    async with client.stream("POST", "/graphql", json={"query": BELL}, headers=headers):
        await asyncio.sleep(0.3)
        samples = await read(client)

    assert samples["courtside_http_requests_total", "graphql", "200"] == 1
    assert samples["courtside_http_request_seconds_sum", "graphql", ""] < 0.3


async def test_process_tells_of_itself(client: httpx.AsyncClient) -> None:
    samples = await read(client)

    assert samples["process_resident_memory_bytes", "", ""] > 0
    assert samples["courtside_sockets_open", "", ""] == 0
