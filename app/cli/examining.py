"""The parts that need no database to be examined: the machine, the state folder, the key, the server.

Nothing is made, mended or started here.
"""

import platform
import shutil
import stat
import sys
import tempfile
from pathlib import Path

from app.cli.client import Client
from app.cli.finding import Finding, State
from app.cli.listening import address_of
from app.core.errors import PlatformError, Unavailable
from app.core.postgres.binaries import find_binaries
from app.core.settings import Settings

OLDEST_PYTHON = (3, 11)
LEAST_FREE_BYTES = 1_000_000_000
FOR_OTHERS = 0o077


def examine_machine(settings: Settings) -> list[Finding]:
    """Look at Python, PostgreSQL's programmes, the state folder, its disk and the local key."""
    return [
        _examine_python(sys.version_info[:2]),
        _examine_programmes(settings),
        _examine_state_folder(settings.state_dir),
        _examine_disk(settings.state_dir),
        _examine_key(settings.key_file),
    ]


def _examine_python(version: tuple[int, int]) -> Finding:
    found = f"{platform.python_version()} in {sys.prefix}"
    if version >= OLDEST_PYTHON:
        return Finding("Python", State.OK, found)
    return Finding("Python", State.BROKEN, found, "Install Python 3.11 or newer")


def _examine_programmes(settings: Settings) -> Finding:
    part = "PostgreSQL programmes"
    if settings.database_url is not None:
        return Finding(part, State.OK, "not needed: COURTSIDE_DATABASE_URL names a server")
    try:
        binaries = find_binaries()
    except PlatformError as error:
        return Finding(part, State.BROKEN, error.message)
    return Finding(part, State.OK, f"version {binaries.major} in {binaries.directory}")


def _examine_state_folder(folder: Path) -> Finding:
    place = _nearest_existing(folder)
    remedy = "Give its owner the right to write, or choose another folder with --state"
    if not place.is_dir():
        return Finding("state folder", State.BROKEN, f"{place.absolute()} is not a folder", remedy)
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"courtside")
    except OSError as error:
        found = f"{place.absolute()} can't be written to: {error.strerror}"
        return Finding("state folder", State.BROKEN, found, remedy)
    if place == folder:
        return Finding("state folder", State.OK, f"{folder.absolute()} can be written to")
    return Finding("state folder", State.IDLE, f"{folder.absolute()} is not there", "`courtside up` makes it")


def _examine_disk(folder: Path) -> Finding:
    free = shutil.disk_usage(_nearest_existing(folder)).free
    found = f"{free / 1e9:.1f} GB free"
    if free >= LEAST_FREE_BYTES:
        return Finding("disk", State.OK, found)
    return Finding("disk", State.BROKEN, found, f"Free some: {LEAST_FREE_BYTES / 1e9:g} GB are needed")


def _examine_key(path: Path) -> Finding:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
    except FileNotFoundError:
        return Finding("local key", State.IDLE, f"{path} is not there", "`courtside up` writes it")
    except OSError as error:
        return Finding("local key", State.BROKEN, f"{path} can't be looked at: {error.strerror}")
    if mode & FOR_OTHERS:
        remedy = "Start `courtside up`: it revokes the key and writes another"
        return Finding("local key", State.BROKEN, f"{path} has mode {mode:04o}: others may read it", remedy)
    return Finding("local key", State.OK, f"{path} has mode {mode:04o}")


def examine_server(settings: Settings) -> list[Finding]:
    """Ask the server, where the settings say that it listens, whether it is alive and may be asked."""
    client = Client(address_of(settings.host, settings.port), key="")
    try:
        client.health("live")
        ready = client.health("ready")
    except Unavailable as error:
        return [Finding("server", State.IDLE, error.message.rstrip("."))]
    live = Finding("server", State.OK, f"live at {client.server}")
    missing = [f"{name}: {why}" for name, why in ready.get("checks", {}).items() if why != "ok"]
    if not missing:
        return [live, Finding("readiness", State.OK, "ready: predictions are answered")]
    return [live, Finding("readiness", State.BROKEN, "; ".join(missing))]


def _nearest_existing(path: Path) -> Path:
    return next((each for each in (path, *path.absolute().parents) if each.exists()), Path("/"))
