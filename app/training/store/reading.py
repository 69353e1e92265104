"""Reading training. Functions that answer for parents take all of them at once and ask once."""

import datetime as dt
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg

from app.core.grouping import by_key
from app.core.ids import DatasetVersionId, RunId
from app.core.runs import RunState
from app.core.session import Connection
from app.training.views import CLIMBING, ExperimentView, MetricPointView, MetricSummary, TrainingRunView

_EXPERIMENT: Final = "e.id, e.name, e.mlflow_experiment_id, e.created_at"
_EXPERIMENT_NAMED: Final = f"select {_EXPERIMENT} from experiment e where e.name = $1"
_EXPERIMENTS: Final = f"select {_EXPERIMENT} from experiment e where e.id = any($1)"
_RUN: Final = (
    "r.id, r.state, r.epoch, r.created_at, r.started_at, r.ended_at, r.progress_fraction, "
    "r.progress_message, r.failure_kind, r.failure_message, r.request_id, "
    "t.experiment_id, t.template, t.params, t.seed, t.dataset_version_id, t.mlflow_run_id"
)
_RUNS: Final = f"""
    select {_RUN} from training_run t join run r on r.id = t.run_id where r.id = any($1)"""
_RUNS_OF_EXPERIMENTS: Final = f"""
    select {_RUN} from unnest($1::uuid[]) as wanted (id) cross join lateral (
        select * from training_run t where t.experiment_id = wanted.id and ($2::uuid is null or t.run_id < $2)
        order by t.run_id desc limit $3
    ) t join run r on r.id = t.run_id order by r.id desc"""
_SUMMARIES: Final = """
    select run_id, key, (array_agg(value order by step desc))[1] as last, min(value) as lowest,
        max(value) as highest
    from metric_point where run_id = any($1) group by run_id, key order by key"""
_HISTORY: Final = """
    select run_id, step, at, value from (
        select run_id, step, at, value, row_number() over (partition by run_id order by step) as place,
            count(*) over (partition by run_id) as n
        from metric_point where run_id = any($1) and key = $2
    ) numbered
    where n <= $3 or place = n or (place - 1) * ($3 - 1) / n <> (place - 2) * ($3 - 1) / n
    order by run_id, step"""
"""Thinned evenly to `$3` points where there are more; the first and the last always stay."""
_POINTS: Final = "select key, step, value, at from metric_point where run_id = $1 order by key, step"
_OUTPUTS: Final = "select run_id, id from dataset_version where run_id = any($1) order by id"


async def find_experiment(connection: Connection, name: str) -> ExperimentView | None:
    """Return the experiment of this name."""
    row = await connection.fetchrow(_EXPERIMENT_NAMED, name)
    return None if row is None else ExperimentView(*row)


async def experiments_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, ExperimentView]:
    """Return the experiments with these ids, those that there are."""
    return {row["id"]: ExperimentView(*row) for row in await connection.fetch(_EXPERIMENTS, list(ids))}


async def runs_by_id(connection: Connection, ids: Sequence[RunId]) -> dict[RunId, TrainingRunView]:
    """Return the training runs with these ids, those that there are."""
    return {row["id"]: _run(row) for row in await connection.fetch(_RUNS, list(ids))}


async def runs_of_experiments(
    connection: Connection, ids: Sequence[UUID], *, before: UUID | None, limit: int
) -> dict[UUID, list[TrainingRunView]]:
    """Return up to `limit` runs of each experiment, newest first, those older than `before`."""
    rows = await connection.fetch(_RUNS_OF_EXPERIMENTS, list(ids), before, limit)
    return by_key((row["experiment_id"], _run(row)) for row in rows)


async def summaries_of_runs(connection: Connection, ids: Sequence[RunId]) -> dict[RunId, list[MetricSummary]]:
    """Return each run's metrics by name."""
    rows = await connection.fetch(_SUMMARIES, list(ids))
    return by_key((row["run_id"], _summary(row)) for row in rows)


async def histories_of_runs(
    connection: Connection, ids: Sequence[RunId], key: str, *, max_points: int
) -> dict[RunId, list[MetricPointView]]:
    """Return one metric of each run by step, thinned evenly to about `max_points` (2 or more)."""
    rows = await connection.fetch(_HISTORY, list(ids), key, max_points)
    return by_key((row["run_id"], MetricPointView(row["step"], row["at"], row["value"])) for row in rows)


async def points_of_run(connection: Connection, run_id: RunId) -> list[tuple[str, int, float, dt.datetime]]:
    """Return all that a run has measured: key, step, value, instant."""
    return [tuple(row) for row in await connection.fetch(_POINTS, run_id)]


async def outputs_of_runs(
    connection: Connection, ids: Sequence[RunId]
) -> dict[RunId, list[DatasetVersionId]]:
    """Return the versions of datasets that each run has made."""
    rows = await connection.fetch(_OUTPUTS, list(ids))
    return by_key((row["run_id"], row["id"]) for row in rows)


def _summary(row: asyncpg.Record) -> MetricSummary:
    climbs = any(str(row["key"]).endswith(name) for name in CLIMBING)
    return MetricSummary(row["key"], row["last"], row["highest"] if climbs else row["lowest"])


def _run(row: asyncpg.Record) -> TrainingRunView:
    run_id, state, *rest = row
    return TrainingRunView(run_id, RunState(state), *rest)
