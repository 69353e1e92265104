"""What may be sent: bodies within bounds of size and time, and never compressed."""

import asyncio
from enum import Enum, auto

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.main.answers import refusal

SLOWEST_SECONDS = 8.0
"""How long a body may take to arrive."""


class _Lost(Enum):
    """Why there is no body."""

    TOO_LARGE = auto()
    CLIENT_GONE = auto()


class BodyLimit:
    """Refuses a body that is too large, too slow or compressed, before anybody sees it."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request whose body is within bounds."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if headers.get("content-encoding", "identity").lower() != "identity":
            message = "Send the body as it is: compressed bodies are not accepted."
            answer = refusal(415, message, headers={"Accept-Encoding": "identity"})
            await answer(scope, receive, send)
            return
        try:
            async with asyncio.timeout(SLOWEST_SECONDS):
                body = await self._read(headers, receive)
        except TimeoutError:
            message = f"The body did not arrive within {SLOWEST_SECONDS:g} seconds."
            answer = refusal(408, message, headers={"Connection": "close"})
            await answer(scope, receive, send)
            return
        if body is _Lost.TOO_LARGE:
            message = f"The body is larger than {self.max_bytes} bytes: ask for less at once."
            await refusal(413, message)(scope, receive, send)
        elif isinstance(body, bytes):
            await self.app(scope, _replay(body, receive), send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes | _Lost:
        announced = headers.get("content-length", "0")
        if not announced.isdecimal() or int(announced) > self.max_bytes:
            return _Lost.TOO_LARGE
        body = bytearray()
        while True:
            message = await receive()
            if message["type"] != "http.request":
                return _Lost.CLIENT_GONE
            body += message.get("body", b"")
            if len(body) > self.max_bytes:
                return _Lost.TOO_LARGE
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
