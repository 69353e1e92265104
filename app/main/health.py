"""Is it alive, may it be asked? Live: the event loop turns. Ready: all that an answer needs is there."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.core.database import Database
from app.core.errors import PlatformError
from app.core.queue import live_workers

log = structlog.get_logger()

PROBE_TIMEOUT_SECONDS = 2.0
Probe = Callable[[], Awaitable[str | None]]
"""Returns None where all is well, else one sentence that says what is missing."""
_left_behind: set[asyncio.Future[str | None]] = set()


def health_routes(probes: dict[str, Probe]) -> list[Route]:
    """Return /healthz/live and /healthz/ready."""

    async def live(_request: Request) -> JSONResponse:
        return JSONResponse({"status": "live"})

    async def ready(_request: Request) -> JSONResponse:
        reasons = dict(zip(probes, await asyncio.gather(*map(_run, probes.values())), strict=True))
        missing = {name: reason for name, reason in reasons.items() if reason is not None}
        checks = {name: reason or "ok" for name, reason in reasons.items()}
        status = "ready" if not missing else "not ready"
        return JSONResponse({"status": status, "checks": checks}, status_code=503 if missing else 200)

    return [Route("/healthz/live", live), Route("/healthz/ready", ready)]


async def _run(probe: Probe) -> str | None:
    """Ask one probe; one that gives no answer is left behind, for it may not even heed its cancelling."""
    asking = asyncio.ensure_future(probe())
    done, _ = await asyncio.wait({asking}, timeout=PROBE_TIMEOUT_SECONDS)
    if not done:
        asking.cancel()
        _left_behind.add(asking)
        asking.add_done_callback(_left_behind.discard)
        return f"no answer within {PROBE_TIMEOUT_SECONDS:g} s"
    try:
        return asking.result()
    except PlatformError as error:
        return error.message


def database_probe(database: Database) -> Probe:
    """Ask the database for anything at all."""

    async def probe() -> None:
        await database.fetch("select 1")

    return probe


def migrations_probe(database: Database, expected_revision: str) -> Probe:
    """Ask whether the tables are those that this programme was written for."""

    async def probe() -> str | None:
        made = await database.fetch("select to_regclass('alembic_version') is not null")
        rows = await database.fetch("select version_num from alembic_version") if made[0][0] else []
        found = [row["version_num"] for row in rows]
        if found == [expected_revision]:
            return None
        at = ", ".join(found) or "none"
        return f"the database is at revision {at}, not {expected_revision}: run courtside migrate"

    return probe


def worker_probe(database: Database, stalled_seconds: float) -> Probe:
    """Ask whether any worker has said lately that it is alive."""

    async def probe() -> str | None:
        workers = await live_workers(database, stalled_seconds)
        return None if workers else "no worker is alive: start one with courtside worker"

    return probe
