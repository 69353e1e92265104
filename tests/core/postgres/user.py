"""One process that uses the private PostgreSQL, steered by a test through its standard input and output.

The only argument is a JSON object: `state`, and optionally `uid` (become that user first), `file_size`
(a limit in bytes), `tmpfs_bytes` (mount a small disk at the state folder, in a mount namespace of our own),
`needed_bytes` (what a new database is said to need). It prints one JSON line; "stop" on its input stops it.
"""

import json
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import structlog

from app.core.postgres import EmbeddedPostgres, PostgresUnavailable, cluster

MOUNT_REFUSED = 77


def main() -> int:
    wish = json.loads(sys.argv[1])
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a test presses Ctrl-C and looks what is left
    if size := wish.get("tmpfs_bytes"):
        mounting = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=0755", "none", wish["state"]]
        if subprocess.run(mounting, check=False, capture_output=True).returncode != 0:
            return MOUNT_REFUSED
    if uid := wish.get("uid"):
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
    if limit := wish.get("file_size"):
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    cluster.NEEDED_BYTES = wish.get("needed_bytes", cluster.NEEDED_BYTES)
    return use(Path(wish["state"]))


def use(state: Path) -> int:
    postgres = EmbeddedPostgres(state)
    try:
        address = postgres.start()
    except PostgresUnavailable as error:
        left = sorted(path.name for path in state.glob("postgres/*"))
        say(error=error.message, left=left)
        return 2
    say(url=address.url(user="postgres", database="postgres"), socket=str(address.socket))
    sys.stdin.readline()
    postgres.stop()
    say(stopped=True)
    return 0


def say(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
