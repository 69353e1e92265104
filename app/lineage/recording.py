"""Writing down what was made from what, as each step of the house tells of it.

Handlers of the others' events: an event that comes twice leaves the same edges.
"""

from uuid import UUID

from app.core.events import RecordedEvent
from app.core.ids import GlobalId
from app.core.session import Session
from app.datasets.store import find_dataset_versions
from app.lineage.store import NewEdge, upsert_edges
from app.lineage.views import NodeType


async def record_file(session: Session, happened: RecordedEvent) -> None:
    """Write down that a version of the league was made from a file's content."""
    told = happened.payload
    run_id = UUID(told["run_id"])
    content = _node(NodeType.DATASET_VERSION, told["dataset_version_id"])
    league = _node(NodeType.DATASET_VERSION, told["league_dataset_version_id"])
    edges = [NewEdge(content, league, "ingestion", run_id)]
    version = (await find_dataset_versions(await session.driver(), [UUID(content.key)]))[0]
    if version is not None and version.source_file_id is not None:
        source = _node(NodeType.SOURCE_FILE, version.source_file_id)
        edges.insert(0, NewEdge(source, content, "reading", run_id))
    await upsert_edges(session, edges, at=happened.at)


async def record_snapshot(session: Session, happened: RecordedEvent) -> None:
    """Write down that a training's rows were made from a version of the league by a feature view."""
    told = happened.payload
    run_id = UUID(told["run_id"])
    rows = _node(NodeType.DATASET_VERSION, told["dataset_version_id"])
    view = _node(NodeType.FEATURE_VIEW, told["feature_view_id"])
    edges = [NewEdge(view, rows, "feature definitions", run_id)]
    if (league := told["league_dataset_version_id"]) is not None:
        edges.append(NewEdge(_node(NodeType.DATASET_VERSION, league), rows, "point-in-time features", run_id))
    await upsert_edges(session, edges, at=happened.at)


async def record_version(session: Session, happened: RecordedEvent) -> None:
    """Write down that a model version was fitted on a training's rows."""
    told = happened.payload
    rows = _node(NodeType.DATASET_VERSION, told["dataset_version_id"])
    version = _node(NodeType.MODEL_VERSION, told["model_version_id"])
    await upsert_edges(session, [NewEdge(rows, version, "training", UUID(told["run_id"]))], at=happened.at)


async def record_rollout(session: Session, happened: RecordedEvent) -> None:
    """Write down that a deployment serves a model version."""
    told = happened.payload
    version = _node(NodeType.MODEL_VERSION, told["model_version_id"])
    deployment = _node(NodeType.DEPLOYMENT, told["candidate_id"])
    await upsert_edges(session, [NewEdge(version, deployment, "deployment")], at=happened.at)


async def record_predictions(session: Session, happened: RecordedEvent) -> None:
    """Write down that a deployment made predictions."""
    told = happened.payload
    deployment = _node(NodeType.DEPLOYMENT, told["deployment_id"])
    edges = [
        NewEdge(deployment, _node(NodeType.PREDICTION, key), "prediction") for key in told["prediction_ids"]
    ]
    await upsert_edges(session, edges, at=happened.at)


def _node(kind: NodeType, key: str | UUID) -> GlobalId:
    return GlobalId(kind.value, str(key))
