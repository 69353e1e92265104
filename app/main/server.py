"""How the application meets the network: the server's settings, and an end in good order.

The signals are the command's to hear: uvicorn would raise them again and cut the rest short.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.applications import Starlette

from app.core.settings import Settings

GRACE_SECONDS = 3


class Server(uvicorn.Server):
    """A server that says goodbye to its streams before it closes their connections."""

    def __init__(self, app: Starlette, settings: Settings) -> None:
        super().__init__(_config(app, settings))
        self._drain = app.state.drain
        self._draining: asyncio.Task[None] | None = None

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to whoever started us."""
        yield

    def stop(self) -> None:
        """Finish what is being answered; told a second time, drop it."""
        self.force_exit = self._draining is not None
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())
            self._draining.add_done_callback(lambda _: setattr(self, "should_exit", True))


def _config(app: Starlette, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # X-Forwarded-For is anybody's word unless a trusted proxy is configured
        ws="websockets-sansio",
        ws_max_size=settings.max_body_bytes,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
