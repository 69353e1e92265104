"""What can have a lineage: the interface that such types implement."""

import strawberry

from app.datasets.views import DatasetVersionView
from app.features.views import FeatureViewRow
from app.lineage.views import NodeType
from app.registry.views import VersionView
from app.serving.views import DeploymentView, PredictionView
from app.stats.views import SourceFileView
from schema.enums import show_enum
from schema.fields import derived
from schema.relay import Node

TYPES: dict[type, NodeType] = {
    SourceFileView: NodeType.SOURCE_FILE,
    DatasetVersionView: NodeType.DATASET_VERSION,
    FeatureViewRow: NodeType.FEATURE_VIEW,
    VersionView: NodeType.MODEL_VERSION,
    DeploymentView: NodeType.DEPLOYMENT,
    PredictionView: NodeType.PREDICTION,
}
"""What each row is."""

show_enum(
    NodeType,
    "What can have a lineage.",
    {
        NodeType.SOURCE_FILE: "A file or response that was read.",
        NodeType.DATASET_VERSION: "A file's content, a state of the league, or the rows of a training.",
        NodeType.FEATURE_VIEW: "A version of a list of features.",
        NodeType.MODEL_VERSION: "A fitted model.",
        NodeType.DEPLOYMENT: "A model version placed on an endpoint.",
        NodeType.PREDICTION: "An answer of a deployment.",
    },
    name="LineageNodeType",
)


@strawberry.interface(description="Anything that was made from something, or that something was made from.")
class LineageNode(Node):
    """What such types have."""

    name: str = strawberry.field(description="What it is called, for a person.")
    node_type: NodeType = derived(lambda row: TYPES[type(row)], "What it is.")
