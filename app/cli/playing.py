"""The story that `up` plays: it keeps the database, brings games in, and is a client of its own server."""

import asyncio
import datetime as dt
import time
from dataclasses import dataclass
from pathlib import Path

from app.cli.children import Children
from app.cli.client import Client
from app.cli.ending import print_ending, print_opening
from app.cli.first_games import bring_first_games
from app.cli.ground import Ground, bring_up_to_date, ground, opened
from app.cli.ingest import show_summary, watched
from app.cli.listening import address_of
from app.cli.open_door import refuse_open_door
from app.cli.progress import progress_bar
from app.cli.story import await_version, crown, deploy, is_served, launch
from app.core.database import Database
from app.core.ids import DEFAULT_WORKSPACE
from app.core.settings import Settings
from app.datasets.ingestion import ingest_paths
from app.governance.local_key import ensure_local_key

START_MAY_TAKE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """What was asked of `up`: files to bring in, a made-up league instead of asking the network, a replay."""

    paths: list[Path]
    simulated: bool
    replay: bool


def play(settings: Settings, children: Children, wishes: Wishes, *, began: float) -> None:
    """Play it from wherever it stands, and stay; `began` is the monotonic time at which somebody asked."""
    with ground(settings) as standing:
        try:
            bring_up_to_date(standing)
            key = asyncio.run(_key(standing))
            children.start()
            client = Client(address_of(settings.host, settings.port), key)
            _play(standing, children, client, wishes)
            print_ending(
                client, key_file=settings.key_file, replay=wishes.replay, seconds=time.monotonic() - began
            )
            children.stay()
        finally:
            children.stop()  # before the database that they use


def _play(standing: Ground, children: Children, client: Client, wishes: Wishes) -> None:
    client.await_health("live", seconds=START_MAY_TAKE_SECONDS, meanwhile=children.look_after)
    print_opening(client.server)
    asyncio.run(_bring_games(standing, wishes))
    children.look_after()
    if not is_served(client):
        with progress_bar("Training a model") as tell:
            trained = await_version(client, launch(client, key="up:first", params={}), tell)
        crown(client, trained)
        with progress_bar("Deploying it"):
            deploy(client, trained)
    client.await_health("ready", seconds=START_MAY_TAKE_SECONDS, meanwhile=children.look_after)


async def _key(standing: Ground) -> str:
    """Return the local key, with which this process asks its own server."""
    async with opened(standing, "up") as database:
        await refuse_open_door(standing.settings.host, database)
        return await ensure_local_key(database, DEFAULT_WORKSPACE, standing.settings.key_file)


async def _bring_games(standing: Ground, wishes: Wishes) -> None:
    async with opened(standing, "up") as database:
        if not wishes.paths and await _has_games(database):
            return
        with progress_bar("Bringing games in") as tell:
            heard = watched(tell)
            if wishes.paths:
                summary = await ingest_paths(database, DEFAULT_WORKSPACE, wishes.paths, on_progress=heard)
            else:
                today = dt.datetime.now(dt.UTC).date()
                summary = await bring_first_games(database, heard, simulated=wishes.simulated, today=today)
        show_summary(summary)


async def _has_games(database: Database) -> bool:
    return bool(await database.fetch("select 1 from game limit 1"))
