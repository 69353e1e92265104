"""A worker as its own process: does a run's steps slowly, and writes down each that it begins.

Arguments: the database's address, a file for what was begun, seconds a step, heartbeat and stall in seconds.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from sqlalchemy import text

from app.core.database import Database
from app.core.ids import RunId, WorkspaceId
from app.core.logging import configure_logging
from app.core.queue import Queue
from app.core.runs import ClaimedRun, carry_out
from app.core.session import Session

STEPS = 8


async def main(
    url: str, begun: Path, step_seconds: float, heartbeat_seconds: float, stalled_seconds: float
) -> None:
    configure_logging(json=True)
    database = await Database.open(url, pool_size=4)
    owner = str(os.getpid())

    async def work(run: ClaimedRun) -> None:
        for number in range(STEPS):
            name = f"step {number}"

            async def step(session: Session, name: str = name) -> str:
                await session.execute(
                    text("insert into written values (:run_id, :name, :owner)"),
                    {"run_id": run.id, "name": name, "owner": owner},
                )
                return owner

            if name not in run.finished_steps:
                with begun.open("a") as file:
                    file.write(f"{owner} {run.epoch} {name}\n")
                await asyncio.sleep(step_seconds)
            await run.step_in_transaction(name, step)

    async def handle(workspace_id: WorkspaceId, run_id: RunId) -> None:
        await carry_out(database, workspace_id, run_id, owner=owner, work=work)

    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    try:
        await Queue(url).work(
            handle,
            concurrency=2,
            heartbeat_seconds=heartbeat_seconds,
            stalled_seconds=stalled_seconds,
            stop=stop,
        )
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), *(float(argument) for argument in sys.argv[3:6])))
