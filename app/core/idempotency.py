"""A request that is repeated gets the first one's answer; a key that is used for something else is refused.

`recall` before the work, `remember` after it, in the transaction that does the work. The second of two
simultaneous requests waits in `recall` until the first has committed, and then gets its answer.
"""

import hashlib
import uuid
from typing import Final

import orjson
from sqlalchemy import text

from app.core.errors import IdempotencyMismatch, Invalid, Issue
from app.core.session import Session
from app.core.tables import IdempotencyKey

LONGEST_KEY: Final = 200
_PATH: Final = ("input", "idempotencyKey")

_WAIT_FOR_TURN: Final = text("select pg_advisory_xact_lock(hashtextextended(:turn, 0))")
_FIND: Final = text("""
    select input_digest, result_id, created_at from idempotency_key
    where operation = :operation and key = :key
""")


async def recall(session: Session, *, operation: str, key: str, input: object) -> uuid.UUID | None:  # noqa: A002
    """Return what the operation led to under this key, None where it is new.

    Raises `IdempotencyMismatch` where the key came with another input, `Invalid` where it is no key.
    """
    if not 0 < len(key) <= LONGEST_KEY or "\x00" in key:
        message = f"An idempotency key has 1 to {LONGEST_KEY} characters, this one {len(key)}: use a UUID."
        raise Invalid(message, path=_PATH, issues=[Issue(_PATH, "length", message)])
    turn = f"{session.workspace_id}:{operation}:{key}"
    await session.execute(_WAIT_FOR_TURN, {"turn": turn})  # a statement of its own: the next sees new rows
    row = (await session.execute(_FIND, {"operation": operation, "key": key})).one_or_none()
    if row is None:
        return None
    if row.input_digest != digest(input):
        message = (
            f"{operation} was asked for with the idempotency key “{key}”, but that key was used on "
            f"{row.created_at:%Y-%m-%d at %H:%M:%S} UTC with another input. Send the same input to get the "
            "same answer, or a new key to start new work."
        )
        raise IdempotencyMismatch(message, path=_PATH, issues=[Issue(_PATH, "mismatch", message)])
    return uuid.UUID(str(row.result_id))


async def remember(
    session: Session,
    *,
    operation: str,
    key: str,
    input: object,  # noqa: A002
    result_id: uuid.UUID,
) -> None:
    """Keep what the operation led to under this key, with the session's transaction."""
    session.add(IdempotencyKey(operation=operation, key=key, input_digest=digest(input), result_id=result_id))
    await session.flush()


def digest(input: object) -> str:  # noqa: A002
    """Return the SHA-256 of the input as JSON, the same for any order of its keys.

    >>> digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1})
    True
    """
    return hashlib.sha256(orjson.dumps(input, option=orjson.OPT_SORT_KEYS)).hexdigest()
