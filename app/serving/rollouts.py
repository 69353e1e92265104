"""Moving an endpoint from one model version to another, and back: each step is one transaction.

A rollout is decided here, but ended only by a process that holds the candidate in memory: `promote` and
`fail` compare and set its phase, so that of several processes one does it, and what was interrupted goes on
from the rows.
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

import structlog

from app.core.errors import Conflict, Invalid, Issue, NotFound
from app.core.idempotency import recall, remember
from app.core.ids import ModelVersionId, RolloutId, encode_global_id, new_id
from app.core.session import Session
from app.governance import audit
from app.governance.actors import Actor
from app.registry.tables import ModelVersion, RegisteredModel
from app.serving.durations import parse_duration
from app.serving.loading import SKOPS
from app.serving.steps import make_stable, system_actor, tell
from app.serving.store import writing
from app.serving.tables import Deployment, Endpoint, Rollout
from app.serving.views import BLUE_GREEN, DeploymentState, RolloutEventKind, RolloutPhase

log = structlog.get_logger()

_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}", re.ASCII)


@dataclass(frozen=True, slots=True)
class BlueGreenWish:
    """Move all traffic at once; the old deployment stays loaded for an ISO 8601 duration."""

    keep_old_for: str = "PT1H"


@dataclass(frozen=True, slots=True)
class RolloutWish:
    """Which version is to go onto which endpoint, and how; raises `Invalid` where that can't be."""

    endpoint: str
    version_id: ModelVersionId
    strategy: BlueGreenWish

    def __post_init__(self) -> None:
        check_endpoint_name(self.endpoint)
        parse_duration(self.strategy.keep_old_for, field="keepOldFor")

    def shown(self) -> dict[str, str]:
        """Give the wish as plain text, for comparing it with a later one."""
        return {
            "endpoint": self.endpoint,
            "version": str(self.version_id),
            "strategy": BLUE_GREEN,
            "keep_old_for": self.strategy.keep_old_for,
        }


@dataclass(frozen=True, slots=True)
class StartedRollout:
    """The rollout that was started now, or at the first request with the same key."""

    rollout_id: RolloutId
    replayed: bool


def check_endpoint_name(name: str) -> None:
    """Raise `Invalid` unless the name can be an endpoint's."""
    if _NAME.fullmatch(name) is None:
        message = (
            f"“{name[:80]}” can't be an endpoint's name: use a to z, 0 to 9 and -, a letter first, "
            "up to 63 characters."
        )
        raise Invalid(message, issues=[Issue(("endpoint",), "endpoint_name", message)], path=["endpoint"])


async def start_rollout(
    session: Session, actor: Actor, wish: RolloutWish, *, key: str, request_id: str | None = None
) -> StartedRollout:
    """Place a version on an endpoint, made if it is new; it serves as soon as a process has loaded it.

    Raises `NotFound` for an unknown version, `Conflict` while another rollout is open or where the version
    can't be served, `IdempotencyMismatch` where the key came with another input.
    """
    asked = wish.shown()
    earlier = await recall(session, operation="startRollout", key=key, input=asked)
    if earlier is not None:
        return StartedRollout(RolloutId(earlier), replayed=True)
    rollout_id = RolloutId(new_id())
    await remember(session, operation="startRollout", key=key, input=asked, result_id=rollout_id)
    version, model = await _get_version(session, wish.version_id)
    endpoint = await writing.open_endpoint(session, wish.endpoint)
    await require_no_open_rollout(session, endpoint)
    baseline = await writing.find_stable(session, endpoint.id)
    candidate = await _deploy(session, endpoint, version, actor)
    rollout = _rollout(rollout_id, wish, candidate, baseline, actor)
    session.add(rollout)
    detail = (
        f"{model.name} version {version.version} goes onto {endpoint.name} as revision {candidate.revision}"
    )
    await tell(session, endpoint, rollout, candidate, RolloutEventKind.STARTED, actor, detail)
    facts = {
        "endpoint": endpoint.name,
        "model": model.name,
        "version": version.version,
        "strategy": BLUE_GREEN,
    }
    target = encode_global_id("Rollout", rollout_id)
    await audit.record(session, actor, "startRollout", target, details=facts, request_id=request_id)
    log.info(
        "rollout.started", rollout_id=str(rollout_id), endpoint=endpoint.name, revision=candidate.revision
    )
    return StartedRollout(rollout_id, replayed=False)


