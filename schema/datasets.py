"""Datasets and their versions, as OpenLineage names them."""

import datetime as dt

import strawberry
from strawberry import ID

from app.datasets.views import DatasetVersionView, DatasetView
from app.governance.scopes import Scope
from resolvers import datasets
from schema.fields import Argument, Terms, each, one
from schema.lineage_nodes import LineageNode
from schema.paging import AFTER, FIRST
from schema.relay import Connection, Node, global_id, register_node, shows
from schema.scalars import Long

READ = Terms(requires=Scope.STATS_READ)
PAGED = Terms(requires=Scope.STATS_READ, multipliers=("first",))


@shows(DatasetVersionView, "One state of a dataset: never changed, known by the digest of its content.")
class DatasetVersion(LineageNode):
    """Shows `DatasetVersionView`."""

    id: ID = global_id("DatasetVersion")
    dataset: "Dataset" = each(datasets.datasets_of, "The dataset that it is a version of.")
    name: str = each(datasets.names_of, "Namespace and name of the dataset, and the number: league/games/3.")
    version: int = strawberry.field(description="Its number within the dataset, from 1.")
    digest: str = strawberry.field(description="SHA-256 of its content.")
    rows: Long = strawberry.field(description="How many rows it has.")
    created_at: dt.datetime = strawberry.field(description="When it was written.")


@shows(DatasetView, "A named collection of rows: a file, the league, the rows of a training.")
class Dataset(Node):
    """Shows `DatasetView`."""

    id: ID = global_id("Dataset")
    namespace: str = strawberry.field(description="file, league or features.")
    name: str = strawberry.field(description="Its name within the namespace.")
    created_at: dt.datetime = strawberry.field(description="When it was first heard of.")
    versions: Connection[DatasetVersion] = each(
        datasets.versions_of,
        "Its versions, the newest first.",
        arguments={"first": FIRST, "after": AFTER},
        terms=PAGED,
    )


@strawberry.type
class DatasetsQuery:
    """Roots that ask for datasets."""

    dataset: Dataset | None = one(
        datasets.dataset,
        "The dataset of a name.",
        arguments={
            "namespace": Argument("file, league or features."),
            "name": Argument("Its name within the namespace."),
        },
        terms=READ,
    )


register_node("Dataset", datasets.datasets_by_key)
register_node("DatasetVersion", datasets.versions_by_key)
