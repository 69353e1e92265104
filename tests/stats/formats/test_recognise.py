import csv
import gzip
import io
import random
from pathlib import Path

import orjson
import pytest

from app.core.errors import Invalid
from app.stats.formats.catalogue import SIGNATURES, Format, Trust, find_format
from app.stats.formats.player_lines import PlayerEntry
from app.stats.formats.plays import PlayEntry
from app.stats.formats.reading import UnreadableFile, document_of_bytes
from app.stats.formats.recognise import UnknownFormat, recognise, recognise_document
from app.stats.formats.team_lines import TeamSide

REAL_FILES = [
    ("team_game_logs/log-1951.csv", Format.LEAGUE_GAME_LOG),
    ("team_game_logs/log-2019.csv", Format.LEAGUE_GAME_LOG),
    ("team_game_logs_finder/leaguegamefinder_2019-20.csv", Format.LEAGUE_GAME_FINDER),
    ("team_game_logs_finder/leaguegamefinder_2023-24.csv", Format.LEAGUE_GAME_FINDER),
    ("player_game_logs/player_logs_2015-16.csv.gz", Format.PLAYER_GAME_LOG),
    ("player_game_logs/player_logs_2023-24.csv", Format.PLAYER_GAME_LOG),
    ("playoffs/play_off_totals_2010_2024.csv", Format.TEAM_GAME_LOGS),
    ("play_by_play/v2_2018-19/0021800001.csv", Format.PLAY_BY_PLAY_V2),
    ("nba_api_json/LeagueGameLog.json", Format.LEAGUE_GAME_LOG),
    ("nba_api_json/LeagueGameFinder_2023-24_first200.json", Format.LEAGUE_GAME_FINDER),
    ("nba_api_json/LeagueGameFinder_player_LeBron.json", Format.PLAYER_GAME_LOG),
    ("nba_api_json/TeamGameLogs_Lakers_2023-24.json", Format.TEAM_GAME_LOGS),
    ("nba_api_json/PlayByPlayV3.json", Format.PLAY_BY_PLAY_V3),
    ("nba_api_json/docs_playbyplayv3.json", Format.PLAY_BY_PLAY_V3),
]


@pytest.mark.parametrize(("name", "expected"), REAL_FILES)
def test_real_files_are_recognised_whatever_they_are_called(
    nba_data: Path, tmp_path: Path, name: str, expected: Format
) -> None:
    disguised = tmp_path / "holiday.jpg"
    disguised.symlink_to(nba_data / name)

    assert recognise(disguised).format is expected


def test_every_file_of_the_folder_is_recognised_or_said_to_be_unknown(nba_data: Path) -> None:
    unknown = set()
    for path in (each for each in nba_data.rglob("*") if each.is_file()):
        try:
            recognise(path)
        except UnknownFormat:
            unknown.add(path.relative_to(nba_data).parts[0])

    assert unknown == {"README.md", "nba_api_static", "kaggle_nathanlauga", "fivethirtyeight", "nba_api_json"}


def test_order_of_columns_does_not_matter() -> None:
    generator = random.Random(1)  # noqa: S311 - shuffles columns
    for name, signature in SIGNATURES.items():
        columns = [*signature.required, "", "ANYTHING_ELSE"]
        generator.shuffle(columns)

        assert find_format(columns) is name


def test_an_unknown_file_is_told_what_it_has_and_what_each_format_needs(nba_data: Path) -> None:
    with pytest.raises(UnknownFormat) as refused:
        recognise(nba_data / "nba_api_static" / "players.csv")

    assert refused.value.columns == ("id", "full_name", "first_name", "last_name", "is_active")
    assert "full_name" in refused.value.message
    assert "PlayByPlayV3" in refused.value.message
    assert [issue.path for issue in refused.value.issues] == [(name,) for name in Format]
    assert "needs AST, BLK" in refused.value.issues[0].message


def test_one_missing_column_is_named() -> None:
    columns = SIGNATURES[Format.PLAY_BY_PLAY_V2].required - {"SCORE"}

    with pytest.raises(UnknownFormat) as refused:
        recognise_document(document_of_bytes("plays.csv", ",".join(columns).encode()))

    issues = {issue.path[0]: issue.message for issue in refused.value.issues}
    assert "missing here: SCORE;" in issues[Format.PLAY_BY_PLAY_V2]


