"""Launching a training: its run, what it was asked for, its key, audit line and events in one transaction.

Nothing is trained here: the run waits for a worker.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.core.errors import Invalid, Issue, NotFound
from app.core.idempotency import recall, remember
from app.core.ids import DatasetVersionId, RunId, encode_global_id
from app.core.runs import RunKind, create_run
from app.core.session import Session
from app.governance import audit
from app.governance.actors import Actor
from app.training.store import writing
from app.training.tables import TrainingRun
from app.training.templates import ParamWish, Plan, make_plan

OPERATION: Final = "launchTraining"
SNAPSHOT_NAMESPACE: Final = "features"
_LONGEST_NAME: Final = 200
_SEEDS: Final = range(2**31)


@dataclass(frozen=True, slots=True)
class LaunchWish:
    """What is asked for; `dataset_version_id` None takes the games as they are when the work begins."""

    idempotency_key: str
    template: str
    experiment: str
    params: Sequence[ParamWish] = ()
    seed: int = 0
    dataset_version_id: DatasetVersionId | None = None

    def asked(self) -> dict[str, object]:
        """Give what makes two wishes the same; the order of params does not."""
        return {
            "template": self.template,
            "experiment": self.experiment,
            "params": sorted((param.key, param.value) for param in self.params),
            "seed": self.seed,
            "datasetVersion": None if self.dataset_version_id is None else str(self.dataset_version_id),
        }


@dataclass(frozen=True, slots=True)
class Launched:
    """The run of a key; `replayed` where an earlier request has made it."""

    run_id: RunId
    replayed: bool


async def launch(
    session: Session, actor: Actor, wish: LaunchWish, *, request_id: str | None = None
) -> Launched:
    """Write a training run that waits for a worker, or return the one that the key has made before.

    Raises `NotFound` for an unknown template or dataset version, `Invalid` with an issue for each fault,
    `IdempotencyMismatch` where the key was used for another wish.
    """
    plan = make_plan(wish.template, wish.params)
    _check(wish)
    earlier = await recall(session, operation=OPERATION, key=wish.idempotency_key, input=wish.asked())
    if earlier is not None:
        return Launched(RunId(earlier), replayed=True)
    await _check_dataset(session, wish.template, wish.dataset_version_id)
    run_id = await _create(session, wish, plan, request_id)
    await remember(
        session, operation=OPERATION, key=wish.idempotency_key, input=wish.asked(), result_id=run_id
    )
    target = encode_global_id("TrainingRun", run_id)
    details = {"template": wish.template, "experiment": wish.experiment}
    await audit.record(session, actor, OPERATION, target, details=details, request_id=request_id)
    return Launched(run_id, replayed=False)


async def _create(session: Session, wish: LaunchWish, plan: Plan, request_id: str | None) -> RunId:
    experiment_id = await writing.open_experiment(session, wish.experiment)
    run = await create_run(
        session, kind=RunKind.TRAINING, job_name=wish.template, input=wish.asked(), request_id=request_id
    )
    asked = TrainingRun(
        run_id=run.id,
        experiment_id=experiment_id,
        template=wish.template,
        params=plan.shown(),
        seed=wish.seed,
        dataset_version_id=wish.dataset_version_id,
    )
    await writing.add_training_run(session, asked)
    return RunId(run.id)


def _check(wish: LaunchWish) -> None:
    issues = []
    if not 0 < len(wish.experiment.strip()) <= _LONGEST_NAME:
        message = (
            f"An experiment's name has 1 to {_LONGEST_NAME} characters, this one {len(wish.experiment)}."
        )
        issues.append(Issue(("experiment",), "length", message))
    if wish.seed not in _SEEDS:
        message = f"The seed {wish.seed} was asked for; it must lie in 0 to {_SEEDS[-1]}."
        issues.append(Issue(("seed",), "range", message))
    if issues:
        raise Invalid(" ".join(issue.message for issue in issues), issues=issues)


async def _check_dataset(session: Session, template: str, version_id: UUID | None) -> None:
    if version_id is None:
        return
    where = {"namespace": SNAPSHOT_NAMESPACE, "name": template}
    if await writing.find_snapshot_digest(session, version_id, **where) is None:
        message = (
            f"No version of the dataset “{SNAPSHOT_NAMESPACE}/{template}” has this id: use one that a run of "
            "this template has as its input, or none for today's games."
        )
        missing = encode_global_id("DatasetVersion", version_id)
        raise NotFound(message, missing_id=missing, path=["datasetVersion"])
