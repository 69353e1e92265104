"""The key of the person at this machine: in a file that only they can read, holding all scopes.

It is for a server on loopback. The file is never readable by others, not even for a moment, and the
folder that it lies in is left as it is.
"""

import contextlib
import datetime as dt
import os
import secrets
import stat
from pathlib import Path

import structlog

from app.core.database import Database
from app.core.errors import Invalid
from app.core.ids import WorkspaceId
from app.governance import store
from app.governance.authentication import find_credential
from app.governance.keys import create_key, parse_key
from app.governance.scopes import ALL_SCOPES

log = structlog.get_logger()

NAME = "local key"
OWNER_ONLY = 0o600
_TURN = "courtside.local_key"


async def ensure_local_key(database: Database, workspace_id: WorkspaceId, path: Path) -> str:
    """Return the local key's text: the one in the file if it is still valid, else a new one, put there."""
    async with database.writing(workspace_id) as session:
        await store.wait_for_turn(session, _TURN)  # of two processes that start at once, one makes the key
        kept = _read(path)
        if kept is not None and await _holds_everything(database, workspace_id, kept):
            return kept
        key, plaintext = await create_key(session, NAME, ALL_SCOPES)
        _write(path, plaintext)
        log.info("local_key.written", path=str(path), key_id=str(key.id))
        return plaintext


async def _holds_everything(database: Database, workspace_id: WorkspaceId, text: str) -> bool:
    key = parse_key(text)
    found = None if key is None else await find_credential(database, key)
    if found is None or (found.expires_at is not None and found.expires_at <= dt.datetime.now(dt.UTC)):
        return False
    return found.actor.workspace_id == workspace_id and found.actor.scopes >= ALL_SCOPES


def _read(path: Path) -> str | None:
    """Return what the file says, None where there is none or others could have read or written it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:  # missing, a link, unreadable: a new one takes its place, or says why it cannot
        return None
    with os.fdopen(descriptor, encoding="ascii", errors="replace") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            return None
        if stat.S_IMODE(found.st_mode) & ~OWNER_ONLY:
            log.warning("local_key.was_readable_by_others", path=str(path), mode=oct(found.st_mode & 0o7777))
            return None
        return file.read(1_000).strip()


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
