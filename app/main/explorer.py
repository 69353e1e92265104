"""The GraphiQL explorer, built from console/graphiql and served from here; it asks no other host."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BUILD = Path(__file__).parent / "static" / "graphiql"
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
FOUND = {200, 206, 304}


class _Policy:
    """Forbids the page to talk to anybody else, and lets its versioned files be kept."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                headers["content-security-policy"] = POLICY
                is_kept = "/assets/" in scope["path"] and message["status"] in FOUND
                headers["cache-control"] = "public, max-age=31536000, immutable" if is_kept else "no-cache"
            await send(message)

        await self.app(scope, receive, send_with_policy)


def explorer_routes() -> list[Route | Mount]:
    """Return the explorer under /explorer/, and the ways to it from / and from /explorer."""

    async def to_explorer(_request: Request) -> RedirectResponse:
        return RedirectResponse("/explorer/")

    static = StaticFiles(directory=BUILD, html=True)
    shell = Starlette(
        middleware=[Middleware(_Policy), Middleware(GZipMiddleware)], routes=[Mount("/", static)]
    )
    return [Route("/", to_explorer), Route("/explorer", to_explorer), Mount("/explorer", shell)]
