import asyncio
import gzip
from pathlib import Path

import pytest

from app.core.database import Database
from app.core.errors import NotFound
from app.core.ids import WorkspaceId
from app.core.runs import RunKind, RunState
from app.core.tables import Run
from app.datasets.ingestion import IngestionProgress, ingest_paths, ingest_responses
from app.datasets.run import ingestion_run
from app.datasets.store import find_dataset, find_dataset_versions, versions_of_datasets
from app.datasets.versions import digest_of_league, find_league_version
from app.stats.formats.reading import document_of_bytes
from app.stats.formats.recognise import recognise_document
from app.stats.store.games import find_games
from app.stats.store.lines import player_lines_of_games, team_lines_of_games
from app.stats.store.provenance import quarantined_rows_of_games
from app.stats.store.sources import Counts, SourceState
from tests.datasets.conftest import ReadContent, WriteFile, play_rows, player_rows, team_rows

GAME = "0021800001"


async def test_files_of_a_folder_are_told_by_their_columns_and_counted_row_by_row(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile, tmp_path: Path
) -> None:
    write_file("a/plays.csv", play_rows())
    write_file("a/b/players.csv.gz", player_rows())
    write_file(
        "anything.txt", [*team_rows(1), *team_rows(2, points=(90, 100)), *team_rows(2, points=(90, 100))]
    )

    summary = await ingest_paths(database, workspace_id, [tmp_path])

    assert {(file.name, file.format): file.counts for file in summary.files} == {
        ("anything.txt", "LEAGUE_GAME_LOG"): Counts(stored=4, duplicate=2),
        ("players.csv.gz", "PLAYER_GAME_LOG"): Counts(stored=10),
        ("plays.csv", "PLAY_BY_PLAY_V2"): Counts(stored=3),
    }
    assert summary.totals == Counts(stored=17, duplicate=2)
    assert summary.skipped == []


async def test_a_second_ingestion_writes_nothing(
    database: Database,
    workspace_id: WorkspaceId,
    write_file: WriteFile,
    tmp_path: Path,
    read_content: ReadContent,
) -> None:
    write_file("teams.csv", team_rows())
    write_file("players.csv", player_rows())
    await ingest_paths(database, workspace_id, [tmp_path])
    content, events = await read_content(database), await _count_events(database)

    again = await ingest_paths(database, workspace_id, [tmp_path])

    assert (again.run_id, again.league_version_id, again.files) == (None, None, [])
    assert [file.reason for file in again.skipped] == ["its content has been loaded before"] * 2
    assert await read_content(database) == content
    assert await _count_events(database) == events


async def test_a_refused_row_is_seen_with_the_rule_that_it_broke(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile
) -> None:
    rows = [*team_rows(1), *team_rows(2)]
    rows[0]["FGM"] = "-1"

    summary = await ingest_paths(database, workspace_id, [write_file("teams.csv", rows)])

    assert summary.totals == Counts(
        stored=2, quarantined=2
    )  # the other side of the game has lost its opponent
    (refused,) = await quarantined_rows_of_games(database, [GAME])
    assert {(row.line_number, row.rule) for row in refused} == {
        (2, "negative_count"),
        (3, "opponent_missing"),
    }
    assert next(row.raw["FGM"] for row in refused if row.line_number == 2) == "-1"


async def test_the_same_game_in_a_less_trusted_file_is_superseded_where_it_differs(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile, tmp_path: Path
) -> None:
    finder = [*team_rows(1), *team_rows(2)]
    for row in finder:
        del row["VIDEO_AVAILABLE"]
    finder[0]["TOV"] = "14"
    write_file("a_finder.csv", finder)
    write_file("log.csv", team_rows(1))

    summary = await ingest_paths(database, workspace_id, [tmp_path])

    assert [(file.name, file.counts) for file in summary.files] == [
        ("log.csv", Counts(stored=2)),
        ("a_finder.csv", Counts(stored=2, superseded=1, duplicate=1)),
    ]
    (sides,) = await team_lines_of_games(database, [GAME])
    assert [side.turnovers for side in sides] == [15, 15]


