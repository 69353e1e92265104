"""Stages for the journeys: one whole `courtside up`, and one that is put together piece by piece."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .stage import Stage, eventually, stage


@pytest.fixture(scope="module")
def played(short_directory: Path) -> Iterator[Stage]:
    """`courtside up` without data: a simulated league, a trained model, served."""
    with stage(short_directory / "played") as standing:
        up = standing.start("up", "up", "--no-replay", "--simulated")
        eventually(lambda: "Ctrl-C stops" in standing.log.read_text() or up.poll() is not None, seconds=240)
        assert up.poll() is None, standing.log.read_text()[-3000:]
        yield standing


@pytest.fixture(scope="module")
def pieces(short_directory: Path) -> Iterator[Stage]:
    """A simulated league, a key and a server, but no worker yet."""
    with stage(short_directory / "pieces") as standing:
        brought = standing.run("ingest", "--from", "simulation", "--json")
        assert brought.returncode == 0, brought.stderr
        made = standing.run("keys", "create", "journey", "--json")
        assert made.returncode == 0, made.stderr
        standing.keep_key(made.stdout)
        standing.start("serve", "serve")
        eventually(lambda: standing.status("live") == 200)
        yield standing
