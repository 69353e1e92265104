"""CPU work in a process of its own, one a job, that can be killed at any moment.

The processes fork from a server that has the heavy libraries loaded: milliseconds to start, one signal to
end, together with whatever they started. They die with the process that asked for them. A pool would
be broken for good by one killed member; a thread could not be ended at all.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
import threading
import traceback
import types
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, process
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any, Final, TypeAlias, TypeVar, TypeVarTuple

from app.core.errors import PlatformError

_CONTEXT: Final = multiprocessing.get_context("forkserver")
_ONE_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Every job has its process, every process one thread: more of them fight over the cores."""
_STARTING: Final = threading.Lock()
EXIT_SECONDS: Final = 2.0
"""How long a child that has answered may take to leave; then it is killed."""

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")
Report: TypeAlias = Callable[[Any], None]
"""Given to the function in the child: sends a value (anything that pickles) to `on_progress`."""


class ChildDied(PlatformError):
    """A child ended without an answer: killed, out of memory, or crashed."""

    code = "CHILD_DIED"

    def __init__(self, function: str, exit_code: int | None) -> None:
        cause = "it was killed, perhaps for want of memory" if exit_code == -signal.SIGKILL else "it crashed"
        super().__init__(
            f"The process that ran {function} ended without an answer, exit code {exit_code}: {cause}. "
            "Try again, with less data if it happens again."
        )
        self.exit_code = exit_code


class ChildFailed(PlatformError):
    """The function in a child raised; the error could not travel, so its name and texts did."""

    code = "CHILD_FAILED"

    def __init__(self, remote_type: str, remote_message: str, remote_traceback: str) -> None:
        super().__init__(f"{remote_type}: {remote_message}")
        self.remote_type = remote_type
        self.remote_message = remote_message
        self.remote_traceback = remote_traceback
        self.add_note(remote_traceback)


@dataclass(frozen=True, slots=True)
class _Progress:
    value: Any


@dataclass(frozen=True, slots=True)
class _Done:
    value: Any


@dataclass(frozen=True, slots=True)
class _Failed:
    remote_type: str
    message: str
    traceback: str


@dataclass(frozen=True, slots=True)
class _Ended:
    """Nothing more will come."""


def preload_children(modules: Sequence[str]) -> None:
    """Name the modules that children shall find imported; to be called before the first child starts."""
    _CONTEXT.set_forkserver_preload([__name__, *modules])


async def run_in_child(
    function: Callable[[Report, *Arguments], Result],
    *arguments: *Arguments,
    on_progress: Callable[[Any], Awaitable[None]] | None = None,
) -> Result:
    """Call a module's function as `function(report, *arguments)` in a process of its own.

    What it reports is awaited here by `on_progress`, in order. Cancelling this kills the process and all
    that it started. Raises `ChildFailed` where the function raised, `ChildDied` where it never answered.
    """
    receiving, sending = _CONTEXT.Pipe(duplex=False)
    child = _CONTEXT.Process(target=_main, args=(sending, function, arguments), daemon=True)
    try:
        await _start(child)
        sending.close()
        answer: Result = await _follow(child, receiving, function.__qualname__, on_progress)
        return answer
    finally:
        sending.close()
        await _uninterrupted(asyncio.to_thread(_bury, child))


async def _follow(
    child: ForkServerProcess,
    receiving: Connection,
    name: str,
    on_progress: Callable[[Any], Awaitable[None]] | None,
) -> Any:  # noqa: ANN401 - it came through a pipe
    said = _listen(child, receiving)
    while True:
        match await said.get():
            case _Progress(value):
                if on_progress is not None:
                    await on_progress(value)
            case _Done(value):
                await asyncio.to_thread(child.join, EXIT_SECONDS)
                return value
            case _Failed(remote_type, message, remote_traceback):
                raise ChildFailed(remote_type, message, remote_traceback)
            case _:
                await asyncio.to_thread(child.join, EXIT_SECONDS)
                raise ChildDied(name, child.exitcode)


def _listen(child: ForkServerProcess, receiving: Connection) -> "asyncio.Queue[object]":
    """Read what the child says in a thread: a large answer must not hold up the event loop."""
    said: asyncio.Queue[object] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        message: object = None
        while not isinstance(message, _Done | _Failed | _Ended):
            message = _receive(child, receiving)
            with suppress(RuntimeError):  # the loop was closed: nobody listens any more
                loop.call_soon_threadsafe(said.put_nowait, message)
        receiving.close()

    threading.Thread(target=read, name=f"listen to {child.name}", daemon=True).start()
    return said


def _receive(child: ForkServerProcess, receiving: Connection) -> object:
    try:
        # a grandchild may hold the pipe open: the end of the child itself counts
        if receiving in connection.wait([receiving, child.sentinel]) or receiving.poll():
            return receiving.recv()
    except (EOFError, OSError):  # it is dead, perhaps in the middle of a word
        return _Ended()
    except Exception as error:  # noqa: BLE001 - what it sent cannot be read here, whatever the reason
        return _Failed(type(error).__qualname__, str(error), traceback.format_exc())
    return _Ended()


async def _start(child: ForkServerProcess) -> None:
    """Start it in a thread: the first start launches the server, and large arguments take their time."""
    await _uninterrupted(asyncio.to_thread(_start_unseen, child))


def _start_unseen(child: ForkServerProcess) -> None:
    with _STARTING, _one_thread_environment(), _hidden_main():
        child.start()


async def _uninterrupted(work: Awaitable[None]) -> None:
    """Await the work to its end even if we are cancelled meanwhile, and only then be cancelled."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise


@contextmanager
def _one_thread_environment() -> Iterator[None]:
    """Set what numerical libraries read when they are first imported, for a server that is launched here."""
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(_ONE_THREAD)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _hidden_main() -> Iterator[None]:
    """Keep children from importing the programme's entry point anew: they have no use for it."""
    main = sys.modules["__main__"]
    stand_in = types.ModuleType("__main__")
    sys.modules["__main__"] = stand_in
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _bury(child: ForkServerProcess) -> None:
    """End the child and whatever it started, and wait until it is gone."""
    if child.pid is None:  # it was never started
        return
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.kill()  # it may not have had its own group yet
    child.join(EXIT_SECONDS)


def _main(
    sending: Connection, function: Callable[..., object], arguments: tuple[object, ...]
) -> None:  # pragma: no cover - runs in the child
    os.setpgid(0, 0)  # a group of its own, so that what it starts can be ended with it
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that we work for
    threading.Thread(target=_die_with_parent, daemon=True).start()
    in_turn = threading.Lock()

    def say(message: object) -> None:
        with in_turn:
            sending.send(message)

    try:
        say(_Done(function(lambda value: say(_Progress(value)), *arguments)))
    except Exception as error:  # noqa: BLE001 - whatever it was, the parent is to hear of it
        say(_Failed(type(error).__qualname__, str(error), traceback.format_exc()))


def _die_with_parent() -> None:  # pragma: no cover - runs in the child
    parent = process.parent_process()
    if parent is not None:
        parent.join()
    os.killpg(0, signal.SIGKILL)
