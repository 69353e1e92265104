"""The server and the worker that `up` starts: on a leash, their words in files, ended politely first."""

import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from app.cli.leash import Leash
from app.cli.stopping import ignore_signals
from app.core.errors import Unavailable
from app.core.settings import Settings

log = structlog.get_logger()

STOP_MAY_TAKE_SECONDS = 3.0
LOOK_SECONDS = 0.5
COMMANDS = ("serve", "worker")


class Children:
    """Both children of one `up`; leaving the block ends them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._leash = Leash()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> Self:
        """Hand out the children, not yet started."""
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """End them, and what holds them."""
        self.stop()
        self._leash.release()  # not before: to a child it would be a second, impatient request

    def start(self, *names: str) -> None:
        """Start these of `COMMANDS`, or all, as far as they do not run yet."""
        self._make_place()
        environment = {
            "COURTSIDE_STATE_DIR": str(self._settings.state_dir),
            "COURTSIDE_HOST": self._settings.host,
            "COURTSIDE_PORT": str(self._settings.port),
        }
        for name in names or COMMANDS:
            if name not in self._processes:
                command = [sys.executable, "-m", "app.cli", name]
                self._processes[name] = self._leash.start(command, environment, log=self._log_of(name))

    def look_after(self) -> None:
        """Raise `Unavailable` where one has ended by itself."""
        for name, process in self._processes.items():
            if process.poll() is not None:
                message = (
                    f"The {name} process ended with code {process.returncode}: "
                    f"see the end of {self._log_of(name)}."
                )
                raise Unavailable(message, dependency=name)

    def stay(self) -> None:
        """Look after them until somebody interrupts."""
        while True:
            self.look_after()
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """End them: who takes longer than `STOP_MAY_TAKE_SECONDS` is killed."""
        ignore_signals()
        for process in self._processes.values():
            process.terminate()
        deadline = time.monotonic() + STOP_MAY_TAKE_SECONDS
        for name, process in self._processes.items():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("child.killed", name=name)
                process.kill()
                process.wait()
        self._processes.clear()

    def _make_place(self) -> None:
        try:
            self._settings.logs_directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = (
                f"{error.filename} can't be made ({error.strerror}): choose another folder with --state."
            )
            raise Unavailable(message, dependency="state folder") from error

    def _log_of(self, name: str) -> Path:
        return self._settings.logs_directory / f"{name}.log"
