"""A leash between `up` and its children: a pipe that the kernel closes when the parent is gone.

A child on a leash ends when its parent does, even after kill -9; a child without one (COURTSIDE_LEASH
unset) lives on its own.
"""

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

VARIABLE = "COURTSIDE_LEASH"
LONGEST_LOG_BYTES = 10_000_000


@contextmanager
def held_by_parent(let_go: Callable[[], object]) -> Iterator[None]:
    """Call `let_go` in the running event loop when the parent that started us on a leash has ended."""
    given = os.environ.get(VARIABLE)
    if given is None:
        yield
        return
    descriptor, loop = int(given), asyncio.get_running_loop()

    def pulled() -> None:
        loop.remove_reader(descriptor)
        let_go()

    loop.add_reader(descriptor, pulled)
    try:
        yield
    finally:
        loop.remove_reader(descriptor)


class Leash:
    """The parent's end: children started through it end with this process."""

    def __init__(self) -> None:
        self._theirs, self._ours = os.pipe()

    def start(
        self, command: Sequence[str], environment: dict[str, str], *, log: Path | None = None
    ) -> subprocess.Popen[bytes]:
        """Start a programme in a session of its own, so that Ctrl-C reaches it through us alone.

        What it says goes to the end of the file `log`, begun anew where it had grown long, else where our
        own words go.
        """
        with nullcontext() if log is None else _opened(log) as output:
            return subprocess.Popen(  # noqa: S603 - our own command line
                command,
                env={**os.environ, **environment, VARIABLE: str(self._theirs)},
                pass_fds=[self._theirs],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def release(self) -> None:
        """Let every child go: each ends in its own good time."""
        os.close(self._ours)
        os.close(self._theirs)


def _opened(log: Path) -> BinaryIO:
    is_long = log.exists() and log.stat().st_size > LONGEST_LOG_BYTES
    return log.open("wb" if is_long else "ab")
