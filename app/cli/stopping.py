"""When a command that serves has to stop: at a signal, or when the parent that started it is gone."""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from app.cli.leash import held_by_parent

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def ignore_signals() -> None:
    """Stop listening: one request is enough, and stopping takes seconds that must not be cut short."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)


@contextmanager
def told_to_stop(stop: Callable[[], object]) -> Iterator[None]:
    """Call `stop` in the running event loop at each request to end: whoever asks twice is heard twice."""
    loop = asyncio.get_running_loop()
    for each in SIGNALS:
        loop.add_signal_handler(each, stop)
    try:
        with held_by_parent(stop):
            yield
    finally:
        for each in SIGNALS:
            loop.remove_signal_handler(each)
