"""What a training does in a child process: fit, and measure. Plain values in and out, no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from app.core.child import Report
from app.features.definitions import BASELINE_FEATURE, FEATURE_NAMES
from app.stats.season import season_label
from app.training.evaluation import Comparison, compare
from app.training.reliability_picture import draw_reliability
from app.training.snapshot import TrainingRows, population_of
from app.training.templates import Plan
from app.training.win_probability import TRUSTED_TYPES, fit, predict

CHILD_IMPORTS: Final = (
    __name__,
    "matplotlib.backends.backend_agg",
    "matplotlib.figure",
    "sklearn.impute",
    "sklearn.linear_model",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "skops.io",
)
"""What a child finds imported if its server is told so: seconds become milliseconds."""


@dataclass(frozen=True, slots=True)
class RowsFile:
    """Where the rows are, and their SHA-256."""

    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Evaluated:
    """How good a model is, and the picture of it."""

    comparison: Comparison
    population: str
    picture: bytes


def fit_model(report: Report, rows_file: RowsFile, params: Mapping[str, str], seed: int) -> bytes:
    """Fit on the games before the test season; return the model as a skops file.

    Reports each metric as (key, step, value).
    """
    from skops.io import dumps  # noqa: PLC0415 - heavy, wanted in the child only

    plan = Plan.restored(params)
    assert plan.test_season is not None  # noqa: S101 - settled when the rows were taken
    rows = TrainingRows.read(rows_file.path, rows_file.digest).before_season(plan.test_season)

    def tell(key: str, step: int, value: float) -> None:
        report((key, step, value))

    model = fit(
        rows.features, rows.outcomes, seasons=rows.seasons, params=plan.params, seed=seed, report=tell
    )
    written: bytes = dumps(model)
    return written


def evaluate_model(
    _report: Report, rows_file: RowsFile, model: bytes, params: Mapping[str, str], seed: int
) -> Evaluated:
    """Measure a model on the regular season that it never saw, beside Elo on the same games."""
    plan = Plan.restored(params)
    assert plan.test_season is not None  # noqa: S101 - settled when the rows were taken
    rows = TrainingRows.read(rows_file.path, rows_file.digest).regular_season(plan.test_season)
    baseline = rows.features[:, FEATURE_NAMES.index(BASELINE_FEATURE)]
    comparison = compare(predict(load_model(model), rows.features), baseline, rows.outcomes, seed=seed)
    picture = draw_reliability(
        comparison,
        title=f"Win probability, {season_label(plan.test_season)}",
        model_name="win-probability",
        baseline_name="Elo",
    )
    return Evaluated(comparison, population_of(rows, plan.test_season), picture)


def load_model(content: bytes) -> Any:  # noqa: ANN401 - scikit-learn publishes no types
    """Build the model from the bytes of a skops file that may hold nothing but the template's types."""
    from skops.io import loads  # noqa: PLC0415 - heavy, wanted in the worker only

    return loads(content, trusted=list(TRUSTED_TYPES))
