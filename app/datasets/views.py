"""What readings of datasets return: frozen values."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from app.core.ids import DatasetVersionId, RunId


@dataclass(frozen=True, slots=True)
class DatasetView:
    """A named collection of rows."""

    id: UUID
    namespace: str
    name: str
    created_at: dt.datetime


@dataclass(frozen=True, slots=True)
class DatasetVersionView:
    """One state of a dataset.

    `source_file_id` is set for the content of a file; `part_of_id` is then the version of the league that
    holds it.
    """

    id: DatasetVersionId
    dataset_id: UUID
    version: int
    digest: str
    rows: int
    created_at: dt.datetime
    run_id: RunId | None
    source_file_id: UUID | None
    part_of_id: DatasetVersionId | None
