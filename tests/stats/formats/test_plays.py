from collections import Counter
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from app.stats.formats.plays import PlayEntry
from app.stats.formats.reading import document_of_bytes
from app.stats.formats.recognise import recognise, recognise_document
from app.stats.formats.rules import RejectedRow, RepeatedRow, Rule
from app.stats.rows import PlayKind, PlayRow

Row = dict[str, str]
MakeRow = Callable[..., Row]
Read = Callable[[list[Row]], list[object]]


def plays_of(path: Path) -> list[PlayRow]:
    return [item.play for item in recognise(path).parse() if isinstance(item, PlayEntry)]


def test_the_score_is_carried_through_events_that_name_none(read: Read, event_row: MakeRow) -> None:
    rows = [event_row(), event_row(EVENTNUM="9", EVENTMSGTYPE="4", SCORE="", PCTIMESTRING="11:20")]

    plays = [item.play for item in read(rows) if isinstance(item, PlayEntry)]

    assert [(play.number, play.home_score, play.away_score) for play in plays] == [(1, 0, 2), (2, 0, 2)]
    assert (plays[1].kind, plays[1].seconds_left, plays[1].period) == (PlayKind.REBOUND, 680.0, 1)


def test_both_sides_of_one_event_are_told(read: Read, event_row: MakeRow) -> None:
    row = event_row(
        HOMEDESCRIPTION="Horford BLOCK (1 BLK)", VISITORDESCRIPTION="MISS Embiid 3' Layup", SCORE=""
    )

    [entry] = read([row])

    assert isinstance(entry, PlayEntry)
    assert entry.play.description == "Horford BLOCK (1 BLK); MISS Embiid 3' Layup"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"SCORE": "1 - 0"}, Rule.SCORE_DECREASES),
        ({"SCORE": "two - nil"}, Rule.SCORE_MALFORMED),
        ({"PCTIMESTRING": "12:01"}, Rule.CLOCK_MALFORMED),
        ({"PCTIMESTRING": "5:01", "PERIOD": "5"}, Rule.CLOCK_MALFORMED),
        ({"PCTIMESTRING": "soon"}, Rule.CLOCK_MALFORMED),
        ({"PERIOD": "0"}, Rule.CLOCK_MALFORMED),
        ({"PERIOD": ""}, Rule.MISSING_REQUIRED),
        ({"EVENTMSGTYPE": "make"}, Rule.NOT_A_NUMBER),
        ({"GAME_ID": "abc"}, Rule.GAME_ID_MALFORMED),
    ],
)
def test_a_bad_event_is_refused_and_the_score_stays(
    read: Read, event_row: MakeRow, changes: Row, rule: Rule
) -> None:
    first, rejected, last = read(
        [event_row(), event_row(EVENTNUM="8", **changes), event_row(EVENTNUM="9", SCORE="")]
    )

    assert isinstance(rejected, RejectedRow)
    assert rejected.rule is rule
    assert isinstance(first, PlayEntry)
    assert isinstance(last, PlayEntry)
    assert (last.play.home_score, last.play.away_score) == (0, 2)


def test_a_gap_in_the_numbers_shows_where_the_score_fell(read: Read, event_row: MakeRow) -> None:
    items = read([event_row(), event_row(EVENTNUM="8", SCORE="0 - 0"), event_row(EVENTNUM="9")])

    assert [item.play.number for item in items if isinstance(item, PlayEntry)] == [1, 3]


def test_several_games_in_one_file_are_counted_apart(read: Read, event_row: MakeRow) -> None:
    items = read(
        [event_row(), event_row(GAME_ID="0021800002", SCORE="0 - 3"), event_row(EVENTNUM="8", SCORE="")]
    )

    plays = [item.play for item in items if isinstance(item, PlayEntry)]
    assert [(play.number, play.home_score, play.away_score) for play in plays] == [
        (1, 0, 2),
        (1, 3, 0),
        (2, 0, 2),
    ]


def test_a_repeated_event_is_counted_as_such(read: Read, event_row: MakeRow) -> None:
    _, repeated = read([event_row(), event_row()])

    assert repeated == RepeatedRow(line_number=3, first_line_number=2)


def test_players_of_a_full_dump_are_kept(read: Read, event_row: MakeRow) -> None:
    row = event_row(PLAYER1_ID="203954", PLAYER1_TEAM_ID="1610612755")

    [entry] = read([row])

    assert isinstance(entry, PlayEntry)
    assert (entry.play.player_id, entry.play.team_id) == (203954, 1610612755)


def test_an_unheard_of_event_is_kept_as_other(read: Read, event_row: MakeRow) -> None:
    [entry] = read([event_row(EVENTMSGTYPE="99")])

    assert isinstance(entry, PlayEntry)
    assert entry.play.kind is PlayKind.OTHER


@pytest.mark.parametrize(
    ("name", "game_id", "events", "score"),
    [
        ("PlayByPlayV3.json", "0022200552", 560, (145, 134)),
        ("docs_playbyplayv3.json", "0022400001", 475, (116, 117)),
    ],
)
def test_version_three_tells_the_whole_game(
    nba_data: Path, name: str, game_id: str, events: int, score: tuple[int, int]
) -> None:
    plays = plays_of(nba_data / "nba_api_json" / name)

    assert [play.number for play in plays] == list(range(1, events + 1))
    assert {play.game_id for play in plays} == {game_id}
    assert (plays[-1].home_score, plays[-1].away_score) == score
    assert (plays[0].kind, plays[-1].kind) == (PlayKind.PERIOD_START, PlayKind.PERIOD_END)


def test_version_three_s_nameless_actions_are_steals_and_blocks(nba_data: Path) -> None:
    plays = plays_of(nba_data / "nba_api_json" / "PlayByPlayV3.json")

    kinds = Counter(play.kind for play in plays)
    assert kinds[PlayKind.STEAL] + kinds[PlayKind.BLOCK] == 14
    assert kinds[PlayKind.OTHER] == 0
    assert kinds[PlayKind.REBOUND] == 108


def test_version_three_tells_teams_from_players(nba_data: Path) -> None:
    plays = plays_of(nba_data / "nba_api_json" / "PlayByPlayV3.json")

    by_team = next(play for play in plays if play.description == "CAVALIERS Rebound")
    by_player = next(play for play in plays if play.description.startswith("DeRozan 24' 3PT"))
    assert (by_team.team_id, by_team.player_id) == (1610612739, None)
    assert (by_player.team_id, by_player.player_id) == (1610612741, 201942)
    assert (by_player.seconds_left, by_player.away_score, by_player.home_score) == (701.0, 3, 0)


def test_version_three_refuses_half_a_score(nba_data: Path) -> None:
    body = orjson.loads((nba_data / "nba_api_json" / "PlayByPlayV3.json").read_bytes())
    body["game"]["actions"][2]["scoreHome"] = ""

    items = list(recognise_document(document_of_bytes("body", orjson.dumps(body))).parse())

    assert isinstance(items[2], RejectedRow)
    assert items[2].rule is Rule.SCORE_MALFORMED
