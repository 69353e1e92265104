from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.stats.formats.reading import document_of_bytes
from app.stats.formats.recognise import recognise_document
from app.stats.formats.rules import RejectedRow, RepeatedRow, Rule
from app.stats.formats.team_lines import TeamSide

Row = dict[str, str]
MakeRow = Callable[..., Row]
Read = Callable[[list[Row]], list[object]]


def test_a_row_becomes_a_side_with_its_counts(read: Read, home_row: MakeRow) -> None:
    [side] = read([home_row()])

    assert isinstance(side, TeamSide)
    assert (side.appearance.facts.game_id, side.appearance.team.abbreviation) == ("0021800001", "BOS")
    assert (side.box.points, side.box.rebounds, side.box.seconds, side.box.plus_minus) == (
        105,
        55,
        14_400,
        18.0,
    )


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"GAME_ID": "1022300001"}, Rule.GAME_ID_MALFORMED),
        ({"GAME_ID": ""}, Rule.MISSING_REQUIRED),
        ({"GAME_DATE": "16/10/2018"}, Rule.DATE_MALFORMED),
        ({"GAME_DATE": "2018-10-32"}, Rule.DATE_MALFORMED),
        ({"GAME_DATE": "2017-10-16"}, Rule.SEASON_CONTRADICTS_GAME),
        ({"SEASON_ID": "22017"}, Rule.SEASON_CONTRADICTS_GAME),
        ({"SEASON_ID": "last"}, Rule.SEASON_CONTRADICTS_GAME),
        ({"MATCHUP": "BOS - PHI"}, Rule.MATCHUP_MALFORMED),
        ({"WL": "D"}, Rule.RESULT_MALFORMED),
        ({"WL": ""}, Rule.UNFINISHED_GAME),
        ({"WL": "", "PTS": "0"}, Rule.UNPLAYED_GAME),
        ({"TEAM_ID": "1610616833"}, Rule.TEAM_UNKNOWN),
        ({"TEAM_ID": "Boston"}, Rule.NOT_A_NUMBER),
        ({"TEAM_ID": "0"}, Rule.MISSING_REQUIRED),
        ({"MIN": "four hours"}, Rule.MINUTES_MALFORMED),
        ({"PTS": ""}, Rule.MISSING_REQUIRED),
        ({"AST": "many"}, Rule.NOT_A_NUMBER),
        ({"AST": "2.5"}, Rule.NOT_A_NUMBER),
        ({"AST": "inf"}, Rule.NOT_A_NUMBER),
        ({"AST": "-1"}, Rule.NEGATIVE_COUNT),
        ({"PLUS_MINUS": "x"}, Rule.NOT_A_NUMBER),
        ({"FGA": "41"}, Rule.MADE_EXCEEDS_ATTEMPTED),
        ({"FG3A": "10"}, Rule.MADE_EXCEEDS_ATTEMPTED),
        ({"FTA": "9"}, Rule.MADE_EXCEEDS_ATTEMPTED),
        ({"FG3M": "43", "FG3A": "50"}, Rule.THREES_EXCEED_FIELD_GOALS),
        ({"PTS": "106"}, Rule.POINTS_DO_NOT_ADD_UP),
        ({"REB": "54"}, Rule.REBOUNDS_DO_NOT_ADD_UP),
    ],
)
def test_a_bad_row_is_kept_with_the_rule_that_it_broke(
    read: Read, home_row: MakeRow, away_row: MakeRow, changes: Row, rule: Rule
) -> None:
    bad = home_row(**changes)

    rejected, other = read([bad, away_row()])

    assert isinstance(rejected, RejectedRow)
    assert (rejected.line_number, rejected.rule, rejected.raw) == (2, rule, bad)
    assert rejected.detail
    assert isinstance(other, TeamSide)


def test_a_row_of_too_few_or_too_many_cells_is_kept_as_it_came(home_row: MakeRow) -> None:
    columns, cells = ",".join(home_row()), ",".join(home_row().values())
    body = f"{columns}\n22018,1610612738\n{cells},surplus\n\n{cells}\n".encode()

    torn, overfull, whole = recognise_document(document_of_bytes("torn.csv", body)).parse()

    assert isinstance(torn, RejectedRow)
    assert (torn.rule, torn.raw) == (Rule.CELL_COUNT_WRONG, {"SEASON_ID": "22018", "TEAM_ID": "1610612738"})
    assert isinstance(overfull, RejectedRow)
    assert overfull.raw[f"cell {len(home_row()) + 1}"] == "surplus"
    assert isinstance(whole, TeamSide)
    assert whole.source.line_number == 5


def test_counts_that_a_source_lacks_stay_unknown(read: Read, home_row: MakeRow) -> None:
    [side] = read([home_row(FG3M="", FG3A="", OREB="", DREB="nan", MIN="", PLUS_MINUS="")])

    assert isinstance(side, TeamSide)
    assert side.box.three_pointers_made is None
    assert side.box.defensive_rebounds is None
    assert side.box.seconds is None
    assert side.box.plus_minus is None


def test_attempts_of_zero_beside_makes_are_unrecorded_before_1985(read: Read, home_row: MakeRow) -> None:
    old = {"SEASON_ID": "21953", "GAME_ID": "0025300002", "GAME_DATE": "1953-10-30"}

    [side] = read([home_row(**old, FGA="0", FG3A="0")])

    assert isinstance(side, TeamSide)
    assert (side.box.field_goals_made, side.box.field_goals_attempted) == (42, None)
    assert side.box.three_pointers_attempted is None


def test_the_same_is_a_contradiction_today(read: Read, home_row: MakeRow) -> None:
    [rejected] = read([home_row(FGA="0")])

    assert isinstance(rejected, RejectedRow)
    assert rejected.rule is Rule.MADE_EXCEEDS_ATTEMPTED


def test_a_repeated_row_is_no_error_and_a_contradicting_one_is(read: Read, home_row: MakeRow) -> None:
    first, repeated, contradicting = read([home_row(), home_row(VIDEO_AVAILABLE="0"), home_row(AST="22")])

    assert isinstance(first, TeamSide)
    assert repeated == RepeatedRow(line_number=3, first_line_number=2)
    assert isinstance(contradicting, RejectedRow)
    assert contradicting.rule is Rule.CONTRADICTS_EARLIER_ROW
    assert "row 2" in contradicting.detail


def test_game_minutes_count_five_times(read: Read, home_row: MakeRow) -> None:
    row = home_row(MIN="53.0") | {"SEASON_YEAR": "2018-19"}
    del row["SEASON_ID"]

    [side] = read([row])

    assert isinstance(side, TeamSide)
    assert side.box.seconds == 15_900


@given(
    column=st.sampled_from(["GAME_ID", "TEAM_ID", "GAME_DATE", "MATCHUP", "MIN", "PTS", "FGA", "WL"]),
    cell=st.text(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_cell_whatever_breaks_the_reader(read: Read, home_row: MakeRow, column: str, cell: str) -> None:
    text = cell.replace("\x00", "").encode("utf-8", "ignore").decode()

    items = read([home_row(**{column: text})])

    assert len(items) == 1
    assert isinstance(items[0], TeamSide | RejectedRow)
