"""Finds a place for the socket: its path has at most 107 bytes, and only its owner may enter its folder."""

import os
import re
import stat
from pathlib import Path

from app.core.postgres.address import PostgresAddress
from app.core.postgres.failures import REMEDY, PostgresUnavailable
from app.core.postgres.layout import Layout

LONGEST_SOCKET_PATH_BYTES = 107
SHORT_PLACE = Path("/tmp")  # noqa: S108 - never $TMPDIR: processes of different sessions must find the same folder
_MISREAD = re.compile(r'[,:"\x00-\x1f]')  # connection strings give these a meaning of their own


def address_for(layout: Layout) -> PostgresAddress:
    """Derive the server's address: in the state folder, or in a short one where that path cannot be used."""
    inside = PostgresAddress(layout.home / "run")
    fits = len(os.fsencode(inside.socket)) <= LONGEST_SOCKET_PATH_BYTES
    if fits and not _MISREAD.search(str(inside.socket)):
        return inside
    return PostgresAddress(SHORT_PLACE / layout.cluster_name)


def is_private(folder: Path, uid: int) -> bool:
    """Tell whether the folder exists; raise if it could be a trap: another's, open to others, a link."""
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(status.st_mode) and status.st_uid == uid and not status.st_mode & 0o077:
        return True
    raise PostgresUnavailable(
        f"The folder {folder} for the database's socket should belong to user {uid} alone (mode 0700), "
        f"but it belongs to user {status.st_uid} with mode {stat.filemode(status.st_mode)}. Remove it, "
        f"or {REMEDY}."
    )
