"""What `train --report` writes: the evaluation as the API gives it, and its reliability picture."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from app.cli.client import Client
from app.cli.story import TEMPLATE, Trained
from app.core.errors import Invalid
from app.training.evaluation import CalibrationBin, Comparison, Interval, Metrics
from app.training.reliability_picture import draw_reliability

EVALUATION = """query Evaluation($version: ID!) { node(id: $version) { ... on ModelVersion {
  evaluations { population games
    metrics { key value } baseline { key value } gaps { key value interval { low high } }
    calibration { predicted observed n lowest highest }
    baselineCalibration { predicted observed n lowest highest } } } } }"""


@dataclass(frozen=True, slots=True)
class Report:
    """One version beside the Elo baseline on games that it never saw; `population` names the games."""

    model_version: str
    version: int
    population: str
    comparison: Comparison

    @property
    def title(self) -> str:
        """What heads the table and the picture."""
        return f"{TEMPLATE} version {self.version}, {self.population}"

    def facts(self) -> dict[str, object]:
        """Give everything as plain values for JSON."""
        return {**asdict(self), "model": TEMPLATE, "baseline": "Elo"}


def fetch_report(client: Client, trained: Trained) -> Report:
    """Ask for the evaluation of a version; the last one where there are several."""
    found = client.ask(EVALUATION, version=trained.model_version)["node"]["evaluations"][-1]
    comparison = Comparison(
        games=found["games"],
        model=_metrics(found["metrics"]),
        baseline=_metrics(found["baseline"]),
        calibration=_bins(found["calibration"]),
        baseline_calibration=_bins(found["baselineCalibration"]),
        **{f"{gap['key']}_gap": _interval(gap) for gap in found["gaps"]},
    )
    return Report(trained.model_version, trained.version, found["population"], comparison)


def make_folder(folder: Path) -> None:
    """Make the folder of a report; raise `Invalid` where that is not possible."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"The report can't be written to {folder}: {error.strerror}. Name another folder."
        raise Invalid(message) from error


def write_report(report: Report, folder: Path) -> None:
    """Write report.json and reliability.png."""
    text = orjson.dumps(report.facts(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    (folder / "report.json").write_bytes(text)
    names = {"model_name": TEMPLATE, "baseline_name": "Elo"}
    picture = draw_reliability(report.comparison, title=report.title, **names)
    (folder / "reliability.png").write_bytes(picture)


def _metrics(figures: list[dict[str, Any]]) -> Metrics:
    return Metrics(**{figure["key"]: figure["value"] for figure in figures})


def _interval(gap: dict[str, Any]) -> Interval:
    return Interval(gap["value"], gap["interval"]["low"], gap["interval"]["high"])


def _bins(bins: list[dict[str, Any]]) -> tuple[CalibrationBin, ...]:
    return tuple(
        CalibrationBin(
            lowest=each["lowest"],
            highest=each["highest"],
            mean_predicted=each["predicted"],
            observed=each["observed"],
            games=each["n"],
        )
        for each in bins
    )
