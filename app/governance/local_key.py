"""The key of the person at this machine: in a file that only they can read, holding all scopes.

It is for a server on loopback. The file is never readable by others, not even for a moment, and the
folder that it lies in is left as it is.
"""

import contextlib
import datetime as dt
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

import structlog

from app.core.database import Database
from app.core.errors import Invalid
from app.core.ids import WorkspaceId
from app.governance import store
from app.governance.authentication import Credential, find_credential
from app.governance.keys import create_key, parse_key, revoke_key
from app.governance.scopes import ALL_SCOPES

log = structlog.get_logger()

NAME = "local key"
OWNER_ONLY = 0o600
FOR_OTHERS = 0o077
_TURN = "courtside.local_key"


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a file says, and whether it said so to others too."""

    text: str
    is_exposed: bool


async def ensure_local_key(database: Database, workspace_id: WorkspaceId, path: Path) -> str:
    """Return the local key's text: the one in the file if it is still good, else a new one, put there.

    A key that others could read is revoked before it is replaced.
    """
    async with database.writing(workspace_id) as session:
        await store.wait_for_turn(session, _TURN)  # of two processes that start at once, one makes the key
        kept = _read(path)
        credential = await _find_credential(database, kept)
        if kept is not None and credential is not None and credential.actor.workspace_id == workspace_id:
            if not kept.is_exposed and _is_good(credential):
                return kept.text
            if kept.is_exposed and credential.actor.id is not None:
                await revoke_key(session, credential.actor.id)
                log.warning("local_key.was_exposed", path=str(path), key_id=str(credential.actor.id))
        key, text = await create_key(session, NAME, ALL_SCOPES)
        _write(path, text)
        log.info("local_key.written", path=str(path), key_id=str(key.id))
        return text


async def _find_credential(database: Database, kept: _Kept | None) -> Credential | None:
    key = None if kept is None else parse_key(kept.text)
    return None if key is None else await find_credential(database, key)


def _is_good(credential: Credential) -> bool:
    lasts = credential.expires_at is None or credential.expires_at > dt.datetime.now(dt.UTC)
    return lasts and credential.actor.scopes >= ALL_SCOPES


def _read(path: Path) -> _Kept | None:
    """Return what the file says, None where there is none that we would have written."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:  # missing, a link, unreadable: a new one takes its place, or says why it cannot
        return None
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            return None
        is_strangers = os.geteuid() not in {0, found.st_uid}
        return _Kept(file.read(1_000).strip(), is_strangers or bool(found.st_mode & FOR_OTHERS))


def _write(path: Path, text: str) -> None:
    """Put a file in place that was its owner's alone from its first moment."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, OWNER_ONLY)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(f"{text}\n")
                file.flush()
                os.fsync(descriptor)
            draft.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                draft.unlink()
            raise
    except OSError as error:
        message = (
            f"The local key can't be written to {path}: {error.strerror}. Is the folder there, and ours?"
        )
        raise Invalid(message) from error
