"""How training is answered: launching, cancelling, runs and experiments; each level by one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.core.errors import Invalid, Issue, NotFound
from app.core.events import RecordedEvent
from app.core.ids import DatasetVersionId, RunId, encode_global_id, uuid_of, uuid_or_none
from app.core.paging import Page, check_page_size, page_of
from app.core.runs import request_cancel
from app.core.sort_keys import NEWEST_FIRST, resume_behind
from app.datasets.store import find_dataset_versions
from app.datasets.views import DatasetVersionView
from app.governance import audit
from app.training.launching import LaunchWish, launch
from app.training.store import reading
from app.training.templates import ParamWish
from app.training.views import ExperimentView, MetricPointView, MetricSummary, TrainingRunView
from resolvers.context import Context

TRAINING_RUN = "TrainingRun"
MOST_POINTS = 5_000
_LONGEST_REASON = 500


class OfRun(Protocol):
    """A row that names a run."""

    @property
    def run_id(self) -> RunId:
        """The run's id."""


@dataclass(frozen=True, slots=True)
class LaunchedRun:
    """The run of a key, and whether an earlier request has made it."""

    run: TrainingRunView
    replayed: bool


@dataclass(frozen=True, slots=True)
class CancelledRun:
    """The run as it is after it was asked to end."""

    run: TrainingRunView


async def launch_training(
    ctx: Context,
    *,
    idempotency_key: str,
    template: str,
    experiment: str,
    params: Sequence[ParamWish] | None = None,
    seed: int | None = None,
    dataset_version: str | None = None,
) -> LaunchedRun:
    """Launch a run, or give the one that the key has made."""
    wish = LaunchWish(
        idempotency_key=idempotency_key,
        template=template,
        experiment=experiment,
        params=params or (),
        seed=seed or 0,
        dataset_version_id=_dataset_version(dataset_version),
    )
    async with ctx.writing() as session:
        launched = await launch(session, ctx.actor, wish, request_id=ctx.request_id)
    return LaunchedRun(await _get_run(ctx, launched.run_id), launched.replayed)


async def cancel_run(ctx: Context, *, run: str, reason: str) -> CancelledRun:
    """Ask a run to end; one that waits ends at once."""
    if not reason.strip() or len(reason) > _LONGEST_REASON:
        message = f"Say in 1 to {_LONGEST_REASON} characters why the run is cancelled."
        raise Invalid(message, issues=[Issue(("reason",), "reason_given", message)])
    run_id = (await _asked_run(ctx, run)).id
    async with ctx.writing() as session:
        await request_cancel(session, run_id)
        target, details = encode_global_id(TRAINING_RUN, run_id), {"reason": reason}
        await audit.record(
            session, ctx.actor, "cancelRun", target, details=details, request_id=ctx.request_id
        )
    return CancelledRun(await _get_run(ctx, run_id))


async def run(ctx: Context, *, id: str) -> TrainingRunView | None:  # noqa: A002 - the contract's word
    """Give the run of an id."""
    key = uuid_of(id, TRAINING_RUN)
    return None if key is None else (await runs_by_key([str(key)], ctx))[0]


async def runs_by_key(keys: Sequence[str], ctx: Context) -> list[TrainingRunView | None]:
    """Give the run of each key of a global id."""
    ids = [uuid_or_none(key) for key in keys]
    async with ctx.reading() as connection:
        found = await reading.runs_by_id(connection, [RunId(each) for each in ids if each])
    return [None if each is None else found.get(RunId(each)) for each in ids]


async def runs_of(rows: Sequence[OfRun], ctx: Context) -> list[TrainingRunView | None]:
    """Give for each row the training run that it names."""
    return await runs_by_key([str(row.run_id) for row in rows], ctx)


async def runs_of_events(events: Sequence[RecordedEvent], ctx: Context) -> list[TrainingRunView | None]:
    """Give for each event its run, as it stands now."""
    return await runs_by_key([str(event.payload["run_id"]) for event in events], ctx)


async def experiment(ctx: Context, *, name: str) -> ExperimentView | None:
    """Give the experiment of a name."""
    async with ctx.reading() as connection:
        return await reading.find_experiment(connection, name)


