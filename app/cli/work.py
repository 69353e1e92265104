"""`courtside worker`: the work that outlives requests, until told to stop."""

import asyncio
from pathlib import Path

from app.cli.ground import Ground, ground, opened
from app.cli.settling import settle
from app.cli.stopping import told_to_stop
from app.worker import run_worker


def work(*, state_dir: Path | None = None) -> None:
    """Work until told to stop."""
    with ground(settle(state_dir=state_dir)) as standing:
        asyncio.run(_work(standing))


async def _work(standing: Ground) -> None:
    stop = asyncio.Event()
    with told_to_stop(stop.set):
        async with opened(standing, "worker") as database:
            await run_worker(standing.settings, database, stop)
