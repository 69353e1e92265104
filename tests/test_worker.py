"""The worker's two tables leave nobody waiting, and the worker itself ends when it is told to."""

import ast
import importlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from psycopg import connect

from app.cli.leash import VARIABLE, Leash
from app.core.events import Event
from app.core.provisioning import DatabaseUrls
from app.core.runs import RunKind
from app.core.settings import Settings
from app.training.tracking import Tracking
from app.worker import handlers, works

PROJECT = Path(__file__).resolve().parents[1]
MODULES = sorted((PROJECT / "app").rglob("*.py"))
STOPS_WITHIN_SECONDS = 5.0
Start = Callable[[Leash | None], subprocess.Popen[bytes]]


def awaited_events() -> list[type[Event]]:
    """Every class of event that handlers are to see, wherever in `app` it stands."""
    for path in MODULES:
        if "wakes_handlers" in path.read_text():
            importlib.import_module(".".join(path.relative_to(PROJECT).with_suffix("").parts))
    return [
        event
        for event in Event.__subclasses__()
        if event.wakes_handlers and event.__module__.startswith("app.")
    ]


def requested_kinds() -> set[str]:
    """Every kind of run that `create_run` is called with, read from the source."""
    nodes = [node for path in MODULES for node in ast.walk(ast.parse(path.read_text()))]
    calls = [node for node in nodes if isinstance(node, ast.Call) and is_request(node)]
    given = [word.value for call in calls for word in call.keywords if word.arg == "kind"]
    assert len(given) == len(calls)
    return {RunKind[kind.attr] for kind in given if isinstance(kind, ast.Attribute)}


def is_request(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "create_run"


@pytest.fixture
def tracking(tmp_path: Path) -> Tracking:
    """A way to MLflow that nobody goes."""
    return Tracking("postgresql://nobody@nowhere/nothing", tmp_path)


def test_every_event_that_wakes_handlers_has_some(tracking: Tracking) -> None:
    heard = handlers(tracking)

    deaf = [event.__name__ for event in awaited_events() if not heard.get(event.kind)]

    assert deaf == []
    assert len(awaited_events()) >= 5


def test_every_handler_hears_an_event_that_wakes_it(tracking: Tracking) -> None:
    assert handlers(tracking).keys() <= {event.kind for event in awaited_events()}


def test_every_kind_of_run_that_is_asked_for_has_its_work(tracking: Tracking, tmp_path: Path) -> None:
    asked = requested_kinds()

    assert asked <= works(Settings(state_dir=tmp_path), tracking).keys()
    assert RunKind.TRAINING in asked


@pytest.fixture
def start(database_urls: DatabaseUrls, tmp_path: Path) -> Iterator[Start]:
    """Start `courtside worker` as a process and wait until it says that it is alive."""
    environment = {
        "PYTHONPATH": str(PROJECT),
        "COURTSIDE_DATABASE_URL": database_urls.application,
        "COURTSIDE_OWNER_DATABASE_URL": database_urls.owner,
        "COURTSIDE_STATE_DIR": str(tmp_path / "state"),
    }
    started: list[subprocess.Popen[bytes]] = []

    def start(leash: Leash | None) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "app.cli", "worker"]
        if leash is None:
            inherited = {name: value for name, value in os.environ.items() if name != VARIABLE}
            process = subprocess.Popen(command, env={**inherited, **environment})
        else:
            process = leash.start(command, environment)
        started.append(process)
        await_life(database_urls, process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def await_life(urls: DatabaseUrls, process: subprocess.Popen[bytes]) -> None:
    with connect(urls.owner, autocommit=True) as owner:
        while not owner.execute("select 1 from jobs.procrastinate_workers").fetchone():
            assert process.poll() is None, "the worker ended before it had begun"
            time.sleep(0.05)


def ends(process: subprocess.Popen[bytes], tell: Callable[[], None]) -> int:
    """Tell the worker to end; return its exit code, and fail where it or a child of it is late."""
    family = psutil.Process(process.pid).children(recursive=True)
    tell()
    code = process.wait(STOPS_WITHIN_SECONDS)
    _gone, left = psutil.wait_procs(family, timeout=1)
    assert left == []
    return code


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_worker_ends_when_it_is_asked_to(start: Start, asked: signal.Signals) -> None:
    process = start(None)

    assert ends(process, lambda: process.send_signal(asked)) == 0


def test_worker_ends_when_its_leash_is_let_go(start: Start) -> None:
    leash = Leash()
    process = start(leash)

    assert ends(process, leash.release) == 0
