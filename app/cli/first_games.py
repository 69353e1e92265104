"""Where the first games of an installation come from if nobody names files.

From the league's own site where the network allows it, else from a league that is made up.
"""

import asyncio
import datetime as dt

from rich.console import Console

from app.cli.ingest import simulate
from app.core.database import Database
from app.core.errors import Unavailable
from app.core.ids import DEFAULT_WORKSPACE
from app.datasets.ingestion import IngestionSummary, OnProgress, ingest_responses
from app.stats.formats.recognise import RecognisedFile
from app.stats.nba_api_source import fetch_season
from app.stats.season import season_label, season_of_date

SEASONS = 4
"""Enough earlier games to learn from, few enough to be fetched in minutes."""


async def bring_first_games(
    database: Database, on_progress: OnProgress, *, simulated: bool, today: dt.date
) -> IngestionSummary:
    """Bring in the last seasons, or a made-up league where that is wished for or nothing else can be had."""
    if not simulated:
        responses = await asyncio.to_thread(_fetch_seasons, season_of_date(today))
        if responses:
            return await ingest_responses(database, DEFAULT_WORKSPACE, responses, on_progress=on_progress)
    return await simulate(database, on_progress)


def _fetch_seasons(newest_start_year: int) -> list[RecognisedFile]:
    """Fetch season by season; what came before the network failed is kept."""
    responses: list[RecognisedFile] = []
    try:
        for start_year in range(newest_start_year - SEASONS + 1, newest_start_year + 1):
            for response in fetch_season(season_label(start_year)):
                responses.append(response)  # noqa: PERF402 - what came before a failure is kept
    except Unavailable as error:
        Console(stderr=True).print(error.message)
    return responses
