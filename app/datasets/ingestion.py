"""Bringing files, responses and simulated games into the league: once each, whatever happens in between.

A file is one transaction: its rows, its refused rows, its counts and its version stand together or not at
all. The last transaction of an ingestion makes the new version of the league and tells the rest of the
house. Whoever is killed in between leaves nothing half done; the next ingestion ends the run that was
left open and goes on from there.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import structlog

from app.core.database import Database
from app.core.errors import Invalid
from app.core.ids import DatasetVersionId, RunId, WorkspaceId
from app.core.runs import ClaimedRun
from app.core.session import Session
from app.datasets import store
from app.datasets.discovery import FoundFile, SkippedFile, find_files, identify
from app.datasets.intake import Taken
from app.datasets.run import end_abandoned_runs, ingestion_run
from app.datasets.sources import Source, file_source, simulated_source
from app.datasets.versions import record_file_version, seal_league_version
from app.stats.formats.recognise import RecognisedFile
from app.stats.simulation.seasons import SimulatedGame
from app.stats.store.loading import Loading, analyze_league, lock_league
from app.stats.store.sources import (
    Counts,
    SourceState,
    begin_source,
    find_settled,
    finish_source,
    quarantine,
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class IngestedFile:
    """A file that was loaded."""

    name: str
    format: str
    counts: Counts
    state: SourceState


@dataclass(frozen=True, slots=True)
class IngestionProgress:
    """How far an ingestion has come when a file is done."""

    file_name: str
    files_done: int
    files_total: int
    rows_read: int


@dataclass(frozen=True, slots=True)
class IngestionSummary:
    """What an ingestion did; `run_id` and `league_version_id` are None where there was nothing to do."""

    run_id: RunId | None
    league_version_id: DatasetVersionId | None
    files: Sequence[IngestedFile]
    skipped: Sequence[SkippedFile]

    @property
    def totals(self) -> Counts:
        """The counts of all files together."""
        counts = [file.counts for file in self.files]
        return Counts(
            stored=sum(each.stored for each in counts),
            superseded=sum(each.superseded for each in counts),
            duplicate=sum(each.duplicate for each in counts),
            quarantined=sum(each.quarantined for each in counts),
        )


OnProgress = Callable[[IngestionProgress], None]


def _ignore(_progress: IngestionProgress) -> None:
    """Let progress pass."""


async def ingest_paths(
    database: Database, workspace_id: WorkspaceId, paths: Sequence[Path], *, on_progress: OnProgress = _ignore
) -> IngestionSummary:
    """Load all files of known formats under these paths; raises NotFound for a path that leads nowhere."""
    found, skipped = await asyncio.to_thread(find_files, paths)
    return await _ingest(database, workspace_id, _file_sources(found), skipped, on_progress)


async def ingest_responses(
    database: Database,
    workspace_id: WorkspaceId,
    responses: Iterable[RecognisedFile],
    *,
    on_progress: OnProgress = _ignore,
) -> IngestionSummary:
    """Load responses that are held in memory, as if each were a file.

    They may be fetched while they are iterated over; what fails there is raised before anything is loaded.
    """
    found, skipped = await asyncio.to_thread(identify, responses)
    return await _ingest(database, workspace_id, _file_sources(found), skipped, on_progress)


async def ingest_simulated(
    database: Database,
    workspace_id: WorkspaceId,
    games: Iterable[SimulatedGame],
    *,
    name: str,
    on_progress: OnProgress = _ignore,
) -> IngestionSummary:
    """Load made-up games; `name` tells the seasons and the seed, and is taken once.

    Every game is stored with the origin that it carries: SIMULATED.
    """
    return await _ingest(database, workspace_id, [simulated_source(name, games)], [], on_progress)


def _file_sources(files: Iterable[FoundFile]) -> list[Source]:
    return [file_source(file) for file in files]


async def _ingest(
    database: Database,
    workspace_id: WorkspaceId,
    sources: Sequence[Source],
    skipped: list[SkippedFile],
    on_progress: OnProgress,
) -> IngestionSummary:
    await end_abandoned_runs(database, workspace_id)
    settled = await find_settled(database, [source.digest for source in sources])
    skipped += [_already_loaded(source) for source in sources if source.digest in settled]
    sources = [source for source in sources if source.digest not in settled]
    if not sources and not await _has_unsealed(database, workspace_id):
        return IngestionSummary(None, None, [], skipped)
    ingested: list[IngestedFile] = []
    async with ingestion_run(database, workspace_id, [source.name for source in sources]) as run:
        for place, source in enumerate(sources, start=1):
            outcome = await _ingest_source(run, source)
            await run.progress(place / (len(sources) + 1), source.name)
            if isinstance(outcome, SkippedFile):
                skipped.append(outcome)
                log.warning("file.skipped", file=outcome.name, reason=outcome.reason)
            else:
                ingested.append(outcome)
                on_progress(IngestionProgress(source.name, place, len(sources), outcome.counts.read))
        async with database.writing(workspace_id) as session:
            await lock_league(await session.driver())
            version_id = await seal_league_version(session, run.id)
        async with database.writing(workspace_id) as session:
            await analyze_league(await session.driver())
    log.info("ingestion.completed", run_id=str(run.id), files=len(ingested), skipped=len(skipped))
    return IngestionSummary(run.id, version_id, ingested, skipped)


async def _ingest_source(run: ClaimedRun, source: Source) -> IngestedFile | SkippedFile:
    # not `run.writing`: it would keep the run's row from those who ask it to end for as long as a file takes
    try:
        async with run.database.writing(run.workspace_id) as session:
            await lock_league(await session.driver())
            if await find_settled(await session.driver(), [source.digest]):
                return _already_loaded(source)
            return await _load(session, source, run.id)
    except Invalid as error:
        return SkippedFile(source.name, error.message)
    except (asyncpg.DataError, OverflowError) as error:
        return SkippedFile(source.name, f"it holds a value that can't be stored: {error}")


async def _load(session: Session, source: Source, run_id: RunId) -> IngestedFile:
    driver = await session.driver()
    source_id = await begin_source(driver, digest=source.digest, name=source.name, format_name=source.format)
    taken: Taken = await source.take(Loading(driver, source_id, source.trust))
    state = SourceState.LOADED if taken.is_complete else SourceState.INCOMPLETE
    await quarantine(driver, source_id, taken.refused)
    await finish_source(driver, source_id, taken.counts, state, taken.changed)
    content = store.SourceContent(source_id, source.name, source.digest, taken.counts.read)
    await record_file_version(session, content, run_id)
    return IngestedFile(source.name, source.format, taken.counts, state)


async def _has_unsealed(database: Database, workspace_id: WorkspaceId) -> bool:
    async with database.writing(workspace_id) as session:
        return bool(await store.list_unsealed(session))


def _already_loaded(source: Source) -> SkippedFile:
    return SkippedFile(source.name, "its content has been loaded before")
