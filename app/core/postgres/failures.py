"""What can keep the private server from running, told as a sentence with a remedy."""

import errno
import pwd
import re
from pathlib import Path

from app.core.errors import Unavailable

REMEDY = "choose another folder with --state (COURTSIDE_STATE_DIR)"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_WORDS = (
    "No space left on device",
    "Disk quota exceeded",
    "File too large",
    "Check free disk space",  # the hint to a write that was cut short
)


class PostgresUnavailable(Unavailable):
    """The private PostgreSQL cannot run here; the message says why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message, dependency="PostgreSQL")


def full(folder: Path) -> PostgresUnavailable:
    """Say that the disk, or what we may use of it, is full."""
    return PostgresUnavailable(
        f"There is no room left for the database in {folder}: the disk, a quota or a file size limit is "
        f"reached. Free some space, or {REMEDY}."
    )


def explain_os_error(error: OSError, folder: Path) -> PostgresUnavailable:
    """Turn what the system refused in `folder` into a sentence."""
    place = Path(error.filename) if isinstance(error.filename, str) else folder
    if error.errno in _FULL:
        return full(folder)
    if error.errno in {errno.EACCES, errno.EPERM}:
        return PostgresUnavailable(
            f"The database in {folder} cannot be used: no permission for {place}{_belonging(place)}. "
            f"Run as that folder's owner, or {REMEDY}."
        )
    if error.errno == errno.EROFS:
        return PostgresUnavailable(
            f"The database needs a folder to write to, but {place} is read-only: {REMEDY}."
        )
    if error.errno in {errno.ENOTDIR, errno.EEXIST}:
        return PostgresUnavailable(
            f"The database needs a folder, but {place} is something else: move it, or {REMEDY}."
        )
    return PostgresUnavailable(f"The database in {folder} cannot be used: {error}. Mend that, or {REMEDY}.")


def explain_output(what: str, output: str, folder: Path, log: Path | None = None) -> PostgresUnavailable:
    """Turn what a PostgreSQL programme said before it gave up into a sentence."""
    if any(words in output for words in _FULL_WORDS):
        return full(folder)
    complaints = re.findall(r"(?:FATAL|PANIC|ERROR|error|fatal): .*", output)
    last_line = (output.strip().splitlines() or ["it said nothing"])[-1]
    reason = complaints[0] if complaints else last_line  # what follows the first complaint follows from it
    where = f" The whole story is in {log}." if log else ""
    return PostgresUnavailable(f"{what} in {folder} failed: {reason.strip()}.{where} Mend that, or {REMEDY}.")


def _belonging(place: Path) -> str:
    for folder in (place, *place.parents):
        try:
            uid = folder.stat().st_uid
        except OSError:
            continue
        try:
            return f" ({folder} belongs to {pwd.getpwuid(uid).pw_name})"
        except KeyError:
            return f" ({folder} belongs to user {uid})"
    return ""
