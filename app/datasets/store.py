"""All SQL of datasets, their versions, and of who still works on an ingestion."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final
from uuid import UUID

from sqlalchemy import text

from app.core.grouping import grouped, in_order
from app.core.ids import DatasetVersionId, RunId, new_id
from app.core.paging import Page, check_page_size, page_of
from app.core.runs import RunKind
from app.core.session import Connection, Session
from app.core.sort_keys import BY_NAME_AND_UUID, DESCENDING, resume_behind
from app.datasets.views import DatasetVersionView, DatasetView

_OPEN_DATASET: Final = text("""
    insert into dataset as d (id, namespace, name) values (:id, :namespace, :name)
    on conflict (workspace_id, namespace, name) do update set name = d.name returning id
""")
"""The empty update returns the id and locks the row, so that versions are numbered one by one."""
_ADD_VERSION: Final = text("""
    insert into dataset_version (id, dataset_id, version, digest, rows, run_id, source_file_id)
    select :id, :dataset_id, coalesce(max(version), 0) + 1, :digest, :rows, :run_id, :source_file_id
    from dataset_version where dataset_id = :dataset_id
    on conflict (dataset_id, digest) do update set part_of_id = null
    returning id
""")
_LIST_UNSEALED: Final = text("""
    select v.id as version_id, d.name, f.first_changed_date, f.last_changed_date
    from dataset_version v join dataset d on d.id = v.dataset_id join source_file f on f.id = v.source_file_id
    where v.part_of_id is null order by v.id
""")
_MARK_SEALED: Final = text("update dataset_version set part_of_id = :league where id = any(:versions)")
_CONTENTS: Final = text("select digest, rows_read - rows_quarantined as usable from source_file")
_GAMES: Final = text("select count(*) from game")

_GUARD: Final = "hashtextextended('ingestion:' || {run_id}::text, 0)"
_TAKE_GUARD: Final = f"select pg_advisory_lock({_GUARD.format(run_id='$1::uuid')})"
_LIST_UNGUARDED: Final = f"""
    with unfinished as materialized (
        select id, owner from run where kind = '{RunKind.INGESTION}' and state in ('QUEUED', 'RUNNING'))
    select id, owner from unfinished where pg_try_advisory_xact_lock_shared({_GUARD.format(run_id="id")})
    order by id"""
"""Materialized, so that no other run's lock is tried; shared, so that two who look do not see each other."""


@dataclass(frozen=True, slots=True)
class SourceContent:
    """The content of a file that was read."""

    id: UUID
    name: str
    digest: str
    rows: int


@dataclass(frozen=True, slots=True)
class UnsealedFile:
    """The version of a file that is in the league's tables but in no version of the league yet."""

    version_id: DatasetVersionId
    name: str
    first_changed_date: dt.date | None
    last_changed_date: dt.date | None


@dataclass(frozen=True, slots=True)
class LeagueState:
    """What the league consists of: contents with their usable rows, and the number of games."""

    contents: Sequence[tuple[str, int]]
    games: int


async def open_dataset(session: Session, namespace: str, name: str) -> UUID:
    """Give the dataset of this name, made if it is missing, locked until the transaction ends."""
    result = await session.execute(_OPEN_DATASET, {"id": new_id(), "namespace": namespace, "name": name})
    dataset_id: UUID = result.scalar_one()
    return dataset_id


async def add_version(
    session: Session,
    dataset_id: UUID,
    *,
    digest: str,
    rows: int,
    run_id: RunId,
    source_file_id: UUID | None = None,
) -> DatasetVersionId:
    """Give the version with this content, made if it is missing; no version of the league holds it yet."""
    version = {"digest": digest, "rows": rows, "run_id": run_id, "source_file_id": source_file_id}
    result = await session.execute(_ADD_VERSION, {"id": new_id(), "dataset_id": dataset_id, **version})
    return DatasetVersionId(result.scalar_one())


async def list_unsealed(session: Session) -> list[UnsealedFile]:
    """List the versions of files that no version of the league holds yet, oldest first."""
    rows = await session.execute(_LIST_UNSEALED)
    return [UnsealedFile(*row) for row in rows]


