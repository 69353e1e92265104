"""A serving process of its own, to be killed: python serving_process.py DATABASE_URL STATE_FOLDER."""

import asyncio
import sys
from pathlib import Path

from prometheus_client import CollectorRegistry

from app.core.database import Database
from app.core.feed import EventFeed
from app.core.settings import Settings
from app.serving.pool import ModelPool


async def serve(url: str, state_folder: str) -> None:
    database = await Database.open(url, pool_size=2)
    feed = EventFeed(database)
    await feed.start()
    pool = ModelPool(database, feed, Settings(state_dir=Path(state_folder)), registry=CollectorRegistry())
    await pool.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
