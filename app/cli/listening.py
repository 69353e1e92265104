"""Where a server listens: which addresses other machines can reach, and whether a port is free."""

import socket
from ipaddress import IPv6Address, ip_address

from app.core.errors import Invalid

BACKLOG = 2048
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - looked up, not listened on


def listen(host: str, port: int) -> socket.socket:
    """Take the port, any free one where `port` is 0; raise `Invalid` where that is not possible."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _kind, _protocol, _name, address = found[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except OSError as error:
        raise Invalid(
            f"Courtside can't listen on {host}:{port} ({error.strerror}): choose another address or port "
            "with --host and --port."
        ) from error


def is_loopback(host: str) -> bool:
    """Say whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def address_of(host: str, port: int) -> str:
    """Return the URL at which this machine itself reaches a server that listens there."""
    reached = EVERYWHERE.get(host, host)
    try:
        shown = f"[{reached}]" if isinstance(ip_address(reached), IPv6Address) else reached
    except ValueError:
        shown = reached
    return f"http://{shown}:{port}"
