import datetime as dt
from collections.abc import Callable

import pytest

from app.stats.formats.assembling import AssembledGame, assemble_games
from app.stats.formats.rules import RejectedRow, Rule
from app.stats.formats.team_lines import TeamSide
from app.stats.rows import GameRow, GameStatus, SeasonType

Row = dict[str, str]
MakeRow = Callable[..., Row]
Read = Callable[[list[Row]], list[object]]

BOSTON, PHILADELPHIA = 1610612738, 1610612755


@pytest.fixture
def assemble(read: Read) -> Callable[..., list[AssembledGame | RejectedRow]]:
    return lambda *rows: list(assemble_games(item for item in read(list(rows)) if isinstance(item, TeamSide)))


Assemble = Callable[..., list[AssembledGame | RejectedRow]]


def test_two_rows_make_a_game(assemble: Assemble, home_row: MakeRow, away_row: MakeRow) -> None:
    [made] = assemble(away_row(), home_row())

    assert isinstance(made, AssembledGame)
    assert made.game == GameRow(
        id="0021800001",
        season_start_year=2018,
        season_type=SeasonType.REGULAR_SEASON,
        date=dt.date(2018, 10, 16),
        status=GameStatus.FINAL,
        home_team_id=BOSTON,
        away_team_id=PHILADELPHIA,
        neutral_site=False,
        home_score=105,
        away_score=87,
    )
    assert (made.home.team_id, made.home.is_home, made.home.box.points) == (BOSTON, True, 105)
    assert (made.away.team_id, made.away.is_home, made.away.box.points) == (PHILADELPHIA, False, 87)


@pytest.mark.parametrize(
    ("boston", "philadelphia"),
    [("BOS @ PHI", "PHI @ BOS"), ("BOS vs. PHI", "PHI vs. BOS")],
)
def test_the_same_word_on_both_rows_is_a_neutral_site(
    assemble: Assemble, home_row: MakeRow, away_row: MakeRow, boston: str, philadelphia: str
) -> None:
    forwards = assemble(home_row(MATCHUP=boston), away_row(MATCHUP=philadelphia))
    backwards = assemble(away_row(MATCHUP=philadelphia), home_row(MATCHUP=boston))

    for made in (*forwards, *backwards):
        assert isinstance(made, AssembledGame)
        assert made.game.neutral_site
        assert made.game.home_team_id == min(BOSTON, PHILADELPHIA)


def test_one_text_on_both_rows_names_the_home_side(
    assemble: Assemble, home_row: MakeRow, away_row: MakeRow
) -> None:
    [made] = assemble(home_row(MATCHUP="PHI @ BOS"), away_row(MATCHUP="PHI @ BOS"))

    assert isinstance(made, AssembledGame)
    assert (made.game.home_team_id, made.game.neutral_site) == (BOSTON, False)


def test_plus_minus_of_a_side_is_the_margin(assemble: Assemble, home_row: MakeRow, away_row: MakeRow) -> None:
    [made] = assemble(home_row(PLUS_MINUS="12.4"), away_row(PLUS_MINUS=""))

    assert isinstance(made, AssembledGame)
    assert (made.home.box.plus_minus, made.away.box.plus_minus) == (18.0, -18.0)


@pytest.mark.parametrize(
    ("away", "rule"),
    [
        ({"WL": "W"}, Rule.RESULT_CONTRADICTS_SCORE),
        ({"FTM": "14", "FG3M": "6", "PTS": "88", "WL": "L", "GAME_DATE": "2018-10-17"}, Rule.SIDES_DISAGREE),
        ({"MIN": "265"}, Rule.SIDES_DISAGREE),
        ({"GAME_ID": "0021800002"}, Rule.OPPONENT_MISSING),
        ({"FGM": "42", "FG3M": "11", "FTM": "10", "PTS": "105"}, Rule.RESULT_CONTRADICTS_SCORE),
    ],
)
def test_sides_that_do_not_fit_are_refused_together(
    assemble: Assemble, home_row: MakeRow, away_row: MakeRow, away: Row, rule: Rule
) -> None:
    refused = assemble(home_row(), away_row(**away))

    assert [item.rule for item in refused if isinstance(item, RejectedRow)] == [rule, rule]
    assert {item.line_number for item in refused if isinstance(item, RejectedRow)} == {2, 3}


def test_a_third_team_refuses_the_game(assemble: Assemble, home_row: MakeRow, away_row: MakeRow) -> None:
    third = away_row(TEAM_ID="1610612752", TEAM_ABBREVIATION="NYK", MATCHUP="NYK @ BOS")

    refused = assemble(home_row(), away_row(), third)

    assert [item.rule for item in refused if isinstance(item, RejectedRow)] == [Rule.TOO_MANY_TEAMS] * 3


def test_the_opponent_of_a_refused_row_goes_with_it(
    assemble: Assemble, home_row: MakeRow, away_row: MakeRow
) -> None:
    [refused] = assemble(home_row(AST="-1"), away_row())

    assert isinstance(refused, RejectedRow)
    assert (refused.rule, refused.raw) == (Rule.OPPONENT_MISSING, away_row())


def test_games_come_by_date_however_the_rows_lie(
    assemble: Assemble, home_row: MakeRow, away_row: MakeRow
) -> None:
    later = {"GAME_ID": "0021800009", "GAME_DATE": "2018-10-18"}

    games = assemble(home_row(**later), home_row(), away_row(**later), away_row())

    assert [made.game.id for made in games if isinstance(made, AssembledGame)] == ["0021800001", "0021800009"]
