"""Locks that the kernel drops when their holder dies, however it dies."""

import fcntl
import os
import time
from pathlib import Path
from typing import Self

from app.core.postgres.failures import PostgresUnavailable
from app.core.postgres.layout import open_ours

PAUSE_SECONDS = 0.005


class FileLock:
    """One open lock file; it belongs to the open file, so a child that inherits it holds it too."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor = open_ours(path, os.O_RDWR)

    def try_exclusive(self) -> bool:
        """Take the lock alone, unless anybody else holds it."""
        return self._try(fcntl.LOCK_EX)

    def try_shared(self) -> bool:
        """Take the lock beside others."""
        return self._try(fcntl.LOCK_SH)

    def wait_exclusive(self, deadline: float, waiting_for: str) -> None:
        """Take the lock alone before `deadline` (of the monotonic clock), or say what kept us."""
        while not self.try_exclusive():
            if time.monotonic() > deadline:
                raise PostgresUnavailable(
                    f"Waited too long for {waiting_for} ({self.path} is locked). Try again."
                )
            time.sleep(PAUSE_SECONDS)

    def release(self) -> None:
        """Drop the lock for everyone who inherited it, and close the file."""
        if self.descriptor >= 0:
            fcntl.flock(self.descriptor, fcntl.LOCK_UN)
            self.hand_over()

    def hand_over(self) -> None:
        """Close our side only: a child that inherited the file keeps the lock."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _try(self, kind: int) -> bool:
        try:
            fcntl.flock(self.descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
