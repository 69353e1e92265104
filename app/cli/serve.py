"""`courtside serve`: the API in one process."""

import asyncio
import datetime as dt
import socket
from pathlib import Path

from app.cli.ground import Ground, ground, opened
from app.cli.listening import is_loopback, listen
from app.cli.settling import settle
from app.cli.stopping import told_to_stop
from app.core.database import Database
from app.core.errors import Invalid
from app.core.ids import DEFAULT_WORKSPACE
from app.governance.keys import list_keys
from app.governance.local_key import NAME as LOCAL_KEY
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


async def refuse_open_door(host: str, database: Database) -> None:
    """Raise `Invalid` where other machines can reach us and nobody has made a key for them."""
    if is_loopback(host):
        return
    now = dt.datetime.now(dt.UTC)
    async with database.writing(DEFAULT_WORKSPACE) as session:
        keys = [key for key in await list_keys(session) if key.name != LOCAL_KEY and key.revoked_at is None]
    if not any(key.expires_at is None or key.expires_at > now for key in keys):
        raise Invalid(
            f"{host} can be reached from other machines and there is no key but the local one: "
            "make one with `courtside keys create NAME`, or listen on 127.0.0.1."
        )
