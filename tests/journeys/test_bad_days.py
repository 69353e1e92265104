"""Bad days: a worker, a server and a database that are killed at the worst moment."""

import os
import signal
import threading
from uuid import uuid4

import httpx
import pytest
from psycopg import connect

from app.core.postgres import EmbeddedPostgres
from app.core.provisioning import DATABASE, OWNER

from .documents import LAUNCH, RUN, VERSIONS
from .stage import Stage, eventually

pytestmark = pytest.mark.timeout(600)  # processes start, a model is trained: minutes on a busy machine


def wish(key: str) -> dict[str, object]:
    return {"idempotencyKey": key, "template": "win-probability", "experiment": "bad-days"}


def test_a_training_whose_worker_is_killed_is_finished_by_another_under_one_version(pieces: Stage) -> None:
    run = pieces.ask(LAUNCH, input=wish(uuid4().hex))["launchTraining"]["run"]["id"]
    pieces.start("first", "worker")
    eventually(lambda: (pieces.ask(RUN, id=run)["run"]["progress"]["fraction"] or 0) >= 0.2)

    pieces.kill("first")
    pieces.start("second", "worker")

    eventually(lambda: pieces.ask(RUN, id=run)["run"]["state"] == "COMPLETED")
    versions = pieces.ask(VERSIONS)["registeredModel"]["versions"]["edges"]
    assert [edge["node"]["source"]["id"] for edge in versions] == [run]


def test_a_server_killed_before_it_answers_gives_the_same_run_to_the_repeated_request(pieces: Stage) -> None:
    key = uuid4().hex

    def send() -> None:
        try:
            pieces.post(LAUNCH, input=wish(key))
        except httpx.TransportError:
            return

    with (
        EmbeddedPostgres(pieces.state) as address,
        connect(address.url(user=OWNER, database=DATABASE), autocommit=True) as database,
    ):
        sending = threading.Thread(target=send)
        sending.start()
        eventually(
            lambda: database.execute("select 1 from idempotency_key where key = %s", [key]).fetchone(),
            every=0.002,
        )
        pieces.kill("serve")
        sending.join()
        pieces.start("serve", "serve")
        eventually(lambda: pieces.status("live") == 200)

        again = pieces.ask(LAUNCH, input=wish(key))["launchTraining"]

        [(stored,)] = database.execute("select result_id::text from idempotency_key where key = %s", [key])
    assert again["replayed"]
    assert stored in pieces.decoded(again["run"]["id"])


def test_a_killed_database_comes_back_without_a_restart_of_anything(pieces: Stage) -> None:
    server = pieces.processes["serve"]
    postmaster = int((pieces.state / "postgres" / "data" / "postmaster.pid").read_text().split()[0])

    os.kill(postmaster, signal.SIGKILL)

    assert pieces.status("live") == 200
    eventually(lambda: "errors" not in pieces.post("{ seasons { label } }"), seconds=30)
    assert server.poll() is None
    assert pieces.status("live") == 200