async def test_player_lines_alone_make_the_game(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile
) -> None:
    summary = await ingest_paths(database, workspace_id, [write_file("players.csv", player_rows())])

    (game,) = await find_games(database, [GAME])
    (sides,) = await team_lines_of_games(database, [GAME])
    assert summary.totals == Counts(stored=10)
    assert game is not None
    assert (game.home_score, game.away_score) == (100, 90)
    assert [side.points for side in sides] == [100, 90]


async def test_lines_of_an_unknown_game_wait_and_come_in_when_it_is_known(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile
) -> None:
    plays, lone = write_file("plays.csv", play_rows()), write_file("lone.csv", player_rows()[:3])
    first = await ingest_paths(database, workspace_id, [plays, lone])
    unchanged = await ingest_paths(database, workspace_id, [plays, lone])
    teams = write_file("teams.csv", team_rows())
    await ingest_paths(database, workspace_id, [teams])

    healed = await ingest_paths(database, workspace_id, [plays, lone])

    assert {file.state for file in first.files} == {SourceState.INCOMPLETE}
    assert first.totals == Counts(quarantined=6)
    assert unchanged.files == []
    assert healed.totals == Counts(stored=6)
    assert {file.state for file in healed.files} == {SourceState.LOADED}
    assert await quarantined_rows_of_games(database, [GAME]) == [[]]
    assert len((await player_lines_of_games(database, [GAME]))[0]) == 3


async def test_what_can_not_be_read_is_skipped_with_its_reason(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile, tmp_path: Path
) -> None:
    whole = write_file(
        "cut.csv.gz", [row for number in range(1, 29) for row in team_rows(number)]
    ).read_bytes()
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "notes.md").write_text("# Notes\n")
    write_file("other.csv", [{"a": "1"}])
    write_file("copy.csv", team_rows())
    write_file("teams.csv", team_rows())

    summary = await ingest_paths(database, workspace_id, [tmp_path])

    reasons = {file.name: file.reason for file in summary.skipped}
    assert [file.name for file in summary.files] == ["copy.csv"]
    assert "cannot be read" in reasons["cut.csv.gz"]
    assert "no format" in reasons["notes.md"]
    assert "no format" in reasons["other.csv"]
    assert "same content as copy.csv" in reasons["teams.csv"]
    assert (await database.fetch("select count(*) from game"))[0][0] == 1  # nothing of the file that was cut


async def test_a_path_that_leads_nowhere_is_refused(
    database: Database, workspace_id: WorkspaceId, tmp_path: Path
) -> None:
    with pytest.raises(NotFound, match="no file or folder"):
        await ingest_paths(database, workspace_id, [tmp_path / "nowhere"])


async def test_a_value_that_no_table_can_hold_skips_its_file_alone(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile, tmp_path: Path
) -> None:
    rows = player_rows()
    rows[0]["PLAYER_NAME"] = "Nul\x00"
    write_file("teams.csv", team_rows())
    write_file("players.csv", rows)

    summary = await ingest_paths(database, workspace_id, [tmp_path])

    assert [file.name for file in summary.files] == ["teams.csv"]
    assert "can't be stored" in summary.skipped[0].reason


async def test_every_file_becomes_a_version_and_all_together_one_of_the_league(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile, tmp_path: Path
) -> None:
    write_file("teams.csv", [*team_rows(1), *team_rows(2)])
    write_file("plays.csv", play_rows())
    summary = await ingest_paths(database, workspace_id, [tmp_path])

    async with database.reading(workspace_id) as connection:
        league = await find_league_version(connection)
        file = await find_dataset(connection, "file", "plays.csv")
        assert file is not None
        ((version,),) = [
            [e.node for e in page.edges]
            for page in await versions_of_datasets(connection, [file.id], first=5)
        ]

    assert league is not None
    assert (league.id, league.version, league.rows, league.run_id) == (
        summary.league_version_id,
        1,
        2,
        summary.run_id,
    )
    assert (version.version, version.rows, version.part_of_id) == (1, 3, league.id)


