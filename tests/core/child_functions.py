"""What the tests of child processes run in them."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from app.core.child import Report


def add(_report: Report, left: int, right: int) -> int:
    return left + right


def whoami(_report: Report) -> tuple[int, int, str]:
    return os.getpid(), os.getpgid(0), sys.modules["__main__"].__dict__.get("__file__", "")


def count(report: Report, steps: int) -> int:
    for step in range(steps):
        report({"step": step})
    return steps


def fail(_report: Report, message: str) -> None:
    raise ValueError(message)


def answer_with_a_lock(_report: Report) -> object:
    return threading.Lock()


def be_killed(_report: Report) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def spin(report: Report) -> None:
    report(os.getpid())
    while True:
        pass


def have_a_grandchild(report: Report) -> None:
    grandchild = subprocess.Popen(["sleep", "60"])  # noqa: S607
    report((os.getpid(), grandchild.pid))
    time.sleep(60)


def leave_a_grandchild(_report: Report) -> int:
    return subprocess.Popen(["sleep", "60"]).pid  # noqa: S607


def echo(_report: Report, data: bytes) -> bytes:
    return data


def threads(_report: Report) -> dict[str, str | None]:
    return {
        name: os.environ.get(name) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    } | {"threads_of_numpy": str(_threads_after_a_product())}


def _threads_after_a_product() -> int:
    import numpy as np  # noqa: PLC0415 - heavy, and only in the child

    square = np.ones((400, 400))
    square @ square
    return len(list(Path("/proc/self/task").iterdir())) - threading.active_count()
