"""Who is asking is known before anything is read, and the same rules hold for every field."""

import datetime as dt

import httpx
import pytest

from app.core.database import Database
from app.core.ids import WorkspaceId
from app.governance import store
from app.governance.keys import parse_key, revoke_key
from app.governance.scopes import Scope
from tests.main.conftest import MakeKey, Served
from tests.main.made import DO

PING = {"query": "{ ping }"}
NOBODYS = "cs_" + "0" * 16 + "_" + "0" * 64


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", f"Bearer {NOBODYS}", f"Basic {NOBODYS}", NOBODYS, "Bearer \xff"]
)
async def test_request_without_a_known_key_is_refused_with_a_reason(
    served: Served, authorization: str | None, calls: list[str]
) -> None:
    headers = [] if authorization is None else [(b"authorization", authorization.encode("latin-1"))]

    async with served.client() as client:
        answer = await client.post("/graphql", json=PING, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert calls == []


async def test_key_that_expires_works_until_then(served: Served, make_key: MakeKey) -> None:
    key = await make_key(expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(seconds=0.5))

    async with served.client(key) as client:
        before = await client.post("/graphql", json=PING)
        await wait_until_over(client)
        after = await client.post("/graphql", json=PING)

    assert (before.status_code, after.status_code) == (200, 401)


async def wait_until_over(client: httpx.AsyncClient) -> None:
    for _ in range(100):
        if (await client.post("/graphql", json=PING)).status_code == 401:
            return


async def test_revoked_key_is_nobodys(
    served: Served, database: Database, workspace_id: WorkspaceId, make_key: MakeKey
) -> None:
    text = await make_key()
    parsed = parse_key(text)
    assert parsed is not None
    row = await store.find_key_of_anybody(database, parsed.prefix)
    assert row is not None
    async with database.writing(workspace_id) as session:
        await revoke_key(session, row["id"])

    async with served.client(text) as client:
        answer = await client.post("/graphql", json=PING)

    assert answer.status_code == 401


async def test_query_without_the_scope_is_a_top_level_error(
    served: Served, make_key: MakeKey, calls: list[str]
) -> None:
    async with served.client(await make_key(Scope.PREDICT)) as client:
        answer = await client.post("/graphql", json=PING)

    assert answer.status_code == 200
    assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert calls == []


async def test_mutation_without_the_scope_answers_a_typed_problem(
    served: Served, make_key: MakeKey, calls: list[str]
) -> None:
    async with served.client(await make_key(Scope.STATS_READ)) as client:
        answer = await client.post("/graphql", json={"query": DO})

    problem = {"__typename": "ForbiddenError", "code": "FORBIDDEN", "requiredScope": "TRAIN_WRITE"}
    assert answer.json()["data"] == {"do": problem}
    assert calls == []


async def test_mutation_with_the_scope_is_done(served: Served, make_key: MakeKey) -> None:
    async with served.client(await make_key(Scope.TRAIN_WRITE)) as client:
        answer = await client.post("/graphql", json={"query": DO})

    assert answer.json()["data"] == {"do": {"__typename": "DoSuccess", "word": "hello"}}


async def test_probes_and_metrics_need_no_key(served: Served) -> None:
    async with served.client() as client:
        statuses = [(await client.get(path)).status_code for path in ("/healthz/live", "/metrics")]

    assert statuses == [200, 200]


async def test_keys_that_cannot_be_looked_up_are_not_called_bad(
    served: Served, key: str, database: Database
) -> None:
    await database.pool.close()

    async with served.client(key) as client:
        answer = await client.post("/graphql", json=PING)

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["errors"][0]["extensions"]["code"] == "DEPENDENCY_DOWN"
