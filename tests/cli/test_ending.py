from pathlib import Path

import pytest

from app.cli.client import Client, Refused
from app.cli.ending import print_ending
from tests.cli.conftest import StandIn

GAME = {
    "id": "G",
    "date": "2024-04-14",
    "origin": "SIMULATED",
    "home": {"team": {"abbreviation": "CHA"}},
    "away": {"team": {"abbreviation": "PHI"}},
}
PICKED = {"data": {"games": {"edges": [{"node": GAME}]}}}
SEASONS = {"data": {"seasons": [{"label": "2023-24"}]}}
ANSWER = {"__typename": "PredictSuccess", "predictions": [{"id": "P", "output": {"probability": 0.342}}]}
PREDICTED = {"data": {"predict": ANSWER}}
CONFLICT = {"__typename": "ConflictError", "message": "It is being replayed."}


def problem(**facts: object) -> dict[str, object]:
    return {"data": {"replayGame": {**CONFLICT, **facts}}}


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "api key"
    path.write_text("cs_secret\n")
    return path


def test_each_thing_to_try_is_a_line_that_can_be_copied(
    stand_in: StandIn, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_in.will_answer("/graphql", PICKED, SEASONS, PREDICTED)

    print_ending(Client(stand_in.address, "key"), key_file=key_file, replay=False, seconds=41.6)

    told = capsys.readouterr().out
    assert "Ready after 42 s. PHI at CHA on 2024-04-14 (SIMULATED): the home team wins with 34.2%." in told
    assert f"{stand_in.address}/explorer/#key=cs_secret\n" in told
    assert f"$(cat '{key_file}')" in told
    assert 'season(label: "2023-24")' in told
    assert "subscription {" not in told


def test_replay_of_an_earlier_start_is_joined(
    stand_in: StandIn, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    followed = {"data": {"node": {"game": {"id": "R"}}}}
    stand_in.will_answer("/graphql", PICKED, SEASONS, problem(currentId="run"), followed, PREDICTED)

    print_ending(Client(stand_in.address, "key"), key_file=key_file, replay=True, seconds=1)

    assert 'subscription { game(id: "R")' in capsys.readouterr().out


def test_replay_that_is_refused_for_another_reason_is_said(stand_in: StandIn, key_file: Path) -> None:
    stand_in.will_answer("/graphql", PICKED, SEASONS, problem())

    with pytest.raises(Refused, match="being replayed"):
        print_ending(Client(stand_in.address, "key"), key_file=key_file, replay=True, seconds=1)
