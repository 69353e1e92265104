"""Files of few rows, made for one test: each row is valid until a test changes a cell."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence

import pytest

from app.stats.formats.reading import document_of_bytes
from app.stats.formats.recognise import Parsed, RecognisedFile, recognise_document

Row = dict[str, str]
MakeRow = Callable[..., Row]
ReadRows = Callable[[Sequence[Mapping[str, str]]], list[Parsed]]

SIDE = {
    "SEASON_ID": "22018", "TEAM_ID": "1610612738", "TEAM_ABBREVIATION": "BOS", "TEAM_NAME": "Boston Celtics",
    "GAME_ID": "0021800001", "GAME_DATE": "2018-10-16", "MATCHUP": "BOS vs. PHI", "WL": "W",
}  # fmt: skip
BOX = {
    "FGM": "42", "FGA": "97", "FG_PCT": "0.433", "FG3M": "11", "FG3A": "37", "FG3_PCT": "0.297",
    "FTM": "10", "FTA": "14", "FT_PCT": "0.714", "OREB": "12", "DREB": "43", "REB": "55",
    "AST": "21", "STL": "7", "BLK": "5", "TOV": "15", "PF": "20", "PTS": "105", "PLUS_MINUS": "18",
}  # fmt: skip
AWAY = {
    "TEAM_ID": "1610612755", "TEAM_ABBREVIATION": "PHI", "TEAM_NAME": "Philadelphia 76ers",
    "MATCHUP": "PHI @ BOS", "WL": "L", "FGM": "34", "FG3M": "5", "FTM": "14", "PTS": "87",
    "PLUS_MINUS": "-18",
}  # fmt: skip
PLAYER_BOX = {
    "FGM": "7", "FGA": "14", "FG_PCT": "0.5", "FG3M": "2", "FG3A": "5", "FG3_PCT": "0.4", "FTM": "1",
    "FTA": "2", "FT_PCT": "0.5", "OREB": "1", "DREB": "4", "REB": "5", "AST": "3", "STL": "1", "BLK": "0",
    "TOV": "2", "PF": "3", "PTS": "17", "PLUS_MINUS": "9",
}  # fmt: skip


@pytest.fixture
def home_row() -> MakeRow:
    """The home side's row of a LeagueGameLog; arguments replace cells."""
    return lambda **changes: {**SIDE, "MIN": "240", **BOX, "VIDEO_AVAILABLE": "1", **changes}


@pytest.fixture
def away_row() -> MakeRow:
    """The other side of that game."""
    return lambda **changes: {**SIDE, "MIN": "240", **BOX, "VIDEO_AVAILABLE": "1", **AWAY, **changes}


@pytest.fixture
def player_row() -> MakeRow:
    """One player's row of a LeagueGameLog in player mode."""
    names = {"PLAYER_ID": "1628369", "PLAYER_NAME": "Jayson Tatum"}
    return lambda **changes: {**SIDE, **names, "MIN": "34", **PLAYER_BOX, **changes}


@pytest.fixture
def event_row() -> MakeRow:
    """One event of a PlayByPlayV2: the first basket."""
    event = {
        "GAME_ID": "0021800001", "EVENTNUM": "7", "EVENTMSGTYPE": "1", "EVENTMSGACTIONTYPE": "1",
        "PERIOD": "1", "WCTIMESTRING": "8:03 PM", "PCTIMESTRING": "11:41",
        "HOMEDESCRIPTION": "", "NEUTRALDESCRIPTION": "", "VISITORDESCRIPTION": "Embiid 18' Jump Shot (2 PTS)",
        "SCORE": "2 - 0", "SCOREMARGIN": "-2",
    }  # fmt: skip
    return lambda **changes: {**event, **changes}


def recognise_rows(rows: Sequence[Mapping[str, str]]) -> RecognisedFile:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return recognise_document(document_of_bytes("a file", text.getvalue().encode()))


@pytest.fixture
def read() -> ReadRows:
    """Writes rows to a CSV, recognises it and reads it."""
    return lambda rows: list(recognise_rows(rows).parse())
