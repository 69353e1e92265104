"""One process's use of the private server: starts or joins it, and stops it when nobody else is left."""

import os
import threading
import time
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

import structlog

from app.core.postgres import cluster
from app.core.postgres.address import PostgresAddress
from app.core.postgres.binaries import find_binaries
from app.core.postgres.failures import PostgresUnavailable, explain_os_error
from app.core.postgres.identity import choose_user, equip
from app.core.postgres.layout import Layout, lay_out
from app.core.postgres.locks import PAUSE_SECONDS, FileLock
from app.core.postgres.probe import ServerState, probe
from app.core.postgres.server import Server
from app.core.postgres.sockets import address_for, is_private
from app.core.postgres.stale import clear_leftovers, kill_orphans

log = structlog.get_logger()

ORPHANS_MAY_TAKE_SECONDS = 2.0


class StartKind(StrEnum):
    """How a start came to its server."""

    INITIALISED = "initialised"
    STARTED = "started"
    ATTACHED = "attached"


class EmbeddedPostgres:
    """The private PostgreSQL of one state folder, as one process uses it.

    `start` and `stop` block (call them through `asyncio.to_thread`); they may be repeated and called from
    several threads. A fork of this process does not own what its parent started: its `stop` does nothing.
    """

    def __init__(
        self, state_directory: Path, *, start_timeout_seconds: float = 60.0, stop_timeout_seconds: float = 4.0
    ) -> None:
        self._state_directory = state_directory
        self._start_timeout_seconds = start_timeout_seconds
        self._stop_timeout_seconds = stop_timeout_seconds
        self._mutex = threading.Lock()
        self._lease: FileLock | None = None
        self._owner_pid = 0
        self._undertaker: threading.Thread | None = None

    def start(self) -> PostgresAddress:
        """Return the address of a server that is ready; PostgresUnavailable says why there is none."""
        with self._mutex:
            began = time.monotonic()
            try:
                layout = lay_out(self._state_directory)
                deadline = began + self._start_timeout_seconds
                with FileLock(layout.home / "lock") as lock:
                    lock.wait_exclusive(deadline, "another process that starts or stops the database")
                    address, how = self._join(layout, deadline)
            except OSError as error:
                raise explain_os_error(error, self._state_directory) from error
            seconds = round(time.monotonic() - began, 3)
            log.info("postgres.started", how=how, seconds=seconds, home=str(layout.home))
            return address

    def stop(self) -> None:
        """Give up this process's use; the last user ends the server. Repeating it does no harm."""
        with self._mutex:
            lease = self._lease
            if lease is None or self._owner_pid != os.getpid():
                return
            layout = Layout(lease.path.parent)
            try:
                with FileLock(layout.home / "lock") as lock:
                    deadline = time.monotonic() + self._start_timeout_seconds
                    lock.wait_exclusive(deadline, "another process that starts or stops the database")
                    self._leave(layout, lease)
            except OSError as error:
                raise explain_os_error(error, layout.home) from error
            finally:
                lease.release()
                self._lease = None

    def __enter__(self) -> PostgresAddress:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _join(self, layout: Layout, deadline: float) -> tuple[PostgresAddress, StartKind]:
        kept = self._lease if self._owner_pid == os.getpid() else None
        lease = kept or FileLock(layout.home / "users")
        try:
            _take_part(lease)
            server = Server(layout, choose_user(layout), address_for(layout))
            how = self._find_or_start(server, deadline)
        except BaseException:
            if lease is not kept:
                lease.release()
            raise
        self._lease, self._owner_pid = lease, os.getpid()
        return server.address, how

    def _find_or_start(self, server: Server, deadline: float) -> StartKind:
        silent_since = time.monotonic()
        with FileLock(server.layout.home / "alive") as alive:
            while True:
                state = _look(server)
                if state is ServerState.READY:
                    return StartKind.ATTACHED
                if state is ServerState.BUSY:
                    silent_since = time.monotonic()
                elif alive.try_exclusive():
                    return self._start_new(server, alive, deadline)
                elif time.monotonic() - silent_since > ORPHANS_MAY_TAKE_SECONDS:
                    pids = kill_orphans(server.layout, server.user.uid)
                    log.warning("postgres.orphans_killed", pids=pids, home=str(server.layout.home))
                    silent_since = time.monotonic()
                if time.monotonic() > deadline:
                    raise _stuck(server, state)
                time.sleep(PAUSE_SECONDS)

    def _start_new(self, server: Server, alive: FileLock, deadline: float) -> StartKind:
        layout, address, binaries = server.layout, server.address, find_binaries()
        user = equip(server.user, layout, binaries)
        clear_leftovers(layout, address)
        how = StartKind.STARTED
        if not cluster.is_made(layout, binaries):
            cluster.make(layout, binaries, user, inherited=alive.descriptor)
            how = StartKind.INITIALISED
        if not address.socket_directory.exists():
            address.socket_directory.mkdir(mode=0o700)
            user.own(address.socket_directory)
        able = Server(layout, user, address)
        self._undertaker = able.launch(binaries, inherited=alive.descriptor, deadline=deadline)
        alive.hand_over()  # from here on the server's processes alone hold it
        return how

    def _leave(self, layout: Layout, lease: FileLock) -> None:
        if not lease.try_exclusive():
            log.info("postgres.released", home=str(layout.home))
            return
        server = Server(layout, choose_user(layout), address_for(layout))
        with FileLock(layout.home / "alive") as alive:
            ended = server.end(alive, timeout_seconds=self._stop_timeout_seconds)
        if not ended:
            log.warning("postgres.left_running", home=str(layout.home))
            return
        if self._undertaker is not None:
            self._undertaker.join(timeout=1.0)
        with suppress(OSError):  # not empty if it was killed: the next start clears it
            server.address.socket_directory.rmdir()
        log.info("postgres.stopped", home=str(layout.home))


def _take_part(lease: FileLock) -> None:
    if not lease.try_shared():  # only a last user holds it alone, and only while it holds `lock`
        raise PostgresUnavailable(f"Another programme has locked {lease.path}. End it, then try again.")


def _look(server: Server) -> ServerState:
    if is_private(server.address.socket_directory, server.user.uid):
        return probe(server.address.socket)
    return ServerState.ABSENT


def _stuck(server: Server, state: ServerState) -> PostgresUnavailable:
    if state is ServerState.BUSY:
        return PostgresUnavailable(
            f"A PostgreSQL listens on {server.address.socket} but takes no sessions: it recovers or hangs. "
            f"Its log {server.layout.log} may tell why; try again, or end it."
        )
    return PostgresUnavailable(
        f"Processes of an earlier database in {server.layout.home} still run but cannot be reached, and did "
        "not end. End the processes named postgres that belong to it, then try again."
    )
