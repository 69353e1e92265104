"""`courtside serve`: the API in one process."""

import asyncio
import socket
from pathlib import Path

from app.cli.ground import Ground, ground, opened
from app.cli.listening import listen
from app.cli.open_door import refuse_open_door
from app.cli.settling import settle
from app.cli.stopping import told_to_stop
from app.main import create_app
from app.main.server import Server


def serve(*, state_dir: Path | None = None, host: str | None = None, port: int | None = None) -> None:
    """Serve until told to stop."""
    settings = settle(state_dir=state_dir, host=host, port=port)
    with listen(settings.host, settings.port) as listening:
        settings = settings.model_copy(update={"port": listening.getsockname()[1]})
        with ground(settings) as standing:
            asyncio.run(_serve(standing, listening))


async def _serve(standing: Ground, listening: socket.socket) -> None:
    settings = standing.settings
    async with opened(standing, "serve") as database:
        await refuse_open_door(settings.host, database)
        server = Server(create_app(settings, database), settings)
        with told_to_stop(server.stop):
            await server.serve(sockets=[listening])
