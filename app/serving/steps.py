"""What every step of a rollout shares: who answers, one row of history, one event for each reader."""

from app.core.ids import DeploymentId, ModelVersionId, RolloutId, WorkspaceId, new_id
from app.core.session import Session
from app.governance.actors import Actor, ActorKind
from app.governance.scopes import ALL_SCOPES
from app.serving.events import DeploymentsChanged, RolloutChanged
from app.serving.store import writing
from app.serving.tables import Deployment, Endpoint, Rollout, RolloutEvent
from app.serving.views import DeploymentState, RolloutEventKind, RolloutPhase

ALL_TRAFFIC = 100


def system_actor(workspace_id: WorkspaceId) -> Actor:
    """Return the platform itself, which ends what people have started."""
    return Actor(None, "courtside", ActorKind.SYSTEM, workspace_id, ALL_SCOPES)


async def make_stable(session: Session, endpoint: Endpoint, deployment: Deployment) -> Deployment | None:
    """Give the deployment all traffic; return the one that had it and is retired now."""
    former = await writing.find_stable(session, endpoint.id)
    if former is not None:
        former.is_stable, former.weight, former.state = False, 0, DeploymentState.RETIRED
        await session.flush()  # one at a time: the index of stable deployments is unique
    deployment.is_stable, deployment.weight, deployment.state = True, ALL_TRAFFIC, DeploymentState.READY
    await session.flush()
    return former


async def tell(
    session: Session,
    endpoint: Endpoint,
    rollout: Rollout,
    candidate: Deployment,
    kind: RolloutEventKind,
    actor: Actor,
    detail: str,
) -> None:
    """Write the step into the rollout's history; tell followers, handlers and serving processes."""
    step = RolloutEvent(
        id=new_id(),
        rollout_id=rollout.id,
        kind=kind,
        weight=candidate.weight,
        actor_name=actor.name,
        detail=detail,
    )
    await session.flush()
    session.add(step)
    session.emit(
        RolloutChanged(
            rollout_id=RolloutId(rollout.id),
            endpoint_id=endpoint.id,
            endpoint_name=endpoint.name,
            phase=RolloutPhase(rollout.phase),
            event_id=step.id,
            event_kind=kind,
            detail=detail,
            baseline_id=None if rollout.baseline_id is None else DeploymentId(rollout.baseline_id),
            candidate_id=DeploymentId(candidate.id),
            model_version_id=ModelVersionId(candidate.model_version_id),
        )
    )
    announce(session, endpoint)


def announce(session: Session, endpoint: Endpoint) -> None:
    """Have the serving processes look again at what they hold."""
    session.emit(DeploymentsChanged(session.workspace_id, endpoint.id))
