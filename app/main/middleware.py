"""What every request meets first: an id, a line in the log, a limit for its body, headers for its answer."""

import time
import uuid
from typing import Any

import orjson
import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
LONGEST_ID = 100
QUIET = ("/healthz", "/metrics", "/explorer")


class RequestLine:
    """Names each request, binds the name to every line logged meanwhile, and writes one line at its end."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one socket."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        request_id = _accepted(Headers(scope=scope).get("x-request-id")) or uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = time.perf_counter(), 0

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(raw=message["headers"])
                headers["x-request-id"] = request_id
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_named)
            finally:
                self._tell(scope, status, time.perf_counter() - began)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        tell = log.debug if scope["path"].startswith(QUIET) else log.info
        tell(
            "request.finished",
            path=scope["path"],
            kind=scope["type"],
            status=status,
            ms=round(seconds * 1000, 2),
        )


class BodyLimit:
    """Refuses a body that is too large or compressed, before it is read whole."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request whose body is within bounds."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if headers.get("content-encoding", "identity") != "identity":
            await _refuse(send, 415, "Send the body as it is: compressed bodies are not accepted.")
            return
        announced = headers.get("content-length", "0")
        body = (
            await self._read(receive) if announced.isdecimal() and int(announced) <= self.max_bytes else None
        )
        if body is None:
            await _refuse(send, 413, f"The body is larger than {self.max_bytes} bytes: ask for less at once.")
            return
        await self.app(scope, _replay(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return bytes(body)
            body += message.get("body", b"")
            if len(body) > self.max_bytes:
                return None
            if not message.get("more_body", False):
                return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Hand out the body once, then whatever really comes (the end of the connection)."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _refuse(send: Send, status: int, message: str) -> None:
    body = orjson.dumps({"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]})
    start: dict[str, Any] = {"type": "http.response.start", "status": status}
    start["headers"] = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send(start)
    await send({"type": "http.response.body", "body": body})


def _accepted(request_id: str | None) -> str | None:
    """Return the caller's own id where it is short and printable: it goes into logs and headers."""
    return (
        request_id
        if request_id and len(request_id) <= LONGEST_ID and request_id.isascii() and request_id.isprintable()
        else None
    )
