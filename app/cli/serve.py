"""`courtside serve`: the API in one process."""

import asyncio
from ipaddress import ip_address
from pathlib import Path

import uvicorn

from app.cli.ground import Ground, ground, opened, settle
from app.cli.leash import held_by_parent
from app.core.errors import Invalid
from app.governance.keys import has_own_key
from app.main import create_app

GRACE_SECONDS = 3


def serve(*, state_dir: Path | None = None, host: str | None = None, port: int | None = None) -> None:
    """Serve until told to stop."""
    settings = settle(state_dir=state_dir, host=host, port=port)
    with ground(settings) as standing:
        asyncio.run(_serve(standing))


async def _serve(standing: Ground) -> None:
    settings = standing.settings
    async with opened(standing, "serve") as database:
        if not is_loopback(settings.host) and not await has_own_key(database):
            raise Invalid(
                f"{settings.host} can be reached from other machines and there is no key but the local one: "
                "make one with `courtside keys create NAME`, or listen on 127.0.0.1."
            )
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


def is_loopback(host: str) -> bool:
    """Say whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
