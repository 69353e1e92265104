"""Tables of datasets: a name, and the immutable versions under it."""

import uuid

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field

import app.core.tables
import app.stats.tables  # noqa: F401 - referred to by foreign keys
from app.core.columns import Identified, Instant, WorkspaceOwned, created_now


class Dataset(Identified, WorkspaceOwned, table=True):
    """A named collection of rows, as OpenLineage names it: namespace and name."""

    __tablename__ = "dataset"
    namespace: str
    name: str
    created_at: Instant = created_now()
    __table_args__ = (UniqueConstraint("workspace_id", "namespace", "name"),)


class DatasetVersion(Identified, WorkspaceOwned, table=True):
    """One state of a dataset: never changed, known by the digest of its content."""

    __tablename__ = "dataset_version"
    dataset_id: uuid.UUID = Field(foreign_key="dataset.id", index=True)
    version: int
    digest: str
    rows: int = Field(sa_type=BigInteger)
    created_at: Instant = created_now()
    run_id: uuid.UUID | None = Field(default=None, foreign_key="run.id")
    source_file_id: uuid.UUID | None = Field(default=None, foreign_key="source_file.id")
    part_of_id: uuid.UUID | None = Field(default=None, foreign_key="dataset_version.id", index=True)
    """For a file: the first version of the league that held it; empty until that version is written."""
    __table_args__ = (UniqueConstraint("dataset_id", "version"), UniqueConstraint("dataset_id", "digest"))
