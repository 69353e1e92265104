"""`courtside ingest`: files, or the league's own site, into the database."""

import asyncio
from pathlib import Path

import orjson
import structlog
from rich.console import Console
from rich.table import Table

from app.cli.ground import ground, opened
from app.cli.progress import Tell, progress_bar
from app.cli.settling import settle
from app.core.database import Database
from app.core.errors import Invalid
from app.core.ids import DEFAULT_WORKSPACE
from app.datasets.ingestion import (
    IngestionProgress,
    IngestionSummary,
    OnProgress,
    ingest_paths,
    ingest_responses,
    ingest_simulated,
)
from app.stats.nba_api_source import fetch_season
from app.stats.simulation import simulate_seasons

log = structlog.get_logger()

SIMULATED_FROM, SIMULATED_SEASONS, SEED = 2020, 4, 7


def ingest(
    paths: list[Path], *, source: str | None, season: str | None, state_dir: Path | None, json: bool
) -> None:
    """Bring in what was named and say what became of each row."""
    settings = settle(state_dir=state_dir, answers=True)

    async def run() -> IngestionSummary:
        with ground(settings) as standing:
            async with opened(standing, "ingest") as database:
                with progress_bar("Bringing games in", silent=json) as tell:
                    return await _bring(database, paths, source, season, watched(tell))

    summary = asyncio.run(run())
    if json:
        print(orjson.dumps(_facts(summary)).decode())
    else:
        show_summary(summary)


async def _bring(
    database: Database, paths: list[Path], source: str | None, season: str | None, on_progress: OnProgress
) -> IngestionSummary:
    match source, season:
        case None, None if paths:
            return await ingest_paths(database, DEFAULT_WORKSPACE, paths, on_progress=on_progress)
        case "nba-api", str(label) if not paths:
            responses = fetch_season(label)
            return await ingest_responses(database, DEFAULT_WORKSPACE, responses, on_progress=on_progress)
        case "simulation", None if not paths:
            return await simulate(database, on_progress)
        case _:
            raise Invalid(
                "Say what to bring in: `courtside ingest PATH…`, "
                "`courtside ingest --from nba-api --season 2023-24`, or `courtside ingest --from simulation`."
            )


async def simulate(database: Database, on_progress: OnProgress) -> IngestionSummary:
    """Bring in a seeded, made-up league; every game of it is labelled SIMULATED."""
    last = SIMULATED_FROM + SIMULATED_SEASONS - 1
    name = f"simulated league {SIMULATED_FROM} to {last}, seed {SEED}"
    log.warning("league.simulated", seasons=SIMULATED_SEASONS, seed=SEED, label="SIMULATED")
    games = await asyncio.to_thread(lambda: list(simulate_seasons(SIMULATED_FROM, SIMULATED_SEASONS, SEED)))
    return await ingest_simulated(database, DEFAULT_WORKSPACE, games, name=name, on_progress=on_progress)


def watched(tell: Tell) -> OnProgress:
    """Turn a progress bar into what an ingestion reports to."""

    def on_progress(now: IngestionProgress) -> None:
        tell(now.files_done / max(1, now.files_total), f"{now.file_name}: {now.rows_read:,} rows")

    return on_progress


def show_summary(summary: IngestionSummary) -> None:
    """Print what became of each file's rows."""
    table = Table("file", "format", "read", "stored", "superseded", "duplicate", "quarantined")
    for file in summary.files:
        counts = file.counts
        numbers = (counts.read, counts.stored, counts.superseded, counts.duplicate, counts.quarantined)
        table.add_row(file.name, file.format, *(f"{number:,}" for number in numbers))
    console = Console(stderr=True)
    if summary.files:
        console.print(table)
    totals = summary.totals
    console.print(
        f"{len(summary.files)} files, {totals.read:,} rows read: {totals.stored:,} stored, "
        f"{totals.superseded:,} superseded, {totals.duplicate:,} duplicates, "
        f"{totals.quarantined:,} in quarantine; {len(summary.skipped)} files skipped."
    )


def _facts(summary: IngestionSummary) -> dict[str, object]:
    def counted(counts: object) -> dict[str, object]:
        names = ("read", "stored", "superseded", "duplicate", "quarantined")
        return {name: getattr(counts, name) for name in names}

    return {
        "totals": counted(summary.totals),
        "files": [
            {"name": file.name, "format": file.format, **counted(file.counts)} for file in summary.files
        ],
        "skipped": [{"name": file.name, "reason": file.reason} for file in summary.skipped],
    }
