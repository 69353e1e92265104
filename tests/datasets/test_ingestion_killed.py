"""Kill -9 at any moment, between files and within one: the next ingestion heals it."""

import asyncio
import sys
from pathlib import Path

import pytest
from psycopg import connect, sql

from app.core.database import Database
from app.core.ids import DEFAULT_WORKSPACE, WorkspaceId
from app.core.postgres import PostgresAddress
from app.core.provisioning import LOGIN, OWNER, DatabaseUrls
from app.datasets.ingestion import ingest_paths
from tests.conftest import PROJECT
from tests.datasets.conftest import LeagueContent, ReadContent

FILES = (
    "team_game_logs/log-2019.csv",
    "player_game_logs/player_logs_2018-19.csv.gz",
    "play_by_play/v2_2018-19/0021800001.csv",
    "play_by_play/v2_2018-19/0021800002.csv",
)
PROGRAMME = """
import asyncio, sys
from pathlib import Path
from app.core.database import Database
from app.core.ids import DEFAULT_WORKSPACE
from app.datasets.ingestion import ingest_paths

async def main(url, *paths):
    database = await Database.open(url, pool_size=2)
    print("began", flush=True)
    tell = lambda progress: print(progress.file_name, flush=True)
    await ingest_paths(database, DEFAULT_WORKSPACE, [Path(path) for path in paths], on_progress=tell)

asyncio.run(main(*sys.argv[1:]))
"""


async def _ingest_until_killed(url: str, paths: list[Path], *, files_done: int, seconds_more: float) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAMME, url, *map(str, paths),
        cwd=PROJECT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    seen: list[str] = []
    while len([line for line in seen if line in {path.name for path in paths}]) < files_done or not seen:
        line = await asyncio.wait_for(process.stdout.readline(), 60)
        assert line, f"it ended by itself after {seen}"
        if (text := line.decode().strip()) == "began" or text in {path.name for path in paths}:
            seen.append(text)
    await asyncio.sleep(seconds_more)
    assert process.returncode is None, "it was to be killed in the middle of its work"
    process.kill()
    await process.wait()


@pytest.fixture(scope="module")
def undisturbed(
    postgres: PostgresAddress, template: str, nba_data: Path, read_content: ReadContent
) -> LeagueContent:
    """What the league holds if nobody is killed."""
    with connect(postgres.url(user=OWNER, database="postgres"), autocommit=True) as admin:
        name = sql.Identifier("undisturbed")
        admin.execute(sql.SQL("create database {} template {}").format(name, sql.Identifier(template)))
        url = postgres.url(user=LOGIN, database="undisturbed")
        content = asyncio.run(_ingest_and_read(url, [nba_data / file for file in FILES], read_content))
        admin.execute(sql.SQL("drop database {} with (force)").format(name))
    return content


async def _ingest_and_read(url: str, paths: list[Path], read_content: ReadContent) -> LeagueContent:
    database = await Database.open(url, pool_size=2)
    await ingest_paths(database, DEFAULT_WORKSPACE, paths)
    content = await read_content(database)
    await database.close()
    return content


async def _files_loaded(database: Database) -> int:
    count: int = (await database.fetch("select count(*) from source_file"))[0][0]
    return count


async def _until_nobody_ingests(database: Database) -> None:
    """Wait out the moment that PostgreSQL needs to see that a process is gone."""
    sessions = "select 1 from pg_stat_activity where application_name = 'courtside-ingestion' and datname = "
    async with asyncio.timeout(10):
        while await database.fetch(sessions + "current_database()"):  # noqa: ASYNC110 - it is not ours
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("files_done", "seconds_more"),
    [(0, 0.05), (1, 0.0), (1, 0.7)],
    ids=["in the first file", "between files", "in the middle of a file"],
)
async def test_a_killed_ingestion_is_healed_by_the_next(
    database: Database,
    database_urls: DatabaseUrls,
    workspace_id: WorkspaceId,
    nba_data: Path,
    read_content: ReadContent,
    undisturbed: LeagueContent,
    files_done: int,
    seconds_more: float,
) -> None:
    paths = [nba_data / file for file in FILES]
    await _ingest_until_killed(
        database_urls.application, paths, files_done=files_done, seconds_more=seconds_more
    )
    await _until_nobody_ingests(database)
    loaded = await _files_loaded(database)

    summary = await ingest_paths(database, workspace_id, paths)

    assert files_done <= loaded < len(FILES)
    assert len(summary.files) == len(FILES) - loaded
    async with database.reading(workspace_id) as connection:
        events = await connection.fetch(
            "select payload->>'file_name' as name from event where kind = 'FileIngested'"
        )
        *broken_off, last = await connection.fetch("select state, failure_kind from run order by created_at")
    assert sorted(row["name"] for row in events) == sorted(path.name for path in paths)
    assert await read_content(database) == undisturbed
    assert tuple(last) == ("COMPLETED", None)
    assert {tuple(run) for run in broken_off} <= {("FAILED", "ABANDONED")}
    assert len(broken_off) == 1 or files_done == 0  # it may have been killed before it had a run
