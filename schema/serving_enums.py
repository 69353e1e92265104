"""The closed sets of serving, every value with its meaning."""

from app.serving.views import DeploymentState, RolloutEventKind, RolloutPhase
from schema.enums import show_enum

show_enum(
    DeploymentState,
    "Where a deployment stands.",
    {
        DeploymentState.PENDING: "It waits for its turn.",
        DeploymentState.WARMING: "It is being loaded and verified; it answers nothing yet.",
        DeploymentState.READY: "It is loaded and may answer.",
        DeploymentState.DRAINING: "It gets no new requests.",
        DeploymentState.RETIRED: "It has answered and was replaced.",
        DeploymentState.FAILED: "It could not be loaded, or its file is not the one that was registered.",
    },
)
show_enum(
    RolloutPhase,
    "Where a rollout stands.",
    {
        RolloutPhase.PENDING: "It has not begun.",
        RolloutPhase.RUNNING: "It is under way.",
        RolloutPhase.PAUSED: "It rests until somebody lets it go on.",
        RolloutPhase.AWAITING_APPROVAL: "It rests until somebody approves.",
        RolloutPhase.PROMOTED: "The candidate answers all requests.",
        RolloutPhase.ROLLED_BACK: "The endpoint went back to what answered before.",
        RolloutPhase.FAILED: "The candidate could not serve; what answered before still does.",
    },
)
show_enum(
    RolloutEventKind,
    "What happened to a rollout.",
    {
        RolloutEventKind.STARTED: "Somebody started it.",
        RolloutEventKind.PROMOTED: "A serving process held the candidate and made it answer.",
        RolloutEventKind.ROLLED_BACK: "Somebody went back to what answered before.",
        RolloutEventKind.FAILED: "The candidate could not be loaded.",
    },
)