async def experiments_by_key(keys: Sequence[str], ctx: Context) -> list[ExperimentView | None]:
    """Give the experiment of each key of a global id."""
    ids = [uuid_or_none(key) for key in keys]
    async with ctx.reading() as connection:
        found = await reading.experiments_by_id(connection, [each for each in ids if each])
    return [None if each is None else found.get(each) for each in ids]


async def experiments_of(runs: Sequence[TrainingRunView], ctx: Context) -> list[ExperimentView]:
    """Give for each run its experiment."""
    async with ctx.reading() as connection:
        found = await reading.experiments_by_id(connection, [each.experiment_id for each in runs])
    return [found[each.experiment_id] for each in runs]


async def experiment_runs(
    experiments: Sequence[ExperimentView], ctx: Context, *, first: int = 20, after: str | None = None
) -> list[Page[TrainingRunView]]:
    """Give for each experiment a page of its runs, the newest first."""
    check_page_size(first)
    [before] = resume_behind(after, NEWEST_FIRST)
    async with ctx.reading() as connection:
        found = await reading.runs_of_experiments(
            connection, [each.id for each in experiments], before=before, limit=first + 1
        )
    return [
        page_of(found.get(each.id, []), first=first, after=after, key=lambda run: (str(run.id),))
        for each in experiments
    ]


async def metrics_of(runs: Sequence[TrainingRunView], ctx: Context) -> list[list[MetricSummary]]:
    """Give for each run its metrics, by name."""
    async with ctx.reading() as connection:
        found = await reading.summaries_of_runs(connection, [each.id for each in runs])
    return [found.get(each.id, []) for each in runs]


async def histories_of(
    runs: Sequence[TrainingRunView], ctx: Context, *, key: str, max_points: int = 500
) -> list[list[MetricPointView]]:
    """Give for each run the values of one metric by step, thinned evenly to `max_points`."""
    if not 2 <= max_points <= MOST_POINTS:  # noqa: PLR2004 - the first and the last
        message = f"`maxPoints` is {max_points}: ask for 2 to {MOST_POINTS} points."
        raise Invalid(message, issues=[Issue(("maxPoints",), "range", message)])
    async with ctx.reading() as connection:
        found = await reading.histories_of_runs(
            connection, [each.id for each in runs], key, max_points=max_points
        )
    return [found.get(each.id, []) for each in runs]


async def inputs_of(runs: Sequence[TrainingRunView], ctx: Context) -> list[list[DatasetVersionView]]:
    """Give for each run the version of the rows that it was trained on, nothing before they are taken."""
    wanted = [[each.dataset_version_id] if each.dataset_version_id else [] for each in runs]
    return await _versions(wanted, ctx)


async def outputs_of(runs: Sequence[TrainingRunView], ctx: Context) -> list[list[DatasetVersionView]]:
    """Give for each run the versions of datasets that it made."""
    async with ctx.reading() as connection:
        found = await reading.outputs_of_runs(connection, [each.id for each in runs])
    return await _versions([found.get(each.id, []) for each in runs], ctx)


async def get_run(ctx: Context, *, id: str) -> TrainingRunView:  # noqa: A002 - the contract's word
    """Give the run of a global id; raise `NotFound`."""
    return await _asked_run(ctx, id)


async def _versions(
    wanted: Sequence[Sequence[DatasetVersionId]], ctx: Context
) -> list[list[DatasetVersionView]]:
    ids = list({each for group in wanted for each in group})
    async with ctx.reading() as connection:
        found = dict(zip(ids, await find_dataset_versions(connection, ids), strict=True))
    return [[version for each in group if (version := found[each])] for group in wanted]


async def _asked_run(ctx: Context, given: str) -> TrainingRunView:
    found = await run(ctx, id=given)
    if found is None:
        message = "There is no such training run: use the `id` of a run that a query returned."
        raise NotFound(message, missing_id=given, path=["run"])
    return found


async def _get_run(ctx: Context, run_id: RunId) -> TrainingRunView:
    async with ctx.reading() as connection:
        return (await reading.runs_by_id(connection, [run_id]))[run_id]


def _dataset_version(given: str | None) -> DatasetVersionId | None:
    if given is None:
        return None
    key = uuid_of(given, "DatasetVersion")
    if key is None:
        message = "`datasetVersion` is not the id of a version of a dataset: use one that a query returned."
        raise NotFound(message, missing_id=given, path=["datasetVersion"])
    return DatasetVersionId(key)
