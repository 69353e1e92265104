"""Clears what a dead server left: orphaned processes, `postmaster.pid`, the socket and its lock.

A file is removed only while we hold the `alive` lock, that is when the kernel says that no process of a
server that we started lives. A server that somebody started by hand on our data is refused, not touched.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from app.core.postgres.address import PostgresAddress
from app.core.postgres.failures import REMEDY, PostgresUnavailable
from app.core.postgres.layout import Layout

PID_FILE = "postmaster.pid"


def clear_leftovers(layout: Layout, address: PostgresAddress) -> None:
    """Remove the files that would make PostgreSQL believe in a server that is gone."""
    stranger = _started_by_hand(layout)
    if stranger is not None:
        raise PostgresUnavailable(
            f"A PostgreSQL that Courtside did not start (process {stranger}) runs on {layout.data}. "
            f"Stop it, or {REMEDY}."
        )
    lock = address.socket.with_name(address.socket.name + ".lock")
    for path in (layout.data / PID_FILE, address.socket, lock):
        path.unlink(missing_ok=True)


def kill_orphans(layout: Layout, uid: int) -> list[int]:
    """Kill the processes of a server that nobody can reach any more; committed work is safe on disk."""
    pids = list(_processes_of(layout.cluster_name, uid))
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return pids


def _processes_of(cluster_name: str, uid: int) -> Iterator[int]:
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            ours = folder.stat().st_uid == uid and (folder / "comm").read_bytes() == b"postgres\n"
            if ours and cluster_name.encode() in (folder / "cmdline").read_bytes():
                yield int(folder.name)
        except OSError:  # it ended while we looked
            continue


def _started_by_hand(layout: Layout) -> int | None:
    try:
        pid = int((layout.data / PID_FILE).read_text(encoding="utf-8", errors="replace").split()[0])
        process = Path(f"/proc/{pid}")
        if (process / "comm").read_bytes() != b"postgres\n":
            return None
        command = (process / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError, ValueError, IndexError):
        return None
    try:
        here = (process / "cwd").samefile(layout.data)
    except OSError:  # not ours to see: then its arguments must tell
        here = os.fsencode(layout.data) in command
    return pid if here else None
