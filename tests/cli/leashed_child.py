"""A stand-in for a server: lives until it is told to stop, and tells its pid and its end through files."""

import asyncio
import os
import sys
from pathlib import Path

from app.cli.stopping import told_to_stop


async def live(folder: Path) -> None:
    """Write `pid`, wait, write `stopped`."""
    stop = asyncio.Event()
    with told_to_stop(stop.set):
        (folder / "pid.unfinished").write_text(str(os.getpid()))
        (folder / "pid.unfinished").rename(folder / "pid")
        await stop.wait()
    (folder / "stopped").touch()


asyncio.run(live(Path(sys.argv[1])))
