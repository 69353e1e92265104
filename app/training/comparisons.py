"""A comparison as plain JSON and back, exactly: how one step hands it to a later one."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from app.training.evaluation import CalibrationBin, Comparison, Interval, Metrics


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Give all of a comparison as JSON; floats survive exactly."""
    return asdict(comparison)


def restore_comparison(stored: Mapping[str, Any]) -> Comparison:
    """Build the comparison from what `comparison_json` gave; raises KeyError if it is not that."""
    return Comparison(
        games=stored["games"],
        model=Metrics(**stored["model"]),
        baseline=Metrics(**stored["baseline"]),
        calibration=tuple(CalibrationBin(**each) for each in stored["calibration"]),
        baseline_calibration=tuple(CalibrationBin(**each) for each in stored["baseline_calibration"]),
        accuracy_gap=Interval(**stored["accuracy_gap"]),
        log_loss_gap=Interval(**stored["log_loss_gap"]),
        brier_score_gap=Interval(**stored["brier_score_gap"]),
    )
