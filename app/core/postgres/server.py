"""Starts one `postgres`, waits until it serves, and ends it again."""

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass

from app.core.postgres.access import write_access_files
from app.core.postgres.address import PostgresAddress
from app.core.postgres.binaries import Binaries
from app.core.postgres.failures import PostgresUnavailable, explain_output
from app.core.postgres.identity import ServerUser
from app.core.postgres.layout import Layout, open_ours, try_to_write
from app.core.postgres.locks import PAUSE_SECONDS, FileLock
from app.core.postgres.probe import ServerState, listener_pid, probe
from app.core.postgres.stale import kill_orphans

LOG_LIMIT_BYTES = 10_000_000
IMMEDIATE_STOP_SECONDS = 2.0
_SETTINGS = {
    "listen_addresses": "",  # no network, ever
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A server to be: its folders, its user, its socket."""

    layout: Layout
    user: ServerUser
    address: PostgresAddress

    def launch(self, binaries: Binaries, *, inherited: int, deadline: float) -> threading.Thread:
        """Start it and return when it serves; the thread that is returned ends with it and buries it."""
        command = self._command(binaries)
        output = open_ours(self.layout.log, os.O_WRONLY | os.O_APPEND)
        try:
            if os.fstat(output).st_size > LOG_LIMIT_BYTES:
                os.ftruncate(output, 0)
            told_before = os.fstat(output).st_size
            process = self.user.run(command, output=output, inherited=inherited)
        finally:
            os.close(output)
        # Without somebody who waits for it, an ended server would stay a zombie for as long as we live.
        undertaker = threading.Thread(target=process.wait, name="postgres-undertaker", daemon=True)
        undertaker.start()
        try:
            self._await_ready(process, told_before, deadline)
        except BaseException:
            process.kill()
            undertaker.join()
            raise
        return undertaker

    def end(self, alive: FileLock, *, timeout_seconds: float) -> bool:
        """End it politely, then at once, then by force; False if it is out of our reach (a container's)."""
        pid = listener_pid(self.address.socket)
        if pid == 0:
            return False
        if pid is not None:
            for number, patience in (
                (signal.SIGINT, timeout_seconds),
                (signal.SIGQUIT, IMMEDIATE_STOP_SECONDS),
            ):
                with suppress(ProcessLookupError):
                    os.kill(pid, number)
                if _ended(alive, patience):
                    return True
        elif _ended(alive, IMMEDIATE_STOP_SECONDS):  # it died before, and its orphans end by themselves
            return True
        kill_orphans(self.layout, self.user.uid)
        return _ended(alive, IMMEDIATE_STOP_SECONDS)

    def _command(self, binaries: Binaries) -> list[str]:
        settings = _SETTINGS | write_access_files(self.layout)
        settings |= {
            "unix_socket_directories": str(self.address.socket_directory),
            "port": str(self.address.port),
            "cluster_name": self.layout.cluster_name,
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [binaries.programme("postgres"), "-D", str(self.layout.data), *options]

    def _await_ready(self, process: subprocess.Popen[bytes], told_before: int, deadline: float) -> None:
        while process.returncode is None:  # the undertaker sets it
            if probe(self.address.socket) is ServerState.READY:
                return
            if time.monotonic() > deadline:
                raise PostgresUnavailable(
                    f"The database in {self.layout.home} did not become ready in time. "
                    f"Its log {self.layout.log} may tell why; try again."
                )
            time.sleep(PAUSE_SECONDS)
        try_to_write(self.layout.home)  # on a full disk it could not even tell
        with self.layout.log.open("rb") as log:
            log.seek(told_before)
            words = log.read().decode(errors="replace")
        raise explain_output("Starting the database", words, self.layout.home, self.layout.log)


def _ended(alive: FileLock, patience_seconds: float) -> bool:
    deadline = time.monotonic() + patience_seconds
    while not alive.try_exclusive():
        if time.monotonic() > deadline:
            return False
        time.sleep(PAUSE_SECONDS)
    return True
