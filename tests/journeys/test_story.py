"""What `courtside up` leaves behind, told through the public API alone; the last chapter is Ctrl-C."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from .documents import (
    CROWN,
    LAUNCH,
    LINEAGE,
    PREDICT,
    REPLAY,
    RUN,
    VERSIONS,
    WATCH_GAME,
    WATCH_SERVING,
    WATCH_TRAINING,
)
from .stage import Stage, eventually, interrupt, processes_of

GAMES = """{ games(first: 3) { edges { node {
  id date origin home { team { id abbreviation } } away { team { id } } } } } }"""

pytestmark = pytest.mark.timeout(600)  # processes start, a model is trained: minutes on a busy machine


def newest_game(played: Stage) -> dict[str, Any]:
    game: dict[str, Any] = played.ask(GAMES)["games"]["edges"][0]["node"]
    return game


def launch(played: Stage, key: str, **more: object) -> dict[str, Any]:
    wish = {"idempotencyKey": key, "template": "win-probability", "experiment": "journeys", **more}
    result: dict[str, Any] = played.ask(LAUNCH, input=wish)["launchTraining"]
    return result


def predict(played: Stage, *rows: dict[str, Any], endpoint: str = "win-probability") -> dict[str, Any]:
    result: dict[str, Any] = played.ask(PREDICT, input={"endpoint": endpoint, "rows": rows})["predict"]
    return result


def test_games_standings_and_leaders_answer_and_say_that_they_are_simulated(played: Stage) -> None:
    label = played.ask("{ seasons { label } }")["seasons"][0]["label"]

    season = played.ask(
        "query ($label: String!) { season(label: $label) { standings { team { name } wins losses }"
        " leaders(metric: POINTS) { player { fullName } } } }",
        label=label,
    )["season"]

    assert newest_game(played)["origin"] == "SIMULATED"
    assert len(season["standings"]) == 30
    assert sum(row["wins"] for row in season["standings"]) == sum(
        row["losses"] for row in season["standings"]
    )
    assert season["leaders"]


def test_a_champion_is_on_the_endpoint_and_was_measured_against_elo(played: Stage) -> None:
    served = played.ask(
        '{ endpoint(name: "win-probability") { health { ready } stable { state modelVersion { aliases'
        " evaluations { games metrics { key value } baseline { key value } } } } } }"
    )["endpoint"]

    version = served["stable"]["modelVersion"]
    evaluation = version["evaluations"][0]
    assert served["health"]["ready"]
    assert served["stable"]["state"] == "READY"
    assert version["aliases"] == ["champion"]
    assert {metric["key"] for metric in evaluation["metrics"]} >= {"accuracy", "log_loss", "brier_score"}
    assert {metric["key"] for metric in evaluation["baseline"]} >= {"log_loss", "brier_score"}


async def test_a_training_is_watched_over_a_socket_and_resumed_over_events(played: Stage) -> None:
    run = launch(played, uuid4().hex)["run"]["id"]

    async with played.subscribed(WATCH_TRAINING, run=run) as events:
        told = [event["trainingRun"] async for event in events]

    states = [event["to"] for event in told if event["__typename"] == "RunStateChanged"]
    assert states == ["QUEUED", "RUNNING", "COMPLETED"]
    assert any(event["__typename"] == "MetricSampled" for event in told)
    assert told[-1] == {
        "__typename": "StreamEnding",
        "cursor": told[-1]["cursor"],
        "reason": "TERMINAL_STATE",
    }
    middle = len(told) // 2
    again = [
        event["trainingRun"] for event in played.events(WATCH_TRAINING, run=run, after=told[middle]["cursor"])
    ]
    spoken = [event for event in told if event["__typename"] != "StreamHeartbeat"]
    assert [event for event in again if event["__typename"] != "StreamHeartbeat"] == [
        event for event in spoken if told.index(event) > middle
    ]


def test_the_same_key_replays_and_another_input_is_refused(played: Stage) -> None:
    key = uuid4().hex

    first, second = launch(played, key), launch(played, key)
    other = launch(played, key, seed=99)

    assert (first["replayed"], second["replayed"]) == (False, True)
    assert first["run"]["id"] == second["run"]["id"]
    assert (other["__typename"], other["code"]) == ("ValidationError", "IDEMPOTENCY_MISMATCH")
    eventually(lambda: played.ask(RUN, id=first["run"]["id"])["run"]["state"] == "COMPLETED")


def test_an_alias_moves_only_from_where_one_believes_it_to_be(played: Stage) -> None:
    wish = {"model": "win-probability", "alias": "candidate", "version": 1, "reason": "a journey"}

    moved = played.ask(CROWN, input=wish)["setModelAlias"]
    refused = played.ask(CROWN, input={**wish, "version": 2, "expectedVersion": 99})["setModelAlias"]

    assert moved["change"] == {"alias": "candidate", "to": {"version": 1}, "reason": "a journey"}
    assert (refused["__typename"], refused["code"]) == ("ConflictError", "CONFLICT")


def test_a_known_game_and_a_planned_one_are_predicted_and_the_answer_is_kept(played: Stage) -> None:
    game = newest_game(played)
    planned = {"home": game["home"]["team"]["id"], "away": game["away"]["team"]["id"], "date": "2031-01-15"}

    predictions = predict(played, {"game": game["id"]}, planned)["predictions"]

    assert all(0.0 < row["output"]["probability"] < 1.0 for row in predictions)
    assert all(row["features"] for row in predictions)
    kept = played.ask(
        "query ($id: ID!) { prediction(id: $id) { output { probability } } }", id=predictions[0]["id"]
    )
    assert kept["prediction"]["output"]["probability"] == predictions[0]["output"]["probability"]


async def test_serving_is_watched_live(played: Stage) -> None:
    game = newest_game(played)

    async with played.subscribed(WATCH_SERVING) as events:
        predict(played, {"game": game["id"]})
        async for event in events:
            told = event["servingMetrics"]
            if told["__typename"] == "ServingSampled" and told["window"]["requests"] > 0:
                break

    assert told["cursor"]
    assert told["window"]["errors"] == 0
    assert told["window"]["p50Ms"] > 0


async def test_a_replayed_game_is_followed_play_by_play_to_its_end(played: Stage) -> None:
    replayed = played.ask(
        REPLAY, input={"idempotencyKey": uuid4().hex, "game": newest_game(played)["id"], "speed": 2000}
    )["replayGame"]["game"]

    async with played.subscribed(WATCH_GAME, id=replayed["id"]) as events:
        told = [event["game"] async for event in events]

    plays = [event["play"] for event in told if event["__typename"] == "PlayRecorded"]
    statuses = [event["status"] for event in told if event["__typename"] == "GameStatusChanged"]
    assert len(plays) > 300
    assert statuses == ["LIVE", "FINAL"]
    assert plays[-1] == {"homeScore": replayed["home"]["score"], "awayScore": replayed["away"]["score"]}
    assert len({event["cursor"] for event in told if event["__typename"] == "PlayRecorded"}) == len(plays)


def test_lineage_walks_from_a_prediction_to_its_sources_and_back(played: Stage) -> None:
    prediction = predict(played, {"game": newest_game(played)["id"]})["predictions"][0]["id"]

    def kinds(node: str, direction: str) -> list[str]:
        graph = played.ask(LINEAGE, node=node, direction=direction)["lineage"]
        return [edge["node"]["nodeType"] for edge in graph["nodes"]["edges"]] if graph else []

    eventually(lambda: "SOURCE_FILE" in kinds(prediction, "UPSTREAM"))
    graph = played.ask(LINEAGE, node=prediction, direction="UPSTREAM")["lineage"]
    source = next(
        edge["node"]["id"] for edge in graph["nodes"]["edges"] if edge["node"]["nodeType"] == "SOURCE_FILE"
    )
    found = kinds(source, "DOWNSTREAM")

    assert {"DATASET_VERSION", "MODEL_VERSION", "DEPLOYMENT"} <= set(kinds(prediction, "UPSTREAM"))
    assert {"DATASET_VERSION", "MODEL_VERSION", "DEPLOYMENT", "PREDICTION"} <= set(found)
    assert all(edge["transformation"] for edge in graph["edges"])


def test_what_does_not_exist_is_null_for_a_query_and_a_problem_for_a_mutation(played: Stage) -> None:
    nothing = played.ask(
        '{ team(abbreviation: "ZZZ") { id } game(id: "R2FtZTowMDAwMDAwMDAw") { id }'
        ' endpoint(name: "nope") { id } }'
    )
    refused = predict(played, {"game": newest_game(played)["id"]}, endpoint="nope")

    assert nothing == {"team": None, "game": None, "endpoint": None}
    assert (refused["__typename"], refused["code"]) == ("NotFoundError", "NOT_FOUND")
    assert "nope" in refused["message"]


def test_the_explorer_the_meters_and_the_probes_answer(played: Stage) -> None:
    explorer = httpx.get(f"{played.server}/explorer/")
    meters = httpx.get(f"{played.server}/metrics")
    stranger = httpx.post(f"{played.server}/graphql", json={"query": "{ __typename }"})

    assert "Courtside" in explorer.text
    assert "courtside_" in meters.text
    assert stranger.status_code == 401
    assert (played.status("live"), played.status("ready")) == (200, 200)
    assert (played.state / "api-key").stat().st_mode & 0o777 == 0o600


def test_each_run_has_at_most_one_version(played: Stage) -> None:
    versions = played.ask(VERSIONS)["registeredModel"]["versions"]["edges"]

    sources = [edge["node"]["source"]["id"] for edge in versions]

    assert len(sources) == len(set(sources))


def test_ctrl_c_ends_everything_within_five_seconds_and_leaves_no_process(played: Stage) -> None:
    up = played.processes.pop("up")

    seconds = interrupt(up)

    assert seconds < 5
    assert up.returncode == 0
    assert processes_of(played.state) == []
