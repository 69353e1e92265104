"""Who may use the server: root and the folder's owner, told apart by the kernel; no password, no network.

The server's own user is not let in: as root's stand-in it is often `nobody`, whom other programmes share.
"""

import os
import pwd
from pathlib import Path

from app.core.postgres.layout import Layout, open_ours

_MAP = "courtside"


def write_access_files(layout: Layout) -> dict[str, str]:
    """Write who may connect as whom; return the server's settings that name the two files."""
    rules = [f"local {databases} all peer map={_MAP}" for databases in ("all", "replication")]
    owners = sorted({0, layout.home.stat().st_uid})
    people = [f'{_MAP} "{name}" all' for uid in owners if (name := _name(uid))]
    hba, ident = layout.home / "hba.conf", layout.home / "ident.conf"
    _write(hba, rules)
    _write(ident, people)
    return {"hba_file": str(hba), "ident_file": str(ident)}


def _write(path: Path, lines: list[str]) -> None:
    with os.fdopen(open_ours(path, os.O_WRONLY | os.O_TRUNC), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o644)  # the server's user reads it, and there is nothing secret in it
        file.write("\n".join(lines) + "\n")


def _name(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None