async def test_a_changed_file_is_a_new_version_of_the_same_dataset(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile
) -> None:
    await ingest_paths(database, workspace_id, [write_file("teams.csv", team_rows())])

    summary = await ingest_paths(
        database, workspace_id, [write_file("teams.csv", team_rows(points=(110, 90)))]
    )

    async with database.reading(workspace_id) as connection:
        dataset = await find_dataset(connection, "file", "teams.csv")
        assert dataset is not None
        (page,) = await versions_of_datasets(connection, [dataset.id], first=5)
        (league,) = await find_dataset_versions(connection, [summary.league_version_id or dataset.id])
    assert [edge.node.version for edge in page.edges] == [2, 1]
    assert league is not None
    assert (league.version, league.rows) == (2, 1)
    assert summary.totals == Counts(stored=2)


def test_the_leagues_digest_is_that_of_a_set() -> None:
    contents = [("a", 2), ("b", 3)]

    assert digest_of_league(contents) == digest_of_league(contents[::-1])
    assert digest_of_league(contents) != digest_of_league([("a", 2), ("b", 4)])


async def test_the_rest_of_the_house_is_told_of_files_and_of_the_days_that_changed(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile, tmp_path: Path
) -> None:
    write_file("teams.csv", [*team_rows(3), *team_rows(5)])
    write_file("plays.csv", play_rows(3))

    summary = await ingest_paths(database, workspace_id, [tmp_path])

    async with database.reading(workspace_id) as connection:
        rows = await connection.fetch(
            "select kind, payload::text, sequence from event_pending where topic = $1 order by sequence",
            f"ingestion:{workspace_id}",
        )
    assert [row["kind"] for row in rows] == ["FileIngested", "FileIngested", "LeagueUpdated"]
    assert '"file_name": "teams.csv"' in rows[0]["payload"]
    assert '"first_changed_date": "2018-11-03"' in rows[2]["payload"]
    assert '"last_changed_date": "2018-11-05"' in rows[2]["payload"]
    assert all(str(summary.league_version_id) in row["payload"] for row in rows)


async def test_plays_alone_change_no_result(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile
) -> None:
    await ingest_paths(database, workspace_id, [write_file("teams.csv", team_rows())])

    await ingest_paths(database, workspace_id, [write_file("plays.csv", play_rows())])

    rows = await database.fetch("select first_changed_date from source_file where name = 'plays.csv'")
    assert rows[0]["first_changed_date"] is None


async def test_the_run_tells_its_progress_and_its_end(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile, tmp_path: Path
) -> None:
    write_file("teams.csv", team_rows())
    write_file("plays.csv", play_rows())
    seen: list[IngestionProgress] = []

    summary = await ingest_paths(database, workspace_id, [tmp_path], on_progress=seen.append)

    async with database.reading(workspace_id) as connection:
        run = await connection.fetchrow("select * from run where id = $1", summary.run_id)
    assert run is not None
    assert (run["kind"], run["state"], run["progress_fraction"]) == ("INGESTION", "COMPLETED", 1.0)
    assert [(each.file_name, each.files_done, each.files_total, each.rows_read) for each in seen] == [
        ("teams.csv", 1, 2, 2), ("plays.csv", 2, 2, 3),
    ]  # fmt: skip


