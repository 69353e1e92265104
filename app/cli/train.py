"""`courtside train`: a training run asked of a running server, waited for, and told beside the baseline."""

from pathlib import Path

import orjson
from rich.console import Console
from rich.table import Table

from app.cli.client import connect
from app.cli.progress import progress_bar
from app.cli.report import Report, fetch_report, make_folder, write_report
from app.cli.settling import settle
from app.cli.story import TEMPLATE, await_version, launch
from app.core.ids import new_id
from app.training.templates import TEST_SEASON

LABELS = {"accuracy": "accuracy", "log_loss": "log loss", "brier_score": "Brier score"}


def train(
    experiment: str,
    *,
    test_season: str | None,
    seed: int,
    report: Path | None,
    server: str | None,
    state_dir: Path | None,
    json: bool,
) -> None:
    """Train a model, wait for its version, and say how good it is on games that it never saw."""
    if report is not None:
        make_folder(report)  # before the training, not after it
    client = connect(settle(state_dir=state_dir, answers=True), server)
    params = {} if test_season is None else {TEST_SEASON: test_season}
    with progress_bar("Training a model", silent=json) as tell:
        run = launch(client, key=f"train:{new_id()}", params=params, experiment=experiment, seed=seed)
        trained = await_version(client, run, tell)
    found = fetch_report(client, trained)
    if report is not None:
        write_report(found, report)
    if json:
        print(orjson.dumps(found.facts()).decode())
    else:
        _show(found)


def _show(report: Report) -> None:
    comparison = report.comparison
    table = Table("", "model", "Elo", "difference", "95 % interval", title=report.title)
    gaps = {
        "accuracy": comparison.accuracy_gap,
        "log_loss": comparison.log_loss_gap,
        "brier_score": comparison.brier_score_gap,
    }
    for key, label in LABELS.items():
        model, elo, gap = getattr(comparison.model, key), getattr(comparison.baseline, key), gaps[key]
        interval = f"{gap.lower:+.4f} to {gap.upper:+.4f}"
        table.add_row(label, f"{model:.4f}", f"{elo:.4f}", f"{gap.estimate:+.4f}", interval)
    console = Console(highlight=False)
    console.print(table)
    console.print(f"{TEMPLATE} version {report.version}, on {comparison.games:,} games that it never saw.")
