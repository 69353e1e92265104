from collections.abc import Callable
from typing import Any, cast

import pytest

from app.cli import story
from app.cli.client import Client, Refused

Answer = Callable[[dict[str, Any]], dict[str, Any]]


class ToldServer:
    """A client whose server is a function of the operation and its variables; remembers what was asked."""

    def __init__(self, **answers: Answer) -> None:
        self.answers = answers
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def ask(self, document: str, **variables: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever is sent
        operation = document.split("(", maxsplit=1)[0].rsplit(maxsplit=1)[-1]
        self.asked.append((operation, variables))
        return self.answers[operation](variables)

    act = ask

    def keys(self, operation: str) -> list[str]:
        return [sent["input"]["idempotencyKey"] for asked, sent in self.asked if asked == operation]


def as_client(told: ToldServer) -> Client:
    return cast("Client", told)


def nothing(_fraction: float | None, _message: str) -> None:
    """Show no progress."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story, "POLL_SECONDS", 0.0)


def launched(run: str, state: str, *, replayed: bool) -> dict[str, Any]:
    return {"run": {"id": run, "state": state}, "replayed": replayed}


def test_training_that_failed_earlier_is_begun_anew() -> None:
    ends = {
        "up:first": ("A", "FAILED", True),
        "after:A": ("B", "CANCELLED", True),
        "after:B": ("C", "QUEUED", False),
    }

    def answer(sent: dict[str, Any]) -> dict[str, Any]:
        run, state, replayed = ends[sent["input"]["idempotencyKey"]]
        return launched(run, state, replayed=replayed)

    server = ToldServer(Launch=answer)

    assert story.launch(as_client(server), key="up:first", params={}) == "C"
    assert server.keys("Launch") == ["up:first", "after:A", "after:B"]


def test_training_that_goes_on_is_joined() -> None:
    server = ToldServer(Launch=lambda _: launched("A", "RUNNING", replayed=True))

    assert story.launch(as_client(server), key="up:first", params={}) == "A"


def test_parameters_are_sent_as_pairs() -> None:
    server = ToldServer(Launch=lambda _: launched("A", "QUEUED", replayed=False))

    story.launch(as_client(server), key="k", params={"test_season": "2023-24"}, seed=7)

    [(_, sent)] = server.asked
    assert sent["input"]["params"] == [{"key": "test_season", "value": "2023-24"}]
    assert sent["input"]["seed"] == 7


def watched(state: str, **more: object) -> dict[str, Any]:
    progress = {"fraction": 0.5, "message": "fitting"}
    return {"run": {"state": state, "progress": progress, "failure": None, "produced": None, **more}}


def test_version_is_waited_for_and_progress_is_told() -> None:
    states = iter(
        [watched("QUEUED"), watched("RUNNING"), watched("COMPLETED", produced={"id": "V", "version": 3})]
    )
    told: list[tuple[float | None, str]] = []

    trained = story.await_version(
        as_client(ToldServer(Watch=lambda _: next(states))), "A", lambda *now: told.append(now)
    )

    assert trained == story.Trained("A", "V", 3)
    assert told == [(0.5, "fitting")] * 3


def test_failure_of_a_training_is_raised_with_its_reason() -> None:
    server = ToldServer(Watch=lambda _: watched("FAILED", failure={"message": "no games"}))

    with pytest.raises(Refused, match="Training ended as FAILED: no games"):
        story.await_version(as_client(server), "A", nothing)


def test_rollout_that_failed_earlier_is_begun_anew_and_followed() -> None:
    def roll_out(sent: dict[str, Any]) -> dict[str, Any]:
        is_first = sent["input"]["idempotencyKey"] == "first:V"
        rollout = {"id": "R1", "phase": "FAILED"} if is_first else {"id": "R2", "phase": "STARTED"}
        return {"rollout": rollout, "replayed": is_first}

    phases = iter(["STARTED", "PROMOTED"])
    follow = lambda _: {"rollout": {"phase": next(phases), "history": []}}  # noqa: E731 - as short as its like
    server = ToldServer(RollOut=roll_out, Follow=follow)

    story.deploy(as_client(server), story.Trained("A", "V", 1))

    assert server.keys("RollOut") == ["first:V", "after:R1"]
    assert [sent for asked, sent in server.asked if asked == "Follow"] == [{"rollout": "R2"}] * 2


def test_rollout_that_fails_is_raised_with_its_history() -> None:
    failed = {"phase": "FAILED", "history": [{"kind": "FAILED", "detail": "the digest is another"}]}
    server = ToldServer(
        RollOut=lambda _: {"rollout": {"id": "R", "phase": "STARTED"}, "replayed": False},
        Follow=lambda _: {"rollout": failed},
    )

    with pytest.raises(Refused, match="ended as FAILED: the digest is another"):
        story.deploy(as_client(server), story.Trained("A", "V", 1))


@pytest.mark.parametrize(
    ("endpoint", "expected"), [(None, False), ({"stable": None}, False), ({"stable": {"id": "D"}}, True)]
)
def test_endpoint_is_served_when_a_deployment_is_stable(
    endpoint: dict[str, Any] | None,
    expected: bool,
) -> None:
    server = ToldServer(Served=lambda _: {"endpoint": endpoint})

    assert story.is_served(as_client(server)) is expected
