"""What lineage is made of, as values: nodes named by type and key, edges between them."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.core.ids import GlobalId


class NodeType(StrEnum):
    """What can have a lineage; the value is the type's name within a global id."""

    SOURCE_FILE = "SourceFile"
    DATASET_VERSION = "DatasetVersion"
    FEATURE_VIEW = "FeatureView"
    MODEL_VERSION = "ModelVersion"
    DEPLOYMENT = "Deployment"
    PREDICTION = "Prediction"


class Direction(StrEnum):
    """Which way to walk."""

    UPSTREAM = "UPSTREAM"
    DOWNSTREAM = "DOWNSTREAM"
    BOTH = "BOTH"


@dataclass(frozen=True, slots=True)
class EdgeView:
    """That `target` was made from `origin`, how, and by which run where one is known."""

    origin: GlobalId
    target: GlobalId
    run_id: UUID | None
    transformation: str
    first_seen: dt.datetime
    last_seen: dt.datetime


@dataclass(frozen=True, slots=True)
class ReachedNode:
    """A node and how many steps it is from the root."""

    id: GlobalId
    depth: int


@dataclass(frozen=True, slots=True)
class Graph:
    """What a walk found: the root first, then the nearest; `truncated` where there was more."""

    root: GlobalId
    at: dt.datetime
    nodes: Sequence[ReachedNode]
    edges: Sequence[EdgeView]
    truncated: bool
