"""The command line as a person runs it, and a stand-in for the server that some commands ask."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import orjson
import pytest

PROJECT = Path(__file__).resolve().parents[2]
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def courtside(tmp_path: Path) -> Run:
    """Run a command to its end, in a folder of its own."""

    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("COURTSIDE_")}
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *arguments],
            env={**inherited, "PYTHONPATH": str(PROJECT), **environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@dataclass
class StandIn:
    """A server that gives the answers it was told to give, and remembers what it was asked."""

    address: str
    answers: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    asked: list[tuple[str, str | None, bytes]] = field(default_factory=list)

    def will_answer(self, path: str, *bodies: object, status: int = 200) -> None:
        """Answer requests for `path` with these bodies as JSON, with the last one from then on."""
        self.answers[path] = [(status, orjson.dumps(body)) for body in bodies]

    def next_answer(self, path: str) -> tuple[int, bytes]:
        """Return the status and the body of the next answer."""
        answers = self.answers.get(path, [(404, b"not here")])
        return answers.pop(0) if len(answers) > 1 else answers[0]


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """A stand-in on loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        told = StandIn(f"http://127.0.0.1:{server.server_port}")

        class Answering(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                told.asked.append((self.path, self.headers.get("authorization"), body))
                status, answer = told.next_answer(self.path)
                self.send_response(status)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            do_POST = do_GET  # noqa: N815 - http.server's name

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        server.RequestHandlerClass = Answering
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield told
        server.shutdown()
        thread.join()
