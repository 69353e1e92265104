"""`courtside up`: the whole story on one machine.

This process keeps the database, starts a server and a worker as children on a leash, brings games in, and
then plays the story through the public API like any other client. Ctrl-C ends everything within seconds.
"""

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from app.cli.client import Client
from app.cli.ending import print_ending, print_opening
from app.cli.ground import Ground, bring_up_to_date, ground, opened
from app.cli.ingest import show_summary, simulate, watched
from app.cli.leash import Leash
from app.cli.listening import address_of, listen
from app.cli.open_door import refuse_open_door
from app.cli.progress import progress_bar
from app.cli.settling import settle
from app.cli.stopping import SIGNALS
from app.cli.story import await_version, crown, deploy, is_served, launch
from app.core.database import Database
from app.core.errors import Unavailable
from app.core.ids import DEFAULT_WORKSPACE
from app.core.settings import Settings
from app.datasets.ingestion import ingest_paths
from app.governance.local_key import ensure_local_key

log = structlog.get_logger()

START_MAY_TAKE_SECONDS = 60.0
STOP_MAY_TAKE_SECONDS = 4.0
LOOK_SECONDS = 0.5
Children = dict[str, subprocess.Popen[bytes]]


class Interrupted(KeyboardInterrupt):
    """Somebody pressed Ctrl-C or asked the process to end; an event loop lets no other exception through."""


def up(
    paths: list[Path], *, state_dir: Path | None, host: str | None, port: int | None, replay: bool
) -> None:
    """Play the story and stay until told to stop."""
    began = time.monotonic()
    for each in SIGNALS:
        signal.signal(each, _interrupt)
    try:
        settings = _with_free_port(settle(state_dir=state_dir, host=host, port=port, answers=True))
        with ground(settings) as standing:
            bring_up_to_date(standing)
            key = asyncio.run(_key(standing))
            with _children(settings) as children:
                client = Client(address_of(settings.host, settings.port), key)
                _play(standing, children, client, paths, replay=replay, began=began)
                _stay(settings, children)
    except Interrupted:
        log.info("up.stopping")
    log.info("up.stopped")


def _play(
    standing: Ground, children: Children, client: Client, paths: list[Path], *, replay: bool, began: float
) -> None:
    def look() -> None:
        _look_after(standing.settings, children)

    client.await_health("live", seconds=START_MAY_TAKE_SECONDS, meanwhile=look)
    print_opening(client.server)
    asyncio.run(_bring_games(standing, paths))
    look()
    if not is_served(client):
        with progress_bar("Training a model") as tell:
            trained = await_version(client, launch(client, key="up:first", params={}), tell)
        crown(client, trained)
        with progress_bar("Deploying it"):
            deploy(client, trained)
    client.await_health("ready", seconds=START_MAY_TAKE_SECONDS, meanwhile=look)
    key_file = standing.settings.key_file
    print_ending(client, key_file=key_file, replay=replay, seconds=time.monotonic() - began)


async def _key(standing: Ground) -> str:
    """Return the local key, with which this process asks its own server."""
    async with opened(standing, "up") as database:
        await refuse_open_door(standing.settings.host, database)
        return await ensure_local_key(database, DEFAULT_WORKSPACE, standing.settings.key_file)


async def _bring_games(standing: Ground, paths: list[Path]) -> None:
    async with opened(standing, "up") as database:
        if not paths and await _has_games(database):
            return
        with progress_bar("Bringing games in") as tell:
            if paths:
                summary = await ingest_paths(database, DEFAULT_WORKSPACE, paths, on_progress=watched(tell))
            else:
                summary = await simulate(database, watched(tell))
        show_summary(summary)


async def _has_games(database: Database) -> bool:
    return bool(await database.fetch("select 1 from game limit 1"))


@contextmanager
def _children(settings: Settings) -> Iterator[Children]:
    """Start a server and a worker; end them, politely first, when we are done."""
    leash = Leash()
    environment = {
        "COURTSIDE_STATE_DIR": str(settings.state_dir),
        "COURTSIDE_HOST": settings.host,
        "COURTSIDE_PORT": str(settings.port),
    }
    settings.logs_directory.mkdir(exist_ok=True)
    children: Children = {}
    try:
        for name in ("serve", "worker"):
            command = [sys.executable, "-m", "app.cli", name]
            children[name] = leash.start(command, environment, log=_log_of(settings, name))
        yield children
    finally:
        _ignore_signals()
        for child in children.values():
            child.terminate()
        deadline = time.monotonic() + STOP_MAY_TAKE_SECONDS
        for name, child in children.items():
            try:
                child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("child.killed", name=name)
                child.kill()
                child.wait()
        leash.release()  # not before: to a child it would be a second, impatient request


def _stay(settings: Settings, children: Children) -> None:
    while True:
        _look_after(settings, children)
        time.sleep(LOOK_SECONDS)


def _look_after(settings: Settings, children: Children) -> None:
    for name, child in children.items():
        if child.poll() is not None:
            log_file = _log_of(settings, name)
            message = f"The {name} process ended with code {child.returncode}: see the end of {log_file}."
            raise Unavailable(message, dependency=name)


def _log_of(settings: Settings, name: str) -> Path:
    return settings.logs_directory / f"{name}.log"


def _interrupt(_signal: int, _frame: object) -> None:
    _ignore_signals()
    raise Interrupted


def _ignore_signals() -> None:
    """Stop listening: one request is enough, and stopping takes seconds that must not be cut short."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)


def _with_free_port(settings: Settings) -> Settings:
    """Settle the port before anything is started; raise `Invalid` where somebody else listens there."""
    with listen(settings.host, settings.port) as listening:
        return settings.model_copy(update={"port": listening.getsockname()[1]})