async def mark_sealed(
    session: Session, versions: Sequence[DatasetVersionId], league_version_id: DatasetVersionId
) -> None:
    """Say that a version of the league holds these versions of files."""
    await session.execute(_MARK_SEALED, {"league": league_version_id, "versions": list(versions)})


async def read_league_state(session: Session) -> LeagueState:
    """Read what the league consists of now."""
    contents = [(row.digest, row.usable) for row in await session.execute(_CONTENTS)]
    return LeagueState(contents, (await session.execute(_GAMES)).scalar_one())


_DATASET_COLUMNS: Final = ", ".join(f"d.{each.name}" for each in fields(DatasetView))
_VERSION_COLUMNS: Final = ", ".join(f"v.{each.name}" for each in fields(DatasetVersionView))
_FIND_DATASETS: Final = f"select {_DATASET_COLUMNS} from dataset d where d.id = any($1::uuid[])"
_FIND_DATASET: Final = f"select {_DATASET_COLUMNS} from dataset d where d.namespace = $1 and d.name = $2"
_LIST_DATASETS: Final = f"""
    select {_DATASET_COLUMNS} from dataset d where (d.name, d.id) > ($1::text, $2::uuid)
    order by d.name, d.id limit $3"""
_FIND_VERSIONS: Final = f"select {_VERSION_COLUMNS} from dataset_version v where v.id = any($1::uuid[])"
_VERSIONS_OF: Final = f"""
    select {_VERSION_COLUMNS}
    from (select distinct id from unnest($1::uuid[]) as given (id)) d cross join lateral (
        select * from dataset_version v where v.dataset_id = d.id and v.version < $2::bigint
        order by v.version desc limit $3
    ) v order by v.dataset_id, v.version desc"""


async def find_datasets(connection: Connection, dataset_ids: Sequence[UUID]) -> list[DatasetView | None]:
    """Give the dataset of each id, None where there is none in this workspace."""
    rows = await connection.fetch(_FIND_DATASETS, list(dataset_ids))
    return in_order(dataset_ids, {row["id"]: DatasetView(*row) for row in rows})


async def find_dataset(connection: Connection, namespace: str, name: str) -> DatasetView | None:
    """Give the dataset of a name, None where there is none in this workspace."""
    row = await connection.fetchrow(_FIND_DATASET, namespace, name)
    return None if row is None else DatasetView(*row)


async def list_datasets(connection: Connection, *, first: int, after: str | None = None) -> Page[DatasetView]:
    """List the workspace's datasets by name."""
    check_page_size(first)
    rows = await connection.fetch(_LIST_DATASETS, *resume_behind(after, BY_NAME_AND_UUID), first + 1)
    datasets = [DatasetView(*row) for row in rows]
    return page_of(datasets, first=first, after=after, key=lambda dataset: (dataset.name, str(dataset.id)))


async def find_dataset_versions(
    connection: Connection, version_ids: Sequence[UUID]
) -> list[DatasetVersionView | None]:
    """Give the version of each id, None where there is none in this workspace."""
    rows = await connection.fetch(_FIND_VERSIONS, list(version_ids))
    return in_order(version_ids, {row["id"]: DatasetVersionView(*row) for row in rows})


async def versions_of_datasets(
    connection: Connection, dataset_ids: Sequence[UUID], *, first: int, after: str | None = None
) -> list[Page[DatasetVersionView]]:
    """Give for each dataset a page of its versions, the newest first: the first one is current."""
    check_page_size(first)
    rows = await connection.fetch(
        _VERSIONS_OF, list(dataset_ids), *resume_behind(after, DESCENDING), first + 1
    )
    groups = grouped(dataset_ids, ((row["dataset_id"], DatasetVersionView(*row)) for row in rows))
    return [page_of(each, first=first, after=after, key=lambda found: (found.version,)) for each in groups]


async def guard_run(connection: Connection, run_id: RunId) -> None:
    """Show that the run is being worked on, for as long as this very connection lives."""
    await connection.execute(_TAKE_GUARD, run_id)


async def list_unguarded_runs(connection: Connection) -> list[tuple[RunId, str | None]]:
    """List the open ingestions that nobody works on any more, each with who did."""
    return [(RunId(row["id"]), row["owner"]) for row in await connection.fetch(_LIST_UNGUARDED)]
