"""What every request meets first: an id, a line in the log, headers for its answer."""

import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.governance.actors import Actor
from app.main.answers import refusal

log = structlog.get_logger()

SECURITY_HEADERS = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
SANE_ID = re.compile(r"[A-Za-z0-9._:/+=@-]{1,100}")
"""An id of the caller's own goes into logs and headers: short, and nothing that either could misread."""
QUIET = ("/healthz", "/metrics", "/explorer")
LONGEST_PATH = 200


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
        answer = _Answer(send, request_id)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, answer.send)
            except Exception:  # the last roof: whatever it was is logged whole and told in one calm sentence
                log.exception("request.failed", path=_shown_path(scope))
                if scope["type"] != "http" or answer.status is not None:
                    raise  # in the middle of an answer only the server can cut it off
                await answer.apologise(scope, receive)
            finally:
                _tell(scope, answer)


class _Answer:
    """What is sent for one request: named, with its headers, and watched for how it ends."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self._began = time.perf_counter()
        self.status: int | None = None

    @property
    def milliseconds(self) -> float:
        """How long it has taken until now."""
        return round((time.perf_counter() - self._began) * 1000, 2)

    async def send(self, message: Message) -> None:
        """Send a message on; note the status of an answer or the code with which a socket is closed."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(raw=message.setdefault("headers", []))
            headers["x-request-id"] = self._request_id
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        elif message["type"] == "websocket.close":
            self.status = message.get("code", 1000)
        await self._send(message)

    async def apologise(self, scope: Scope, receive: Receive) -> None:
        """Say that we failed, where nothing was said yet."""
        message = f"Something went wrong on our side; the log has it under request {self._request_id}."
        answer = refusal(500, message, code="INTERNAL", requestId=self._request_id)
        await answer(scope, receive, self.send)


def _tell(scope: Scope, answer: _Answer) -> None:
    tell = log.debug if scope["path"].startswith(QUIET) else log.info
    actor = scope["state"].get("actor")
    tell(
        "request.finished",
        kind=scope["type"],
        method=scope.get("method"),
        path=_shown_path(scope),
        status=answer.status,
        actor_id=str(actor.id) if isinstance(actor, Actor) else None,
        ms=answer.milliseconds,
    )


def _shown_path(scope: Scope) -> str:
    """Return the path without its query, which may hold somebody's input."""
    path: str = scope["path"]
    return path[:LONGEST_PATH]


def _accepted(request_id: str | None) -> str | None:
    return request_id if request_id and SANE_ID.fullmatch(request_id) else None
