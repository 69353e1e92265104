from collections.abc import Callable

import pytest

from app.stats.formats.assembling import AssembledGame
from app.stats.formats.player_lines import PlayerEntry
from app.stats.formats.player_sums import games_from_player_lines
from app.stats.formats.rules import RejectedRow, RepeatedRow, Rule

Row = dict[str, str]
MakeRow = Callable[..., Row]
Read = Callable[[list[Row]], list[object]]

PHILADELPHIA = {
    "TEAM_ID": "1610612755", "TEAM_ABBREVIATION": "PHI", "TEAM_NAME": "Philadelphia 76ers",
    "MATCHUP": "PHI @ BOS", "WL": "L",
}  # fmt: skip


def test_a_row_becomes_a_player_s_line_with_names(read: Read, player_row: MakeRow) -> None:
    [entry] = read([player_row(PLAYER_NAME="Luka Dončić")])

    assert isinstance(entry, PlayerEntry)
    assert (entry.player_name, entry.appearance.team.name) == ("Luka Dončić", "Boston Celtics")
    assert (entry.line.game_id, entry.line.player_id) == ("0021800001", 1628369)
    assert (entry.line.box.points, entry.line.box.seconds) == (17, 34 * 60)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"PLAYER_ID": ""}, Rule.MISSING_REQUIRED),
        ({"PLAYER_NAME": " "}, Rule.MISSING_REQUIRED),
        ({"MIN": "340"}, Rule.MINUTES_MALFORMED),
        ({"MIN": "-3"}, Rule.MINUTES_MALFORMED),
        ({"WL": ""}, Rule.UNFINISHED_GAME),
        ({"STL": "-2"}, Rule.NEGATIVE_COUNT),
        ({"PTS": "18"}, Rule.POINTS_DO_NOT_ADD_UP),
    ],
)
def test_a_bad_row_is_kept_with_the_rule_that_it_broke(
    read: Read, player_row: MakeRow, changes: Row, rule: Rule
) -> None:
    [rejected] = read([player_row(**changes)])

    assert isinstance(rejected, RejectedRow)
    assert rejected.rule is rule


def test_a_player_appears_once_a_game(read: Read, player_row: MakeRow) -> None:
    _, repeated, contradicting = read([player_row(), player_row(), player_row(STL="3")])

    assert repeated == RepeatedRow(line_number=3, first_line_number=2)
    assert isinstance(contradicting, RejectedRow)
    assert contradicting.rule is Rule.CONTRADICTS_EARLIER_ROW


def test_five_players_over_the_whole_game_make_a_side(read: Read, player_row: MakeRow) -> None:
    home = [player_row(PLAYER_ID=str(number), MIN="48") for number in range(1, 6)]
    away = [
        player_row(PLAYER_ID=str(number), MIN="48", **PHILADELPHIA, FTM="0", PTS="16")
        for number in range(6, 11)
    ]

    [made] = games_from_player_lines(item for item in read(home + away) if isinstance(item, PlayerEntry))

    assert isinstance(made, AssembledGame)
    assert (made.game.home_score, made.game.away_score) == (85, 80)
    assert (made.home.box.rebounds, made.home.box.seconds, made.home.box.plus_minus) == (25, 14_400, 5.0)


def test_a_side_of_which_players_are_missing_is_no_score(read: Read, player_row: MakeRow) -> None:
    rows = [player_row(PLAYER_ID=str(number), MIN="48") for number in range(1, 5)]

    [refused] = games_from_player_lines(item for item in read(rows) if isinstance(item, PlayerEntry))

    assert isinstance(refused, RejectedRow)
    assert (refused.rule, refused.line_number) == (Rule.LINES_INCOMPLETE, 2)
    assert "the 4 lines of BOS in game 0021800001 make 192 minutes" in refused.detail


def test_an_unknown_count_of_one_player_is_unknown_for_the_side(read: Read, player_row: MakeRow) -> None:
    home = [player_row(PLAYER_ID=str(number), MIN="48") for number in range(1, 6)]
    home[2]["STL"] = ""
    away = [
        player_row(PLAYER_ID=str(number), MIN="48", **PHILADELPHIA, FTM="0", PTS="16")
        for number in range(6, 11)
    ]

    [made] = games_from_player_lines(item for item in read(home + away) if isinstance(item, PlayerEntry))

    assert isinstance(made, AssembledGame)
    assert (made.home.box.steals, made.away.box.steals) == (None, 5)
