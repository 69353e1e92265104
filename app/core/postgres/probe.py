"""Asks the socket whether a PostgreSQL answers there, and the kernel whose socket it is."""

import errno
import socket
import struct
from enum import StrEnum
from pathlib import Path

from app.core.postgres.address import SUPERUSER

_PROTOCOL = b"\x00\x03\x00\x00"
_TERMINATE = b"X\x00\x00\x00\x04"
_CANNOT_CONNECT_NOW = b"\0C57P03\0"
_NOBODY_LISTENS = {errno.ENOENT, errno.ECONNREFUSED, errno.ENOTDIR}


class ServerState(StrEnum):
    """What the socket tells."""

    ABSENT = "absent"
    """Nobody listens."""
    BUSY = "busy"
    """Somebody listens but does not serve: it starts, recovers, stops or hangs."""
    READY = "ready"
    """It takes sessions."""


def probe(path: Path, *, timeout_seconds: float = 1.0) -> ServerState:
    """Begin a session and end it at once: only a server that gets that far is ready."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(timeout_seconds)
        try:
            link.connect(str(path))
        except TimeoutError:
            return ServerState.BUSY
        except OSError as error:
            if error.errno in _NOBODY_LISTENS:
                return ServerState.ABSENT
            if error.errno == errno.EAGAIN:  # the queue of a server that does not accept is full
                return ServerState.BUSY
            raise
        return _judge(_greet(link))


def listener_pid(path: Path) -> int | None:
    """Ask the kernel which process listens on the socket: None if none does, 0 if it is out of our sight."""
    with socket.socket(socket.AF_UNIX) as link:
        link.settimeout(1.0)
        try:
            link.connect(str(path))
        except OSError as error:
            if error.errno in _NOBODY_LISTENS:
                return None
            raise
        credentials = link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    pid: int = struct.unpack("3i", credentials)[0]
    return pid


def _greet(link: socket.socket) -> bytes:
    wishes = b"".join(word + b"\0" for word in (b"user", SUPERUSER.encode(), b"database", b"postgres"))
    body = _PROTOCOL + wishes + b"\0"
    answer = b""
    try:
        link.sendall(struct.pack("!I", len(body) + 4) + body + _TERMINATE)
        while chunk := link.recv(4096):
            answer += chunk
    except (TimeoutError, ConnectionError):
        pass  # what came so far decides: nothing means that it does not serve
    return answer


def _judge(answer: bytes) -> ServerState:
    if not answer or _CANNOT_CONNECT_NOW in answer:
        return ServerState.BUSY
    return ServerState.READY  # also when it refuses us (all connections taken): it lives and serves
