"""What the tests of this room share: a state folder that can be asked, and a process that uses it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from app.core.postgres import EmbeddedPostgres, PostgresAddress
from app.core.postgres.layout import Layout
from app.core.postgres.probe import listener_pid
from app.core.postgres.sockets import SHORT_PLACE, address_for

NOBODY = 65534
REPOSITORY = Path(__file__).parents[3]
SCRIPT = Path(__file__).with_name("user.py")


def processes_of(layout: Layout) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes()
            except OSError:
                continue
            if layout.cluster_name.encode() in command or os.fsencode(layout.data) in command:
                found.append(int(folder.name))
    return found


def wait_until(true: Callable[[], bool], *, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)


@dataclass
class User:
    """A process that holds the database (or was refused)."""

    process: subprocess.Popen[str]
    facts: dict[str, Any] = field(default_factory=dict)

    def listen(self) -> "User":
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        self.facts = json.loads(line) if line else {}
        return self

    def stop(self) -> None:
        answer, _ = self.process.communicate("stop\n", timeout=20)
        assert json.loads(answer) == {"stopped": True}
        assert self.process.returncode == 0

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=20)


class Place:
    """One state folder with everything a test asks of it."""

    def __init__(self, state: Path) -> None:
        self.state = state
        self.users: list[User] = []

    @property
    def layout(self) -> Layout:
        return Layout(self.state.resolve() / "postgres")

    @property
    def address(self) -> PostgresAddress:
        return address_for(self.layout)

    @property
    def postmaster(self) -> int | None:
        return listener_pid(self.address.socket)

    def signal_server(self, number: signal.Signals) -> None:
        assert self.postmaster
        os.kill(self.postmaster, number)

    def postgres(self, **timeouts: float) -> EmbeddedPostgres:
        return EmbeddedPostgres(self.state, **timeouts)

    def begin_user(self, *, prefix: tuple[str, ...] = (), **wish: object) -> User:
        command = [*prefix, sys.executable, str(SCRIPT), json.dumps({"state": str(self.state), **wish})]
        pipe = subprocess.PIPE
        environment = {"PATH": os.defpath, "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
        process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, text=True, env=environment, cwd="/", start_new_session=True
        )
        self.users.append(User(process))
        return self.users[-1]

    def user(self, *, prefix: tuple[str, ...] = (), **wish: object) -> User:
        return self.begin_user(prefix=prefix, **wish).listen()

    def ask(self, question: str) -> Any:  # noqa: ANN401 - a column of any type
        url = self.address.url(user="postgres", database="postgres")
        with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
            cursor = connection.execute(question)
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None

    def stop_everything(self) -> list[int]:
        for user in self.users:
            if user.process.poll() is None:
                user.kill()
            for pipe in (user.process.stdin, user.process.stdout):
                if pipe is not None:
                    pipe.close()
        left = processes_of(self.layout)
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        return left

    def clean_up(self) -> list[int]:
        left = self.stop_everything()
        shutil.rmtree(self.state, ignore_errors=True)
        short = SHORT_PLACE / self.layout.cluster_name
        shutil.rmtree(short, ignore_errors=True)
        return left
