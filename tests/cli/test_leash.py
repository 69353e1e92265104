import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli.leash import Leash
from tests.cli.conftest import PROJECT

HERE = Path(__file__).parent
CHILD, PARENT = HERE / "leashed_child.py", HERE / "leashing_parent.py"


def wait_for(happened: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Say whether something happened within the time."""
    deadline = time.monotonic() + seconds
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.02)
    return happened()


def is_alive(pid: int) -> bool:
    """Say whether a process runs; one that has ended and waits to be buried does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "terminated"])
def test_child_ends_in_good_order_with_its_parent(tmp_path: Path, end: signal.Signals) -> None:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    parent = subprocess.Popen([sys.executable, PARENT, CHILD, tmp_path], env=environment)
    assert wait_for((tmp_path / "pid").exists)
    child = int((tmp_path / "pid").read_text())

    parent.send_signal(end)
    parent.wait()

    assert wait_for((tmp_path / "stopped").exists)
    assert wait_for(lambda: not is_alive(child))


def test_released_child_ends_though_its_parent_lives_on(tmp_path: Path) -> None:
    leash = Leash()
    child = leash.start([sys.executable, str(CHILD), str(tmp_path)], {"PYTHONPATH": str(PROJECT)})
    assert wait_for((tmp_path / "pid").exists)

    leash.release()

    assert child.wait(timeout=20) == 0
    assert (tmp_path / "stopped").exists()


def test_child_without_a_leash_lives_until_a_signal(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    child = subprocess.Popen([sys.executable, CHILD, tmp_path], env=environment)
    assert wait_for((tmp_path / "pid").exists)
    assert child.poll() is None

    child.send_signal(signal.SIGTERM)

    assert child.wait(timeout=20) == 0
    assert (tmp_path / "stopped").exists()


def test_ctrl_c_at_the_terminal_does_not_reach_a_child_directly(tmp_path: Path) -> None:
    leash = Leash()
    child = leash.start([sys.executable, str(CHILD), str(tmp_path)], {"PYTHONPATH": str(PROJECT)})
    assert wait_for((tmp_path / "pid").exists)

    assert os.getpgid(child.pid) != os.getpgid(0)

    leash.release()
    child.wait(timeout=20)
