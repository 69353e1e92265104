"""Moving an alias: compare-and-set under a lock on the model, with its history, audit line and event.

This room decides whether the move may happen; who may ask for it is decided above.
"""

import re
from dataclasses import dataclass
from typing import Final

from app.core.errors import Conflict, Invalid, Issue, NotFound
from app.core.ids import ModelVersionId, encode_global_id, new_id
from app.core.session import Session
from app.governance import audit
from app.governance.actors import Actor
from app.registry.events import AliasChanged
from app.registry.store import writing
from app.registry.tables import AliasChange, ModelVersion, RegisteredModel

_NAME: Final = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_RESERVED: Final = re.compile(r"latest|v[0-9]+")
"""MLflow gives these a meaning of its own."""
_REASON_LENGTH: Final = 500


@dataclass(frozen=True, slots=True)
class AliasWish:
    """What is asked for; `expected_version` None does not compare, 0 expects that it points nowhere.

    Raises `Invalid` where the alias can't be a name or no reason is given.
    """

    model: str
    alias: str
    version: int
    reason: str
    expected_version: int | None = None

    def __post_init__(self) -> None:
        issues = []
        if _NAME.fullmatch(self.alias) is None or _RESERVED.fullmatch(self.alias):
            message = (
                f"“{self.alias[:80]}” can't be an alias: use a to z, 0 to 9, - and _, a letter first, "
                "up to 64 characters; not “latest”, nor v and a number."
            )
            issues.append(Issue(("alias",), "alias_name", message))
        if not self.reason.strip() or len(self.reason) > _REASON_LENGTH:
            message = f"Say in 1 to {_REASON_LENGTH} characters why the alias is moved."
            issues.append(Issue(("reason",), "reason_given", message))
        if issues:
            raise Invalid(" ".join(issue.message for issue in issues), issues=issues)


async def set_alias(
    session: Session, actor: Actor, wish: AliasWish, *, request_id: str | None = None
) -> AliasChange:
    """Point the alias to the version; a repeat of the last move changes nothing and returns that move.

    Raises `NotFound` for an unknown model or version, `Conflict` where the alias is not where expected.
    """
    model = await writing.lock_model(session, wish.model)
    if model is None:
        raise NotFound(f"No registered model is named “{wish.model}”.", missing_id=wish.model, path=["model"])
    wanted = await _get_version(session, model, wish.version)
    current = await writing.find_aliased(session, model.id, wish.alias)
    last = await writing.find_last_change(session, model.id, wish.alias)
    if last is not None and current is not None and current.id == wanted.id:
        return last
    _compare(wish, current)
    await writing.point_alias(session, model.id, wish.alias, wanted.id, set_by=actor.name)
    change = _change(model, wish, current, wanted, actor)
    session.add(change)
    await session.flush()
    await session.refresh(change)
    session.emit(_event(session, model, change))
    facts = {"alias": wish.alias, "to": wanted.version, "from": None if current is None else current.version}
    target = encode_global_id("RegisteredModel", model.id)
    await audit.record(session, actor, "setModelAlias", target, details=facts, request_id=request_id)
    return change


async def _get_version(session: Session, model: RegisteredModel, number: int) -> ModelVersion:
    found = await writing.find_version(session, model.id, number)
    if found is None:
        message = (
            f"“{model.name}” has no version {number}: `versions` of the model lists those that there are."
        )
        raise NotFound(message, missing_id=str(number), path=["version"])
    return found


def _compare(wish: AliasWish, current: ModelVersion | None) -> None:
    if wish.expected_version is None:
        return
    standing = 0 if current is None else current.version
    if standing != wish.expected_version:
        where = "points nowhere" if current is None else f"points to version {standing}"
        message = (
            f"“{wish.alias}” was expected at version {wish.expected_version} but {where}: somebody moved it; "
            "look again and repeat with what you find."
        )
        current_id = None if current is None else encode_global_id("ModelVersion", current.id)
        raise Conflict(message, current_id=current_id, path=["expectedVersion"])


def _change(
    model: RegisteredModel, wish: AliasWish, current: ModelVersion | None, wanted: ModelVersion, actor: Actor
) -> AliasChange:
    return AliasChange(
        id=new_id(),
        model_id=model.id,
        alias=wish.alias,
        from_version_id=None if current is None else current.id,
        to_version_id=wanted.id,
        actor_name=actor.name,
        reason=wish.reason,
    )


def _event(session: Session, model: RegisteredModel, change: AliasChange) -> AliasChanged:
    assert change.to_version_id is not None  # noqa: S101 - an alias is moved, never taken away
    return AliasChanged(
        workspace_id=session.workspace_id,
        model_id=model.id,
        model_name=model.name,
        alias=change.alias,
        change_id=change.id,
        from_version_id=None if change.from_version_id is None else ModelVersionId(change.from_version_id),
        to_version_id=ModelVersionId(change.to_version_id),
    )
