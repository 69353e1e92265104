from pathlib import Path

import numpy as np
import orjson
import pytest

from app.cli.client import Client
from app.cli.report import fetch_report, write_report
from app.cli.story import Trained
from app.training.evaluation import CalibrationBin, Comparison, Metrics, compare
from tests.cli.conftest import Run, StandIn

NAMES = ("accuracy", "log_loss", "brier_score", "calibration_error")


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    random = np.random.default_rng(1)
    model, elo = random.uniform(0.1, 0.9, 400), random.uniform(0.2, 0.8, 400)
    outcomes = (random.uniform(size=400) < model).astype(np.float64)
    return compare(model, elo, outcomes, seed=1)


def figures(metrics: Metrics) -> list[dict[str, object]]:
    return [{"key": name, "value": getattr(metrics, name)} for name in NAMES]


def bins(of: tuple[CalibrationBin, ...]) -> list[dict[str, object]]:
    return [
        {
            "predicted": one.mean_predicted,
            "observed": one.observed,
            "n": one.games,
            "lowest": one.lowest,
            "highest": one.highest,
        }
        for one in of
    ]


def as_the_api_tells(comparison: Comparison) -> dict[str, object]:
    gaps = {name: getattr(comparison, f"{name}_gap") for name in NAMES[:3]}
    evaluation = {
        "population": "regular season 2023-24",
        "games": comparison.games,
        "metrics": figures(comparison.model),
        "baseline": figures(comparison.baseline),
        "gaps": [
            {"key": name, "value": gap.estimate, "interval": {"low": gap.lower, "high": gap.upper}}
            for name, gap in gaps.items()
        ],
        "calibration": bins(comparison.calibration),
        "baselineCalibration": bins(comparison.baseline_calibration),
    }
    return {"data": {"node": {"evaluations": [evaluation]}}}


def test_comparison_is_the_one_that_was_stored(stand_in: StandIn, comparison: Comparison) -> None:
    stand_in.will_answer("/graphql", as_the_api_tells(comparison))

    report = fetch_report(Client(stand_in.address, "key"), Trained("R", "V", 3))

    assert report.comparison == comparison
    assert report.title == "win-probability version 3, regular season 2023-24"


def test_report_is_a_picture_and_its_figures(
    stand_in: StandIn, comparison: Comparison, tmp_path: Path
) -> None:
    stand_in.will_answer("/graphql", as_the_api_tells(comparison))
    report = fetch_report(Client(stand_in.address, "key"), Trained("R", "V", 3))

    write_report(report, tmp_path)

    assert (tmp_path / "reliability.png").read_bytes().startswith(b"\x89PNG")
    facts = orjson.loads((tmp_path / "report.json").read_bytes())
    assert facts["comparison"]["model"]["log_loss"] == comparison.model.log_loss
    assert (facts["model"], facts["version"], facts["baseline"]) == ("win-probability", 3, "Elo")


def test_prediction_is_told_with_what_answered(courtside: Run, stand_in: StandIn) -> None:
    team = {"id": "T", "name": "Boston Celtics"}
    prediction = {
        "id": "P",
        "deployment": {"revision": 2, "modelVersion": {"version": 3, "model": {"name": "win-probability"}}},
        "output": {"label": "home_win", "probability": 0.625},
    }
    success = {"__typename": "PredictSuccess", "predictions": [prediction]}
    both = {"data": {"home": team, "away": {**team, "name": "Denver Nuggets"}}}
    stand_in.will_answer("/graphql", both, {"data": {"predict": success}})

    ended = courtside(
        "predict", "bos", "den", "2024-04-15", "--server", stand_in.address, "--json", COURTSIDE_API_KEY="key"
    )

    assert orjson.loads(ended.stdout) == {
        "home": "Boston Celtics",
        "away": "Denver Nuggets",
        "date": "2024-04-15",
        "probability": 0.625,
        "model": "win-probability",
        "version": 3,
        "revision": 2,
        "prediction": "P",
    }


def test_unknown_team_is_named(courtside: Run, stand_in: StandIn) -> None:
    team = {"id": "T", "name": "Boston Celtics"}
    stand_in.will_answer("/graphql", {"data": {"home": team, "away": None}})

    ended = courtside(
        "predict", "BOS", "DNE", "2024-04-15", "--server", stand_in.address, COURTSIDE_API_KEY="key"
    )

    assert ended.returncode == 2
    assert "There is no team “DNE”" in ended.stderr
