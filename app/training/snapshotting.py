"""Taking the rows of a training: forms brought up to date, rows written to a file, a version of the dataset.

After this step the run depends on the file alone: games that come later change nothing about it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self
from uuid import UUID

from app.core.ids import DatasetVersionId
from app.core.runs import ClaimedRun
from app.core.session import Session
from app.datasets import store as datasets
from app.features import store as features
from app.features.materialisation import materialise
from app.features.views import record_view
from app.training.artifacts import write_artifact
from app.training.child_work import RowsFile
from app.training.events import TrainingSnapshotTaken
from app.training.launching import SNAPSHOT_NAMESPACE
from app.training.snapshot import SUFFIX, TrainingRows, settle_test_season
from app.training.store import writing
from app.training.templates import Plan, in_season

_EVER: Final = 9999


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The rows of a run, and its parameters as they were settled with them."""

    dataset_version_id: DatasetVersionId
    feature_view_id: UUID
    file_name: str
    digest: str
    params: Mapping[str, str]
    training_games: int

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> Self:
        """Build the snapshot from the JSON of its step."""
        ids = {name: UUID(stored[name]) for name in ("dataset_version_id", "feature_view_id")}
        return cls(**{**stored, **ids})

    def rows_file(self, directory: Path) -> RowsFile:
        """Say where the rows are."""
        return RowsFile(directory / self.file_name, self.digest)


async def take_snapshot(run: ClaimedRun, directory: Path) -> Snapshot:
    """Take the rows of the dataset version that was asked for, else of the games as they are now."""
    if "snapshot" not in run.finished_steps:
        async with run.database.writing(run.workspace_id) as session:
            # not under the run's lock: it may take seconds, and does the same whoever does it
            last_date = (await materialise(session)).last_date
            await record_view(session, materialized_to=last_date)
    stored = await run.step("rows", lambda: _take_rows(run, directory))
    return Snapshot.restored(
        await run.step_in_transaction("snapshot", lambda session: _record(session, run, stored))
    )


async def _take_rows(run: ClaimedRun, directory: Path) -> dict[str, Any]:
    async with run.database.writing(run.workspace_id) as session:
        asked = await writing.get_training_run(session, run.id)
        digest = await _asked_digest(session, asked.dataset_version_id, asked.template)
    plan = Plan.restored(asked.params)
    if digest is not None:
        rows = await asyncio.to_thread(TrainingRows.read, directory / f"{digest}{SUFFIX}", digest)
    else:
        rows = await _read_rows(run, plan)
    season = settle_test_season(rows, plan.test_season)
    content = await asyncio.to_thread(rows.content)
    file = await asyncio.to_thread(write_artifact, directory, content, suffix=SUFFIX)
    return {
        "file_name": file.file_name,
        "digest": file.digest,
        "params": in_season(plan, season).shown(),
        "rows": len(rows),
        "training_games": len(rows.before_season(season)),
    }


async def _read_rows(run: ClaimedRun, plan: Plan) -> TrainingRows:
    last = _EVER if plan.test_season is None else plan.test_season
    async with run.database.reading(run.workspace_id) as connection:
        games = await features.played_matchups(
            connection, first_season=plan.params.first_season, last_season=last
        )
    return await asyncio.to_thread(TrainingRows.of, games)


async def _asked_digest(session: Session, version_id: UUID | None, template: str) -> str | None:
    if version_id is None:
        return None
    return await writing.find_snapshot_digest(
        session, version_id, namespace=SNAPSHOT_NAMESPACE, name=template
    )


async def _record(session: Session, run: ClaimedRun, taken: Mapping[str, Any]) -> dict[str, Any]:
    """Make the rows a version of their dataset, and tell what they were made of."""
    asked = await writing.get_training_run(session, run.id)
    view_id = await record_view(session, materialized_to=None)
    dataset_id = await datasets.open_dataset(session, SNAPSHOT_NAMESPACE, asked.template)
    version_id = await datasets.add_version(
        session, dataset_id, digest=taken["digest"], rows=taken["rows"], run_id=run.id
    )
    await writing.keep_snapshot(session, run.id, version_id, taken["params"])
    league = await writing.find_league_version(session)
    session.emit(TrainingSnapshotTaken(run.workspace_id, run.id, version_id, league, view_id))
    return {
        "dataset_version_id": str(version_id),
        "feature_view_id": str(view_id),
        **{name: taken[name] for name in ("file_name", "digest", "params", "training_games")},
    }
