from pathlib import Path

import pytest

from app.cli.client import Client, Refused, connect
from app.core.errors import Invalid, Unavailable
from app.core.settings import Settings
from tests.cli.conftest import StandIn


def nothing() -> None:
    """Do nothing while waiting."""


def test_data_of_an_operation_is_returned(stand_in: StandIn) -> None:
    stand_in.will_answer("/graphql", {"data": {"team": {"name": "Boston Celtics"}}})

    data = Client(stand_in.address + "/", "secret").ask("{ team }", first=1)

    assert data == {"team": {"name": "Boston Celtics"}}
    [(path, key, body)] = stand_in.asked
    assert (path, key) == ("/graphql", "Bearer secret")
    assert body == b'{"query":"{ team }","variables":{"first":1}}'


def test_first_error_is_raised_in_the_words_of_the_server(stand_in: StandIn) -> None:
    stand_in.will_answer("/graphql", {"errors": [{"message": "Show a key."}]}, status=401)

    with pytest.raises(Refused, match=r"^Show a key\.$"):
        Client(stand_in.address, "secret").ask("{ team }")


def test_problem_of_a_mutation_is_raised(stand_in: StandIn) -> None:
    problem = {"__typename": "NotFoundError", "message": "There is no such game."}
    stand_in.will_answer("/graphql", {"data": {"predict": problem}})

    with pytest.raises(Refused, match="There is no such game"):
        Client(stand_in.address, "secret").act("mutation { predict }")


@pytest.mark.parametrize("body", [[], {"data": None}, {"hello": "world"}])
def test_something_else_that_answers_is_recognised(stand_in: StandIn, body: object) -> None:
    stand_in.will_answer("/graphql", body)

    with pytest.raises(Refused, match=r"not a Courtside server|answered 200"):
        Client(stand_in.address, "secret").ask("{ team }")


def test_health_of_something_else_is_no_health(stand_in: StandIn) -> None:
    with pytest.raises(Unavailable, match="not a Courtside server"):
        Client(stand_in.address, "secret").health("live")


def test_waiting_for_health_ends_with_what_is_missing(stand_in: StandIn) -> None:
    checks = {"database": "ok", "worker": "no worker is alive"}
    stand_in.will_answer("/healthz/ready", {"status": "not ready", "checks": checks}, status=503)

    with pytest.raises(Unavailable, match="not ready after 0 s: worker: no worker is alive"):
        Client(stand_in.address, "secret").await_health("ready", seconds=0, meanwhile=nothing)


def test_waiting_for_health_looks_after_the_children_meanwhile(stand_in: StandIn) -> None:
    looked = []

    def look() -> None:
        looked.append(True)
        stand_in.will_answer("/healthz/ready", {"status": "ready", "checks": {"worker": "ok"}})

    Client(stand_in.address, "secret").await_health("ready", seconds=10, meanwhile=look)

    assert looked == [True]


def test_proxy_of_the_environment_is_not_asked_for_this_machine(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    stand_in.will_answer("/healthz/live", {"status": "live"})

    assert Client(stand_in.address, "secret").health("live") == {"status": "live"}


def test_local_key_is_read_from_the_state_folder(stand_in: StandIn, tmp_path: Path) -> None:
    (tmp_path / "api-key").write_text("cs_local\n")
    stand_in.will_answer("/graphql", {"data": {}})

    connect(Settings(state_dir=tmp_path), stand_in.address).ask("{ team }")

    assert stand_in.asked[0][1] == "Bearer cs_local"


def test_local_key_is_not_sent_to_another_machine(tmp_path: Path) -> None:
    (tmp_path / "api-key").write_text("cs_local\n")

    with pytest.raises(Invalid, match="set COURTSIDE_API_KEY to a key of that server"):
        connect(Settings(state_dir=tmp_path), "https://courtside.example.org")


def test_server_is_where_the_settings_say(tmp_path: Path) -> None:
    (tmp_path / "api-key").write_text("cs_local\n")

    assert connect(Settings(state_dir=tmp_path, port=8123), None).server == "http://127.0.0.1:8123"