def test_the_greater_trust_wins_from_the_league_s_log_down_to_sums_of_players() -> None:
    assert sorted(Trust, reverse=True) == [
        Trust.LEAGUE_GAME_LOG,
        Trust.TEAM_GAME_LOGS,
        Trust.LEAGUE_GAME_FINDER,
        Trust.PLAYER_LINES,
    ]
    assert SIGNATURES[Format.LEAGUE_GAME_FINDER].trust is Trust.LEAGUE_GAME_FINDER


@pytest.mark.parametrize(
    ("name", "kind", "rows"),
    [
        ("team_game_logs/log-2019.csv", TeamSide, 2_460),
        ("nba_api_json/LeagueGameLog.json", TeamSide, 200),
        ("nba_api_json/PlayByPlayV3.json", PlayEntry, 560),
        ("player_game_logs/player_logs_2019-20.csv.gz", PlayerEntry, 20_501),
    ],
)
def test_every_row_of_a_clean_file_becomes_an_entry(nba_data: Path, name: str, kind: type, rows: int) -> None:
    items = list(recognise(nba_data / name).parse())

    assert len(items) == rows
    assert {type(item) for item in items} == {kind}


def test_gzip_is_told_by_its_bytes(nba_data: Path, tmp_path: Path) -> None:
    plain = nba_data / "play_by_play" / "v2_2018-19" / "0021800001.csv"
    zipped = tmp_path / "0021800001.csv"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))

    assert list(recognise(zipped).parse()) == list(recognise(plain).parse())


def test_a_response_reads_the_same_as_its_csv(nba_data: Path) -> None:
    response = nba_data / "nba_api_json" / "LeagueGameLog.json"
    found = orjson.loads(response.read_bytes())["resultSets"][0]
    text = io.StringIO(newline="")
    csv.writer(text).writerows([found["headers"], *found["rowSet"]])

    from_csv = list(recognise_document(document_of_bytes("log.csv", text.getvalue().encode())).parse())
    from_json = list(recognise(response).parse())

    assert [_told(item) for item in from_csv] == [_told(item) for item in from_json]


def _told(item: object) -> tuple[object, object]:
    assert isinstance(item, TeamSide)
    return item.appearance, item.box


def test_a_byte_order_mark_is_no_part_of_the_first_column(nba_data: Path) -> None:
    body = (nba_data / "play_by_play" / "v2_2018-19" / "0021800001.csv").read_bytes()

    marked = recognise_document(document_of_bytes("marked.csv", b"\xef\xbb\xbf" + body))

    assert marked.format is Format.PLAY_BY_PLAY_V2
    assert next(iter(marked.parse())) == next(iter(recognise_document(document_of_bytes("", body)).parse()))


@pytest.mark.parametrize(
    "body",
    [
        b'{"resultSets": [',
        b"\xff\xfe\x00bad",
        b"\x1f\x8bnot gzip at all",
        b'{"game": {"gameId": "1", "actions": [3]}}',
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(body: bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"broken\.csv cannot be read") as refused:
        recognise_document(document_of_bytes("broken.csv", body))

    assert isinstance(refused.value, Invalid)


@pytest.mark.parametrize(
    "body", [b"", b"\n", b"[]", b"{}", b"[1, 2]", b'{"resultSets": 3}', b"one line of prose"]
)
def test_what_has_no_known_columns_is_an_unknown_format(body: bytes) -> None:
    with pytest.raises(UnknownFormat):
        recognise_document(document_of_bytes("odd", body))


def test_a_folder_or_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(UnreadableFile):
            recognise(path)


def test_a_file_that_was_cut_off_says_so_when_it_is_read(nba_data: Path, tmp_path: Path) -> None:
    whole = (nba_data / "player_game_logs" / "player_logs_2015-16.csv.gz").read_bytes()
    torn = tmp_path / "torn"
    torn.write_bytes(whole[: len(whole) // 2])

    with pytest.raises(UnreadableFile, match="torn cannot be read"):
        list(recognise(torn).parse())


def test_a_game_that_has_not_begun_is_an_empty_play_by_play() -> None:
    body = orjson.dumps({"game": {"gameId": "0022500001", "actions": []}})

    found = recognise_document(document_of_bytes("body", body))

    assert found.format is Format.PLAY_BY_PLAY_V3
    assert list(found.parse()) == []