async def promote(session: Session, rollout_id: RolloutId, *, loaded_by: str, now: dt.datetime) -> bool:
    """Make the candidate stable, retire the old one; return False where somebody else ended the rollout."""
    found = await _enter(session, rollout_id)
    if found is None:
        return False
    endpoint, rollout, candidate = found
    await make_stable(session, endpoint, candidate)
    rollout.phase, rollout.step, rollout.ended_at = RolloutPhase.PROMOTED, rollout.step + 1, now
    detail = f"revision {candidate.revision} was verified and loaded by {loaded_by} and answers all requests"
    actor = system_actor(session.workspace_id)
    await tell(session, endpoint, rollout, candidate, RolloutEventKind.PROMOTED, actor, detail)
    target = encode_global_id("Rollout", rollout_id)
    await audit.record(session, actor, "promoteRollout", target, details={"revision": candidate.revision})
    log.info(
        "rollout.promoted", rollout_id=str(rollout_id), endpoint=endpoint.name, revision=candidate.revision
    )
    return True


async def fail(session: Session, rollout_id: RolloutId, *, reason: str, now: dt.datetime) -> bool:
    """End the rollout without touching what serves; return False where somebody else has ended it."""
    found = await _enter(session, rollout_id)
    if found is None:
        return False
    endpoint, rollout, candidate = found
    candidate.state = DeploymentState.FAILED
    rollout.phase, rollout.ended_at = RolloutPhase.FAILED, now
    actor = system_actor(session.workspace_id)
    await tell(session, endpoint, rollout, candidate, RolloutEventKind.FAILED, actor, reason)
    target = encode_global_id("Rollout", rollout_id)
    await audit.record(
        session, actor, "promoteRollout", target, outcome=audit.Outcome.FAILED, details={"reason": reason}
    )
    log.warning("rollout.failed", rollout_id=str(rollout_id), endpoint=endpoint.name, reason=reason)
    return True


async def _enter(session: Session, rollout_id: RolloutId) -> tuple[Endpoint, Rollout, Deployment] | None:
    """Lock the endpoint, then the rollout: in the order of everybody else."""
    known = await writing.find_rollout(session, rollout_id)
    if known is None:
        return None
    endpoint = await writing.lock_endpoint_by_id(session, known.endpoint_id)
    rollout = await writing.lock_running_rollout(session, rollout_id)
    if rollout is None:
        return None
    return endpoint, rollout, await writing.get_deployment(session, rollout.candidate_id)


async def _get_version(session: Session, version_id: ModelVersionId) -> tuple[ModelVersion, RegisteredModel]:
    found = await writing.find_version(session, version_id)
    if found is None:
        message = "No such model version: `registeredModel` lists the versions that there are."
        missing = encode_global_id("ModelVersion", version_id)
        raise NotFound(message, missing_id=missing, path=["modelVersion"])
    version, model = found
    if version.format != SKOPS:
        message = (
            f"{model.name} version {version.version} is stored as “{version.format}”, only “{SKOPS}” "
            "is served: register it again in that format."
        )
        raise Conflict(
            message, current_id=encode_global_id("ModelVersion", version.id), path=["modelVersion"]
        )
    return version, model


async def require_no_open_rollout(session: Session, endpoint: Endpoint) -> None:
    """Raise `Conflict`, naming the rollout, while one is open on the endpoint."""
    standing = await writing.find_open_rollout(session, endpoint.id)
    if standing is not None:
        message = (
            f"A rollout by {standing.started_by} is open on {endpoint.name} ({standing.phase}): wait until "
            "it has ended, then ask again."
        )
        raise Conflict(message, current_id=encode_global_id("Rollout", standing.id), path=["endpoint"])


async def _deploy(session: Session, endpoint: Endpoint, version: ModelVersion, actor: Actor) -> Deployment:
    candidate = Deployment(
        id=new_id(),
        endpoint_id=endpoint.id,
        model_version_id=version.id,
        revision=await writing.next_revision(session, endpoint.id),
        state=DeploymentState.WARMING,
        created_by=actor.name,
    )
    session.add(candidate)
    await session.flush()
    return candidate


def _rollout(
    rollout_id: RolloutId, wish: RolloutWish, candidate: Deployment, baseline: Deployment | None, actor: Actor
) -> Rollout:
    keep = wish.strategy.keep_old_for
    seconds = parse_duration(keep, field="keepOldFor").total_seconds()
    return Rollout(
        id=rollout_id,
        endpoint_id=candidate.endpoint_id,
        baseline_id=None if baseline is None else baseline.id,
        candidate_id=candidate.id,
        strategy=BLUE_GREEN,
        strategy_parameters={"keep_old_for": keep, "keep_old_for_seconds": seconds},
        phase=RolloutPhase.RUNNING,
        started_by=actor.name,
    )
