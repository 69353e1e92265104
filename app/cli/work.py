"""`courtside worker`: the work that outlives requests, until told to stop."""

import asyncio
import signal
from pathlib import Path

from app.cli.ground import Ground, ground, opened, settle
from app.cli.leash import held_by_parent
from app.worker import run_worker


def work(*, state_dir: Path | None = None) -> None:
    """Work until told to stop."""
    with ground(settle(state_dir=state_dir)) as standing:
        asyncio.run(_work(standing))


async def _work(standing: Ground) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for asked in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(asked, stop.set)
    async with opened(standing, "worker") as database:
        with held_by_parent(stop.set):
            await run_worker(standing.settings, database, stop)
