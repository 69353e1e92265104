"""The audit trail: who did what to what, and how it ended. Rows are only ever added.

A line is written in the transaction of the change that it tells of: either both are there or neither.
A refusal changes nothing, so its line needs a transaction of its own.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from app.core.session import Session
from app.governance import store
from app.governance.actors import Actor
from app.governance.tables import AuditEntry


class Outcome(StrEnum):
    """How an operation ended."""

    DONE = "DONE"
    REFUSED = "REFUSED"
    FAILED = "FAILED"


async def record(
    session: Session,
    actor: Actor,
    operation: str,
    target: str | None = None,
    *,
    outcome: Outcome = Outcome.DONE,
    details: Mapping[str, Any] | None = None,
    request_id: str | None = None,
) -> AuditEntry:
    """Add a line to the trail of the session's workspace; `details` hold no secret and no model's input."""
    entry = AuditEntry(
        actor_id=actor.id,
        actor_name=actor.name,
        operation=operation,
        target=target,
        outcome=outcome.value,
        details=None if details is None else dict(details),
        request_id=request_id,
    )
    await store.add_audit_entry(session, entry)
    return entry
