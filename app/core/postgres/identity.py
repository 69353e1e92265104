"""Decides as whom the server runs, and how that user reaches a folder that is closed to it.

An ordinary user runs the server as itself. Root may not (PostgreSQL refuses): then the owner of the database
runs it, or `postgres`, or `nobody`. No user is ever made and no folder above ours is ever opened.
"""

import os
import pwd
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from app.core.postgres import as_user
from app.core.postgres.binaries import Binaries
from app.core.postgres.failures import REMEDY, PostgresUnavailable
from app.core.postgres.layout import Layout

_ENVIRONMENT = {
    "PATH": os.defpath,
    "LC_ALL": "C",
    "TZ": "UTC",
}  # nothing of the caller's: PG* variables mislead
_SERVER_USERS = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The user that the server runs as; `capability` is what it keeps of root to pass closed folders."""

    uid: int
    gid: int
    capability: int | None = None

    def own(self, folder: Path) -> None:
        """Give a folder that we just made to the server's user."""
        if os.geteuid() == self.uid:
            return
        try:
            os.chown(folder, self.uid, self.gid)
        except OSError as error:
            raise _not_allowed(self.uid) from error

    def run(self, command: list[str], *, output: int, inherited: int) -> subprocess.Popen[bytes]:
        """Start a programme as this user, deaf to our terminal, with one more open file."""
        changes = os.geteuid() != self.uid and self.capability is None
        if self.capability is not None:
            words = (str(word) for word in (self.uid, self.gid, self.capability))
            command = [sys.executable, "-I", "-S", as_user.__file__, *words, *command]
        try:
            return subprocess.Popen(  # noqa: S603 - our own commands; no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=_ENVIRONMENT,
                cwd="/",
                start_new_session=True,  # Ctrl-C in our terminal is ours to handle
                pass_fds=(inherited,),
                user=self.uid if changes else None,
                group=self.gid if changes else None,
                extra_groups=[] if changes else None,
            )
        except PermissionError as error:
            if changes:
                raise _not_allowed(self.uid) from error
            raise


def choose_user(layout: Layout) -> ServerUser:
    """Pick the user: ourselves, or as root the database's owner, the folder's owner, `postgres`, `nobody`."""
    if os.geteuid() != 0:
        return ServerUser(os.geteuid(), os.getegid())
    for place in (layout.data, layout.home):
        if place.exists() and (owner := place.stat()).st_uid != 0:
            return ServerUser(owner.st_uid, owner.st_gid)
    for name in _SERVER_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(entry.pw_uid, entry.pw_gid)
    raise PostgresUnavailable(
        "PostgreSQL does not run as root, and this system has neither a user postgres nor nobody to run it. "
        "Run Courtside as an ordinary user, or set COURTSIDE_DATABASE_URL."
    )


def equip(user: ServerUser, layout: Layout, binaries: Binaries) -> ServerUser:
    """Give root's stand-in the capability to pass closed folders, but only where one is in its way."""
    closed = first_closed(layout.home, user) or first_closed(Path(binaries.programme("postgres")), user)
    if os.geteuid() != 0 or closed is None:
        return user
    held = _own_capabilities()
    for capability in (as_user.CAP_DAC_READ_SEARCH, as_user.CAP_DAC_OVERRIDE):
        if held >> capability & 1:
            # Whoever shares the server's user must not reach a server that sees more than they do.
            layout.home.chmod(0o700)
            return ServerUser(user.uid, user.gid, capability)
    raise PostgresUnavailable(
        f"PostgreSQL does not run as root, and its stand-in (user {user.uid}) cannot pass through {closed}. "
        f"Run Courtside as an ordinary user, or {REMEDY}."
    )


def first_closed(path: Path, user: ServerUser) -> Path | None:
    """Find the first part of the path, from the root down, that the user may not enter (or execute)."""
    whole = path.resolve()
    for part in (*reversed(whole.parents), whole):
        status = part.stat()
        if status.st_uid == user.uid:
            needed = stat.S_IXUSR
        else:
            needed = stat.S_IXGRP if status.st_gid == user.gid else stat.S_IXOTH
        if not status.st_mode & needed:
            return part
    return None


def _own_capabilities() -> int:
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("CapPrm:"):
            return int(line.split()[1], 16)
    return 0


def _not_allowed(uid: int) -> PostgresUnavailable:
    return PostgresUnavailable(
        f"PostgreSQL does not run as root, and this root may not hand things to another user (uid {uid}): "
        "a container without its usual capabilities? Run Courtside as an ordinary user, or set "
        "COURTSIDE_DATABASE_URL."
    )
