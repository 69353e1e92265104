"""`courtside serve`: the API in one process."""

import asyncio
import datetime as dt
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from app.cli.ground import Ground, ground, opened, settle
from app.cli.leash import held_by_parent
from app.core.errors import Invalid
from app.core.ids import DEFAULT_WORKSPACE
from app.governance.keys import list_keys
from app.governance.local_key import NAME as LOCAL_KEY
from app.main import create_app
from app.core.database import Database

GRACE_SECONDS = 3


def serve(*, state_dir: Path | None = None, host: str | None = None, port: int | None = None) -> None:
    """Serve until told to stop."""
    settings = settle(state_dir=state_dir, host=host, port=port)
    with ground(settings) as standing:
        asyncio.run(_serve(standing))


async def _serve(standing: Ground) -> None:
    settings = standing.settings
    async with opened(standing, "serve") as database:
        await refuse_open_door(settings.host, database)
        config = uvicorn.Config(
            create_app(settings, database),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,  # X-Forwarded-For is anybody's word unless a trusted proxy is configured
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        server = uvicorn.Server(config)
        with held_by_parent(lambda: setattr(server, "should_exit", True)):
            await server.serve()


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


def is_loopback(host: str) -> bool:
    """Say whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
