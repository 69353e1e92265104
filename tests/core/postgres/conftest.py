"""State folders that are cleaned whatever happens."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.postgres import EmbeddedPostgres
from app.core.postgres.binaries import find_binaries
from app.core.postgres.identity import ServerUser, first_closed
from tests.core.postgres.place import NOBODY, Place


@pytest.fixture
def room() -> Iterator[Path]:
    """Give a folder that every user may pass through, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="courtside-test-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@pytest.fixture
def empty(room: Path) -> Iterator[Place]:
    """Give a state folder that does not exist yet; afterwards no process of it may be left."""
    place = Place(room / "state")
    yield place
    left = place.clean_up()
    assert left == [], "processes were left running"


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    """Make one database for all tests that do not spoil it."""
    folder = Path(tempfile.mkdtemp(prefix="courtside-test-", dir="/tmp"))
    folder.chmod(0o755)
    with EmbeddedPostgres(folder / "state"):
        pass
    yield folder / "state"
    shutil.rmtree(folder)


@pytest.fixture
def made(template: Path) -> Iterator[Place]:
    """Give a state folder, shared by many tests, with a database in it that does not run before or after."""
    place = Place(template)
    yield place
    left = place.stop_everything()
    assert left == [], "processes were left running"


@pytest.fixture
def own(empty: Place, template: Path) -> Place:
    """Give a copy of that folder which a test may spoil."""
    subprocess.run(["cp", "-a", str(template), str(empty.state)], check=True)  # noqa: S607
    return empty


@pytest.fixture
def as_root() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can try this")


@pytest.fixture
def nobody(as_root: None, room: Path) -> int:  # noqa: ARG001 - it skips
    """Give the uid of an ordinary user to whom `room` belongs."""
    closed = first_closed(find_binaries().directory, ServerUser(NOBODY, NOBODY))
    if closed is not None:
        pytest.skip(f"PostgreSQL is installed below {closed}, where an ordinary user cannot run it")
    os.chown(room, NOBODY, NOBODY)
    return int(NOBODY)