async def test_an_ingestion_that_breaks_down_says_so_and_is_taken_up_by_the_next(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile, tmp_path: Path
) -> None:
    write_file("a.csv", team_rows(1))
    write_file("b.csv", team_rows(2))

    def trip(progress: IngestionProgress) -> None:
        raise RuntimeError(progress.file_name)

    with pytest.raises(RuntimeError, match=r"a\.csv"):
        await ingest_paths(database, workspace_id, [tmp_path], on_progress=trip)
    summary = await ingest_paths(database, workspace_id, [tmp_path])

    async with database.reading(workspace_id) as connection:
        runs = await connection.fetch("select state, failure_kind from run order by created_at")
        files = await connection.fetch("select count(*) from event_pending where kind = 'FileIngested'")
    assert [tuple(run) for run in runs] == [("FAILED", "RuntimeError"), ("COMPLETED", None)]
    assert [file.name for file in summary.files] == ["b.csv"]
    assert files[0][0] == 2  # that of the first file was left to the second run


async def test_a_run_whose_process_is_gone_is_ended_even_where_there_is_nothing_to_load(
    database: Database, workspace_id: WorkspaceId, tmp_path: Path
) -> None:
    async with database.writing(workspace_id) as session:
        session.add(Run(kind=RunKind.INGESTION, job_name="ingest", state=RunState.RUNNING, owner="there:1"))

    await ingest_paths(database, workspace_id, [tmp_path])

    async with database.reading(workspace_id) as connection:
        (run,) = await connection.fetch("select state, failure_kind, failure_message, ended_at from run")
    assert (run["state"], run["failure_kind"]) == ("FAILED", "ABANDONED")
    assert "(there:1) is gone" in run["failure_message"]
    assert run["ended_at"] is not None


async def test_a_run_that_is_being_worked_on_and_one_of_another_kind_are_left_alone(
    database: Database, workspace_id: WorkspaceId, tmp_path: Path
) -> None:
    async with database.writing(workspace_id) as session:
        session.add(Run(kind=RunKind.TRAINING, job_name="train", state=RunState.RUNNING))

    async with ingestion_run(database, workspace_id, ["slow.csv"]):
        await ingest_paths(database, workspace_id, [tmp_path])

    async with database.reading(workspace_id) as connection:
        runs = await connection.fetch("select kind, state from run order by created_at")
    assert [tuple(run) for run in runs] == [("TRAINING", "RUNNING"), ("INGESTION", "COMPLETED")]


async def test_the_planner_knows_the_league_at_once(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile
) -> None:
    await ingest_paths(database, workspace_id, [write_file("teams.csv", [*team_rows(1), *team_rows(2)])])

    (found,) = await database.fetch("select reltuples from pg_class where oid = 'team_line'::regclass")
    assert found["reltuples"] == 4


async def test_two_ingestions_at_once_load_each_file_once(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile, tmp_path: Path
) -> None:
    for number in range(1, 6):
        write_file(f"{number}.csv", team_rows(number))

    summaries = await asyncio.gather(*(ingest_paths(database, workspace_id, [tmp_path]) for _ in range(2)))

    assert sum(len(summary.files) for summary in summaries) == 5
    assert (await database.fetch("select sum(rows_stored) from source_file"))[0][0] == 10
    assert len(await _digests(database, workspace_id)) in {1, 2}


async def test_responses_in_memory_are_loaded_like_files(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile
) -> None:
    body = gzip.compress(write_file("teams.csv", team_rows()).read_bytes())
    response = recognise_document(document_of_bytes("stats.nba.com leaguegamelog", body))

    summary = await ingest_responses(database, workspace_id, iter([response]))

    assert [(file.name, file.counts) for file in summary.files] == [
        ("stats.nba.com leaguegamelog", Counts(stored=2))
    ]


async def _digests(database: Database, workspace_id: WorkspaceId) -> list[str]:
    async with database.reading(workspace_id) as connection:
        dataset = await find_dataset(connection, "league", "games")
        assert dataset is not None
        (page,) = await versions_of_datasets(connection, [dataset.id], first=10)
    return [edge.node.digest for edge in page.edges]


async def _count_events(database: Database) -> int:
    count: int = (await database.fetch("select coalesce(sum(last_sequence), 0)::int from event_topic"))[0][0]
    return count
