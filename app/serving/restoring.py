"""Going back to an earlier deployment of an endpoint: at once, because a process has it in memory already.

Choosing and restoring are two steps. Between them the caller loads the model; restoring checks that the
choice still stands.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

import structlog

from app.core.errors import Conflict, Invalid, Issue, NotFound
from app.core.ids import DeploymentId, encode_global_id
from app.core.session import Session
from app.governance import audit
from app.governance.actors import Actor
from app.serving.rollouts import require_no_open_rollout
from app.serving.steps import announce, make_stable, tell
from app.serving.store import writing
from app.serving.tables import Deployment, Endpoint
from app.serving.views import DeploymentState, RolloutEventKind, RolloutPhase

log = structlog.get_logger()

_REASON_LENGTH: Final = 500


@dataclass(frozen=True, slots=True)
class RollbackWish:
    """Where to go back: to a revision, or to what the stable deployment took over from; and why."""

    endpoint: str
    reason: str
    to_revision: int | None = None

    def __post_init__(self) -> None:
        if not self.reason.strip() or len(self.reason) > _REASON_LENGTH:
            message = f"Say in 1 to {_REASON_LENGTH} characters why the endpoint goes back."
            raise Invalid(message, issues=[Issue(("reason",), "reason_given", message)], path=["reason"])


async def choose(session: Session, wish: RollbackWish) -> DeploymentId:
    """Return the deployment to go back to; raise `NotFound` or `Conflict` where there is none to be had."""
    _endpoint, _stable, chosen = await _choose(session, wish)
    return DeploymentId(chosen.id)


async def restore(
    session: Session,
    actor: Actor,
    wish: RollbackWish,
    chosen_id: DeploymentId,
    *,
    now: dt.datetime,
    request_id: str | None = None,
) -> Endpoint:
    """Make the chosen deployment stable again; the rollout that had replaced it is marked as rolled back."""
    endpoint, stable, chosen = await _choose(session, wish)
    if chosen.id != chosen_id:
        message = f"{endpoint.name} was changed meanwhile: look at its deployments and ask again."
        raise Conflict(message, current_id=encode_global_id("Deployment", stable.id), path=["endpoint"])
    promotion = await writing.find_promotion(session, stable.id)
    await make_stable(session, endpoint, chosen)
    detail = f"{endpoint.name} went back from revision {stable.revision} to {chosen.revision}: {wish.reason}"
    if promotion is None:  # rolled back before, and made stable again by number since
        announce(session, endpoint)
    else:
        promotion.phase, promotion.ended_at = RolloutPhase.ROLLED_BACK, now
        await tell(session, endpoint, promotion, stable, RolloutEventKind.ROLLED_BACK, actor, detail)
    facts = {"from": stable.revision, "to": chosen.revision, "reason": wish.reason}
    target = encode_global_id("Endpoint", endpoint.id)
    await audit.record(session, actor, "rollback", target, details=facts, request_id=request_id)
    log.info("endpoint.rolled_back", endpoint=endpoint.name, revision=chosen.revision)
    return endpoint


async def _choose(session: Session, wish: RollbackWish) -> tuple[Endpoint, Deployment, Deployment]:
    endpoint = await writing.lock_endpoint(session, wish.endpoint)
    if endpoint is None:
        message = f"No endpoint is named “{wish.endpoint[:80]}”."
        raise NotFound(message, missing_id=wish.endpoint, path=["endpoint"])
    await require_no_open_rollout(session, endpoint)
    stable = await writing.find_stable(session, endpoint.id)
    if stable is None:
        message = f"Nothing serves on {endpoint.name}, so there is nothing to go back from: start a rollout."
        raise Conflict(message, path=["endpoint"])
    if wish.to_revision is None:
        return endpoint, stable, await _get_former(session, endpoint, stable)
    return endpoint, stable, await _get_revision(session, endpoint, wish.to_revision)


async def _get_former(session: Session, endpoint: Endpoint, stable: Deployment) -> Deployment:
    promotion = await writing.find_promotion(session, stable.id)
    if promotion is None or promotion.baseline_id is None:
        message = (
            f"Nothing served on {endpoint.name} before revision {stable.revision}: "
            "name a revision with `toRevision`."
        )
        raise Conflict(message, current_id=encode_global_id("Deployment", stable.id), path=["endpoint"])
    return await writing.get_deployment(session, promotion.baseline_id)


async def _get_revision(session: Session, endpoint: Endpoint, revision: int) -> Deployment:
    found = await writing.find_revision(session, endpoint.id, revision)
    if found is None:
        message = f"{endpoint.name} has no revision {revision}: `deployments` lists those that there are."
        raise NotFound(message, missing_id=str(revision), path=["toRevision"])
    if found.state != DeploymentState.RETIRED:
        message = (
            f"Revision {revision} of {endpoint.name} is {found.state}: only one that has served and was "
            "replaced can come back."
        )
        raise Conflict(message, current_id=encode_global_id("Deployment", found.id), path=["toRevision"])
    return found
