"""GraphQL over HTTP: statuses, media types, methods, limits, and faults of ours told calmly."""

import time

import httpx
import pytest

from tests.main.conftest import Serve
from tests.main.made import DO, SECRET, Lines

GRAPHQL = "application/graphql-response+json"
PING = {"query": "{ ping }"}


async def test_question_is_answered_with_its_cost(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json=PING)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "data": {"ping": "pong"},
        "extensions": {"cost": {"requested": 1, "limit": 100_000}},
    }


@pytest.mark.parametrize("query", ["{ ping", "{ nothing }", "{ song(times: 1.5) }"])
async def test_request_error_is_400_for_those_who_know_the_media_type(
    client: httpx.AsyncClient, query: str
) -> None:
    answer = await client.post(
        "/graphql", json={"query": query}, headers={"accept": f"{GRAPHQL}, application/json;q=0.9"}
    )

    assert answer.status_code == 400
    assert "data" not in answer.json()
    assert answer.json()["errors"]


async def test_request_error_is_200_in_plain_json(client: httpx.AsyncClient) -> None:
    answer = await client.post(
        "/graphql", json={"query": "{ nothing }"}, headers={"accept": "application/json"}
    )

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_INVALID"


async def test_variable_of_the_wrong_type_is_a_request_error(client: httpx.AsyncClient) -> None:
    body = {"query": "query ($times: Int!) { song(times: $times) }", "variables": {"times": 10**22}}

    answer = await client.post("/graphql", json=body, headers={"accept": GRAPHQL})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_INVALID"


async def test_field_error_is_200_in_the_media_type_of_graphql(client: httpx.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"query": "{ failing }"}, headers={"accept": GRAPHQL})

    assert answer.status_code == 200
    assert answer.headers["content-type"] == GRAPHQL
    assert answer.json()["data"] == {"failing": None}


async def test_query_may_come_by_get(client: httpx.AsyncClient) -> None:
    params = {"query": "query ($n: Int!) { song(times: $n) }", "variables": '{"n": 2}'}

    answer = await client.get("/graphql", params=params)

    assert answer.json()["data"] == {"song": "lala"}


async def test_mutation_by_get_is_405_and_not_done(client: httpx.AsyncClient, calls: list[str]) -> None:
    answer = await client.get("/graphql", params={"query": DO})

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert calls == []


@pytest.mark.parametrize(
    "params",
    [{}, {"query": ""}, {"query": "{ ping }", "variables": "{"}, {"query": "{ ping }", "variables": "5"}],
)
async def test_get_that_is_no_question_is_400(client: httpx.AsyncClient, params: dict[str, str]) -> None:
    answer = await client.get("/graphql", params=params)

    assert answer.status_code == 400


async def test_other_methods_are_405(client: httpx.AsyncClient) -> None:
    answer = await client.put("/graphql", json=PING)

    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


async def test_subscription_over_plain_http_is_refused_with_a_hint(
    client: httpx.AsyncClient, calls: list[str]
) -> None:
    answer = await client.post("/graphql", json={"query": "subscription { bell { __typename } }"})

    assert answer.status_code == 400
    assert "text/event-stream" in answer.json()["errors"][0]["message"]
    assert calls == []


async def test_fault_of_ours_is_logged_whole_and_told_calmly(client: httpx.AsyncClient, lines: Lines) -> None:
    answer = await client.post("/graphql", json={"query": "{ failing }"})

    [error] = answer.json()["errors"]
    [told] = [line for line in lines if line["event"] == "operation.failed"]
    assert SECRET not in answer.text
    assert error["extensions"] == {"code": "INTERNAL", "requestId": answer.headers["x-request-id"]}
    assert answer.headers["x-request-id"] in error["message"]
    assert str(told["exc_info"]) == SECRET
    assert told["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("query", "limit"),
    [
        ("{ song(times: 60000) }", "cost"),
        ("{ " + " ".join(f"p{number}: ping" for number in range(61)) + " }", "aliases"),
        ("{ " + "__schema { types { fields { type { " + "ofType { " * 20 + "name" + " }" * 25, "depth"),
    ],
)
async def test_operation_beyond_a_limit_is_refused_before_any_resolver(
    client: httpx.AsyncClient, calls: list[str], query: str, limit: str
) -> None:
    answer = await client.post("/graphql", json={"query": query}, headers={"accept": GRAPHQL})

    assert answer.status_code == 400
    assert limit in [error["extensions"].get("limit") for error in answer.json()["errors"]]
    assert answer.json()["extensions"]["cost"]["limit"] == 100_000
    assert calls == []


async def test_document_of_too_many_tokens_is_refused_at_once(
    client: httpx.AsyncClient, calls: list[str]
) -> None:
    began = time.perf_counter()

    answer = await client.post(
        "/graphql", json={"query": "{" + " ping" * 100_000 + "}"}, headers={"accept": GRAPHQL}
    )

    assert answer.status_code == 400
    assert time.perf_counter() - began < 1
    assert calls == []


async def test_operation_that_takes_too_long_is_given_up(serve: Serve, key: str, calls: list[str]) -> None:
    async with serve(request_timeout_seconds=0.2) as served, served.client(key) as client:
        answer = await client.post("/graphql", json={"query": "{ waiting(seconds: 10) }"})

    assert answer.json()["errors"][0]["extensions"]["code"] == "TIMEOUT"
    assert calls == ["wait", "cancelled"]
