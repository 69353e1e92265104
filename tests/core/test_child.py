import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core.child import ChildDied, ChildFailed, Report, run_in_child
from tests.core import child_functions

PROGRAMME = Path(__file__).with_name("child_programme.py")
REPOSITORY = Path(__file__).parents[2]


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


async def wait_until_gone(pid: int, seconds: float = 2.0) -> None:
    async with asyncio.timeout(seconds):
        while is_alive(pid):  # noqa: ASYNC110 - another process ends
            await asyncio.sleep(0.005)


async def started(
    function: Callable[[Report], Any],
) -> tuple["asyncio.Task[Any]", Any]:
    """Start a function in a child and wait for its first word."""
    first: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def hear(value: object) -> None:
        first.set_result(value)

    running = asyncio.create_task(run_in_child(function, on_progress=hear))
    return running, await asyncio.wait_for(first, 20)


async def test_a_function_runs_in_a_process_and_a_group_of_its_own() -> None:
    pid, group, main = await run_in_child(child_functions.whoami)

    assert await run_in_child(child_functions.add, 2, 3) == 5
    assert pid == group
    assert pid != os.getpid()
    assert main == ""
    assert not is_alive(pid)


async def test_what_it_reports_is_heard_in_order_before_its_answer() -> None:
    heard = []

    async def hear(value: dict[str, int]) -> None:
        await asyncio.sleep(0)
        heard.append(value["step"])

    assert await run_in_child(child_functions.count, 50, on_progress=hear) == 50
    assert heard == list(range(50))


async def test_an_error_travels_by_its_name_its_message_and_its_traceback() -> None:
    with pytest.raises(ChildFailed) as failed:
        await run_in_child(child_functions.fail, "bad data")

    assert (failed.value.remote_type, failed.value.remote_message) == ("ValueError", "bad data")
    assert "in fail\n    raise ValueError(message)" in failed.value.remote_traceback


async def test_an_answer_that_cannot_travel_is_a_failure_not_a_silence() -> None:
    with pytest.raises(ChildFailed, match="cannot pickle"):
        await run_in_child(child_functions.answer_with_a_lock)


async def test_a_child_that_is_killed_is_told_from_one_that_failed_and_the_next_one_works() -> None:
    with pytest.raises(ChildDied, match="want of memory") as died:
        await run_in_child(child_functions.be_killed)

    assert died.value.exit_code == -signal.SIGKILL
    assert await run_in_child(child_functions.add, 1, 1) == 2


async def test_cancelling_ends_a_child_that_never_listens_at_once() -> None:
    running, pid = await started(child_functions.spin)

    cancelled_at = time.monotonic()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert not is_alive(pid)
    assert time.monotonic() - cancelled_at < 1


async def test_cancelling_ends_what_the_child_has_started_too() -> None:
    running, (pid, grandchild) = await started(child_functions.have_a_grandchild)

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    await wait_until_gone(grandchild)
    assert not is_alive(pid)


async def test_a_child_that_has_answered_leaves_nothing_behind() -> None:
    grandchild = await run_in_child(child_functions.leave_a_grandchild)

    await wait_until_gone(grandchild)


async def test_a_call_that_is_cancelled_while_its_child_starts_leaves_none_behind() -> None:
    before = set(threading.enumerate())
    for milliseconds in (0, 1, 2, 5, 10, 20):
        running = asyncio.create_task(run_in_child(child_functions.spin))
        await asyncio.sleep(milliseconds / 1000)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    await asyncio.sleep(0.1)
    readers = [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("listen")]
    assert readers == []


async def test_a_listener_that_fails_ends_the_child() -> None:
    pids = []

    async def hear(pid: int) -> None:
        pids.append(pid)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await run_in_child(child_functions.spin, on_progress=hear)

    assert not is_alive(pids[0])


async def test_a_large_answer_does_not_hold_up_the_event_loop() -> None:
    longest, last, stop = 0.0, time.monotonic(), False

    async def tick() -> None:
        nonlocal longest, last
        while not stop:
            await asyncio.sleep(0.001)
            longest, last = max(longest, time.monotonic() - last), time.monotonic()

    ticking = asyncio.create_task(tick())
    data = os.urandom(40_000_000)
    assert await run_in_child(child_functions.echo, data) == data
    stop = True
    await ticking

    assert longest < 2


async def test_numerical_libraries_get_one_thread_in_a_child_and_ours_are_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "2")

    seen = await run_in_child(child_functions.threads)

    assert seen == {
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "threads_of_numpy": "0",
    }
    assert os.environ["OMP_NUM_THREADS"] == "2"


async def test_a_programmes_entry_point_is_not_run_again_in_its_children() -> None:
    programme = subprocess.run(  # noqa: ASYNC221 - nothing else runs
        [sys.executable, str(PROGRAMME)],
        capture_output=True,
        text=True,
        timeout=30,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        check=True,
    )

    assert programme.stdout.splitlines() == ["entered __main__", "main of the child: none"]


async def test_a_child_dies_with_the_process_that_asked_for_it() -> None:
    programme = subprocess.Popen(  # noqa: ASYNC220 - nothing else runs
        [sys.executable, str(PROGRAMME), "spin"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
    )
    with programme:
        assert programme.stdout is not None
        pid = int([programme.stdout.readline(), programme.stdout.readline()][1].split()[1])
        assert is_alive(pid)

        programme.kill()

        await wait_until_gone(pid)
