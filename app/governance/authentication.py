"""From the text of an Authorization header to an actor.

Whatever is wrong with a credential, the caller reads the same sentence: which keys exist, were
revoked or have expired is nobody's business. A valid key is remembered for a few seconds, so that a
stream of requests does not cost a query each; a revoked one works at most that much longer.
"""

import asyncio
import datetime as dt
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from app.core.database import Database
from app.core.errors import Unauthenticated, Unavailable
from app.core.ids import ActorId, WorkspaceId
from app.governance import store
from app.governance.actors import Actor, ActorKind
from app.governance.keys import KeyText, hash_secret, is_secret, parse_key
from app.governance.scopes import Scope

log = structlog.get_logger()

REMEMBERED_SECONDS = 5.0
REMEMBERED_KEYS = 1_000
USE_NOTED_EVERY_SECONDS = 60.0
REFUSAL = (
    "This needs a valid API key: send the header “Authorization: Bearer cs_…” with a key that was neither "
    "revoked nor has expired."
)
_NO_HASH = hash_secret("")


@dataclass(frozen=True, slots=True)
class Credential:
    """A key that is right and was not revoked: who holds it, and how long it is good for."""

    actor: Actor
    expires_at: dt.datetime | None
    last_used_at: dt.datetime | None


async def find_credential(database: Database, key: KeyText) -> Credential | None:
    """Return what a key stands for, None where it is unknown, wrong or revoked."""
    row = await store.find_key_of_anybody(database, key.prefix)
    is_right = is_secret(key.secret, row["secret_hash"] if row else _NO_HASH)
    if row is None or not is_right or row["revoked_at"] is not None:
        return None
    actor = Actor(
        id=ActorId(row["id"]),
        name=row["name"],
        kind=ActorKind.SERVICE,
        workspace_id=WorkspaceId(row["workspace_id"]),
        # a scope that a later release wrote and this one does not know allows nothing
        scopes=frozenset(Scope(scope) for scope in row["scopes"] if scope in Scope.__members__),
    )
    return Credential(actor, row["expires_at"], row["last_used_at"])


class Authenticator:
    """Knows callers by their API keys; one a process and database."""

    def __init__(
        self,
        database: Database,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._database = database
        self._monotonic = monotonic
        self._now = now
        self._known: OrderedDict[bytes, tuple[Credential, float]] = OrderedDict()
        self._noting: set[asyncio.Task[None]] = set()

    async def authenticate(self, authorization: str | None) -> Actor:
        """Return who sent this header; raise `Unauthenticated` where that is nobody we know."""
        key = _read_header(authorization)
        credential = None if key is None else await self._recall(key)
        if credential is None or self._has_expired(credential):
            raise Unauthenticated(REFUSAL)
        return credential.actor

    async def close(self) -> None:
        """Wait until the use of keys is written down."""
        await asyncio.gather(*self._noting)

    async def _recall(self, key: KeyText) -> Credential | None:
        """Return what the key stands for, from memory where that is no older than a moment."""
        mark = hashlib.sha256("_".join(key).encode()).digest()  # no secret is kept in memory
        known, until = self._known.get(mark, (None, 0.0))
        if known is not None and self._monotonic() < until:
            return known
        found = await find_credential(self._database, key)
        if found is None:
            self._known.pop(mark, None)
            return None
        self._known[mark] = found, self._monotonic() + REMEMBERED_SECONDS
        self._known.move_to_end(mark)
        if len(self._known) > REMEMBERED_KEYS:
            self._known.popitem(last=False)
        self._note_use(found)
        return found

    def _has_expired(self, credential: Credential) -> bool:
        return credential.expires_at is not None and credential.expires_at <= self._now()

    def _note_use(self, credential: Credential) -> None:
        """Write down that the key is in use, beside the request and not before its answer."""
        latest = credential.last_used_at
        if self._has_expired(credential) or (
            latest is not None and (self._now() - latest).total_seconds() < USE_NOTED_EVERY_SECONDS
        ):
            return
        task = asyncio.create_task(self._write_use(credential.actor))
        self._noting.add(task)  # a task that nobody holds may be collected before it ran
        task.add_done_callback(self._noting.discard)

    async def _write_use(self, actor: Actor) -> None:
        try:
            await store.note_use(
                self._database, actor.workspace_id, actor.id, at_most_every_seconds=USE_NOTED_EVERY_SECONDS
            )
        except Unavailable as error:  # it is a convenience: the next use will be noted
            log.warning("api_key.use_not_noted", key_id=str(actor.id), reason=error.message)


def _read_header(authorization: str | None) -> KeyText | None:
    scheme, _, credential = (authorization or "").partition(" ")
    return parse_key(credential.strip()) if scheme.lower() == "bearer" else None
