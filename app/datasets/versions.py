"""Versions of datasets: one for each content of a file, one for each state of the league that came of it."""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from app.core.events import Event
from app.core.ids import DatasetVersionId, RunId, WorkspaceId
from app.core.session import Connection, Session
from app.datasets import store
from app.datasets.views import DatasetVersionView

FILE_NAMESPACE: Final = "file"
LEAGUE_NAMESPACE: Final = "league"
LEAGUE_DATASET: Final = "games"


def ingestion_topic(workspace_id: WorkspaceId) -> str:
    """Name the stream of a workspace's ingestions: its events are handled in the order of its commits."""
    return f"ingestion:{workspace_id}"


@dataclass(frozen=True, slots=True)
class FileIngested(Event):
    """The rows of a file became part of a version of the league."""

    kind: ClassVar[str] = "FileIngested"
    wakes_handlers: ClassVar[bool] = True

    workspace_id: WorkspaceId
    dataset_version_id: DatasetVersionId
    league_dataset_version_id: DatasetVersionId
    run_id: RunId
    file_name: str

    @property
    def topic(self) -> str:
        """The one stream of a workspace's ingestions."""
        return ingestion_topic(self.workspace_id)


@dataclass(frozen=True, slots=True)
class LeagueUpdated(Event):
    """The league has a new version; both dates are None where no result and no team line changed."""

    kind: ClassVar[str] = "LeagueUpdated"
    wakes_handlers: ClassVar[bool] = True

    workspace_id: WorkspaceId
    dataset_version_id: DatasetVersionId
    run_id: RunId
    first_changed_date: dt.date | None
    last_changed_date: dt.date | None

    @property
    def topic(self) -> str:
        """The one stream of a workspace's ingestions."""
        return ingestion_topic(self.workspace_id)


async def find_league_version(connection: Connection) -> DatasetVersionView | None:
    """Give the newest version of the league in this workspace, None before the first ingestion."""
    dataset = await store.find_dataset(connection, LEAGUE_NAMESPACE, LEAGUE_DATASET)
    if dataset is None:
        return None
    edges = (await store.versions_of_datasets(connection, [dataset.id], first=1))[0].edges
    return edges[0].node if edges else None


async def record_file_version(
    session: Session, source: store.SourceContent, run_id: RunId
) -> DatasetVersionId:
    """Record the content of a file as a version of the dataset that bears its name, once a content."""
    dataset_id = await store.open_dataset(session, FILE_NAMESPACE, source.name)
    return await store.add_version(
        session, dataset_id, digest=source.digest, rows=source.rows, run_id=run_id, source_file_id=source.id
    )


async def seal_league_version(session: Session, run_id: RunId) -> DatasetVersionId | None:
    """Record the league as it stands with the files that came since its last version, None if none came.

    Its digest is that of the set of loaded contents and of how many rows of each are in use, so that the
    order of loading does not matter. A run that dies before this leaves its files to the next one.
    """
    files = await store.list_unsealed(session)
    if not files:
        return None
    state = await store.read_league_state(session)
    dataset_id = await store.open_dataset(session, LEAGUE_NAMESPACE, LEAGUE_DATASET)
    version_id = await store.add_version(
        session, dataset_id, digest=digest_of_league(state.contents), rows=state.games, run_id=run_id
    )
    await store.mark_sealed(session, [file.version_id for file in files], version_id)
    for file in files:
        session.emit(FileIngested(session.workspace_id, file.version_id, version_id, run_id, file.name))
    session.emit(LeagueUpdated(session.workspace_id, version_id, run_id, *_span(files)))
    return version_id


def digest_of_league(contents: Sequence[tuple[str, int]]) -> str:
    """Give the SHA-256 of a set of contents, each a digest and its number of usable rows.

    >>> digest_of_league([("a", 1), ("b", 2)]) == digest_of_league([("b", 2), ("a", 1)])
    True
    """
    lines = sorted(f"{digest} {rows}\n" for digest, rows in contents)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def _span(files: Sequence[store.UnsealedFile]) -> tuple[dt.date | None, dt.date | None]:
    firsts = [file.first_changed_date for file in files if file.first_changed_date is not None]
    lasts = [file.last_changed_date for file in files if file.last_changed_date is not None]
    return min(firsts, default=None), max(lasts, default=None)
