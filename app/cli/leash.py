"""A leash between `up` and its children: a pipe that the kernel closes when the parent is gone.

A child on a leash ends when its parent does, even after kill -9; a child without one (COURTSIDE_LEASH
unset) lives on its own.
"""

import asyncio
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

VARIABLE = "COURTSIDE_LEASH"


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

    def start(self, command: Sequence[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
        """Start a programme in a session of its own, so that Ctrl-C reaches it through us alone."""
        return subprocess.Popen(  # noqa: S603 - our own command line
            command,
            env={**os.environ, **environment, VARIABLE: str(self._theirs)},
            pass_fds=[self._theirs],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

    def release(self) -> None:
        """Let every child go: each ends in its own good time."""
        os.close(self._ours)
        os.close(self._theirs)
