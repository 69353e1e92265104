"""A stage for whole stories: the product's own commands as processes, and a stranger's clients."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

PATIENCE_SECONDS = 180.0
T = TypeVar("T")


def free_port() -> int:
    """Return a port of the loopback address that nobody uses just now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def eventually(check: Callable[[], T], *, seconds: float = PATIENCE_SECONDS, every: float = 0.1) -> T:
    """Return the first true answer; fail with the last one when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        assert time.monotonic() < deadline, f"still {found!r} after {seconds:g} s"
        time.sleep(every)


@dataclass
class Stage:
    """One state folder, one port, and the processes that were started on them."""

    state: Path
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def server(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def key(self) -> str:
        return (self.state / "api-key").read_text().strip()

    def keep_key(self, made: str) -> None:
        """Keep the key that `courtside keys create --json` told, where the local key would stand."""
        told = json.loads(made.strip().splitlines()[-1])
        (self.state / "api-key").write_text(told["key"])

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"}

    @property
    def log(self) -> Path:
        return self.state.parent / f"{self.state.name}.log"

    def start(self, name: str, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a courtside command; `name` finds it again."""
        environment = {
            **os.environ,
            "COURTSIDE_STATE_DIR": str(self.state),
            "COURTSIDE_PORT": str(self.port),
            "COURTSIDE_LOG_FORMAT": "json",
            **self.settings,
        }
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", *arguments],
                env=environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.processes[name] = process
        return process

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a courtside command to its end."""
        environment = {**os.environ, "COURTSIDE_STATE_DIR": str(self.state), **self.settings}
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *arguments],
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )

    def kill(self, name: str) -> None:
        """Kill a process with -9, and wait until it is gone."""
        process = self.processes.pop(name)
        process.kill()
        process.wait(10)

    def stop(self) -> None:
        """End everything that was started here."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def status(self, probe: str) -> int | None:
        """Return what a health probe answers, None where nobody listens."""
        try:
            return httpx.get(f"{self.server}/healthz/{probe}", timeout=5).status_code
        except httpx.TransportError:
            return None

    def ask(self, document: str, **variables: object) -> dict[str, Any]:
        """Send an operation and return its data; fail on errors."""
        answer = self.post(document, **variables)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    def post(self, document: str, **variables: object) -> dict[str, Any]:
        """Send an operation and return the whole answer."""
        body = {"query": document, "variables": variables}
        answer: dict[str, Any] = httpx.post(
            f"{self.server}/graphql", json=body, headers=self.headers, timeout=30
        ).json()
        return answer

    def decoded(self, global_id: str) -> str:
        """Look into an opaque id, as no client should."""
        return base64.urlsafe_b64decode(global_id + "=" * (-len(global_id) % 4)).decode()

    def events(self, document: str, **variables: object) -> Iterator[dict[str, Any]]:
        """Subscribe over Server-Sent Events and yield each event's data."""
        body = {"query": document, "variables": variables}
        headers = {**self.headers, "accept": "text/event-stream"}
        with httpx.stream("POST", f"{self.server}/graphql", json=body, headers=headers, timeout=30) as answer:
            assert answer.status_code == 200
            for line in answer.iter_lines():  # a comment or an empty frame is no event
                if line.startswith("data:") and line.removeprefix("data:").strip():
                    yield json.loads(line.removeprefix("data:"))["data"]

    @asynccontextmanager
    async def subscribed(
        self, document: str, **variables: object
    ) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """Subscribe over graphql-transport-ws and hand out the events' data."""
        protocol = [Subprotocol("graphql-transport-ws")]
        async with connect(f"ws://127.0.0.1:{self.port}/graphql", subprotocols=protocol) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": self.headers}))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
            payload = {"query": document, "variables": variables}
            await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
            yield _data(socket)


async def _data(socket: ClientConnection) -> AsyncIterator[dict[str, Any]]:
    async for text in socket:
        message = json.loads(text)
        if message["type"] == "complete":
            return
        assert message["type"] == "next", message
        yield message["payload"]["data"]


@contextmanager
def stage(state: Path, **settings: str) -> Iterator[Stage]:
    """Set a stage, and leave no process behind."""
    standing = Stage(state, settings=settings)
    try:
        yield standing
    finally:
        standing.stop()


def processes_of(state: Path) -> list[str]:
    """Return the command lines of all living processes that name this folder."""
    found = []
    for process in psutil.process_iter(["cmdline", "status", "environ"]):
        told = " ".join(process.info["cmdline"] or [])
        lives = process.info["status"] != psutil.STATUS_ZOMBIE
        if lives and (
            str(state) in told or (process.info["environ"] or {}).get("COURTSIDE_STATE_DIR") == str(state)
        ):
            found.append(told)
    return found


def interrupt(process: subprocess.Popen[bytes]) -> float:
    """Press Ctrl-C and return how many seconds the process took to end."""
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.wait(30)
    return time.monotonic() - began
