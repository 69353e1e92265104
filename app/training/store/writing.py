"""Writing training, in the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import column, text
from sqlalchemy.types import BigInteger, Float, String, Uuid

from app.core.ids import DatasetVersionId, RunId, new_id
from app.core.session import Session
from app.training.tables import TrainingRun

_OPEN_EXPERIMENT: Final = text("""
    insert into experiment as e (id, name) values (:id, :name)
    on conflict (workspace_id, name) do update set name = e.name returning id
""").columns(column("id", Uuid))
_ADD_POINTS: Final = text("""
    insert into metric_point (run_id, key, step, value)
    select :run_id, given.key, given.step, given.value
    from unnest(cast(:keys as text[]), cast(:steps as bigint[]), cast(:values as float8[]))
        as given (key, step, value)
    on conflict (run_id, key, step) do nothing returning key, step, value
""").columns(column("key", String), column("step", BigInteger), column("value", Float))
_KEEP_TRACKING: Final = text("""
    with kept as (
        update training_run set mlflow_run_id = :mlflow_run_id where run_id = :run_id returning experiment_id
    )
    update experiment set mlflow_experiment_id = :mlflow_experiment_id from kept where id = kept.experiment_id
""")
_LATEST_LEAGUE: Final = text("""
    select v.id from dataset_version v join dataset d on d.id = v.dataset_id
    where d.namespace = 'league' order by v.id desc limit 1
""").columns(column("id", Uuid))
_SNAPSHOT: Final = text("""
    select v.digest from dataset_version v join dataset d on d.id = v.dataset_id
    where v.id = :id and d.namespace = :namespace and d.name = :name
""")


@dataclass(frozen=True, slots=True)
class MetricValue:
    """One value of a metric at one step."""

    key: str
    step: int
    value: float


async def open_experiment(session: Session, name: str) -> UUID:
    """Return the experiment of this name, made if it is missing."""
    found: UUID = (await session.execute(_OPEN_EXPERIMENT, {"id": new_id(), "name": name})).scalar_one()
    return found


async def add_training_run(session: Session, asked: TrainingRun) -> None:
    """Write what a run was asked for."""
    session.add(asked)
    await session.flush()


async def get_training_run(session: Session, run_id: RunId) -> TrainingRun:
    """Return what the run was asked for; every run of kind TRAINING has such a row."""
    return await session.get_one(TrainingRun, run_id)


async def add_points(session: Session, run_id: RunId, points: Sequence[MetricValue]) -> list[MetricValue]:
    """Store points and return those that were new: a run that is resumed measures some a second time."""
    columns = {
        "keys": [point.key for point in points],
        "steps": [point.step for point in points],
        "values": [point.value for point in points],
    }
    rows = await session.execute(_ADD_POINTS, {"run_id": run_id, **columns})
    return [MetricValue(row.key, row.step, row.value) for row in rows]


async def keep_snapshot(
    session: Session, run_id: RunId, version_id: DatasetVersionId, params: Mapping[str, str]
) -> None:
    """Note the rows that the run is trained on, and its parameters as they were settled."""
    asked = await get_training_run(session, run_id)
    asked.dataset_version_id = version_id
    asked.params = dict(params)
    session.add(asked)


async def keep_tracking(
    session: Session, run_id: RunId, *, mlflow_run_id: str, mlflow_experiment_id: str
) -> None:
    """Note where MLflow keeps its copy."""
    values = {"mlflow_run_id": mlflow_run_id, "mlflow_experiment_id": mlflow_experiment_id}
    await session.execute(_KEEP_TRACKING, {"run_id": run_id, **values})


async def find_league_version(session: Session) -> DatasetVersionId | None:
    """Return the newest version of the league in this workspace."""
    return (await session.execute(_LATEST_LEAGUE)).scalar_one_or_none()


async def find_snapshot_digest(
    session: Session, version_id: UUID, *, namespace: str, name: str
) -> str | None:
    """Return the digest of a version of the dataset so named, None where it is none of its versions."""
    values = {"id": version_id, "namespace": namespace, "name": name}
    found: str | None = (await session.execute(_SNAPSHOT, values)).scalar_one_or_none()
    return found
