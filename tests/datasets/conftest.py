"""Small files of each kind, made for one test, and the way to see what a league holds."""

import csv
import gzip
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import pytest

from app.core.database import Database

Row = dict[str, str]
WriteFile = Callable[..., Path]
LeagueContent = Mapping[str, Sequence[tuple[object, ...]]]
ReadContent = Callable[[Database], Awaitable[LeagueContent]]

SIDES = {
    "BOS": ("1610612738", "Boston Celtics"),
    "PHI": ("1610612755", "Philadelphia 76ers"),
    "LAL": ("1610612747", "Los Angeles Lakers"),
}
BOX = {
    "MIN": "240", "FGM": "40", "FGA": "90", "FG_PCT": "0.444", "FG3M": "10", "FG3A": "30", "FG3_PCT": "0.333",
    "FTM": "10", "FTA": "12", "FT_PCT": "0.833", "OREB": "10", "DREB": "30", "REB": "40", "AST": "20",
    "STL": "7", "BLK": "5", "TOV": "15", "PF": "20", "PTS": "100", "PLUS_MINUS": "10",
}  # fmt: skip
CONTENT = {
    "team": "select id, abbreviation, name, conference, division from team",
    "player": "select id, full_name, folded_name, is_active from player",
    "game": "select g.*, f.digest from game g join source_file f on f.id = g.source_file_id",
    "team_line": "select l.*, f.digest from team_line l join source_file f on f.id = l.source_file_id",
    "player_line": "select l.*, f.digest from player_line l join source_file f on f.id = l.source_file_id",
    "play": "select p.*, f.digest from play p join source_file f on f.id = p.source_file_id",
    "season_totals": "select * from season_totals",
    "source_file": "select digest, name, format, state, rows_read, rows_stored, rows_superseded, "
    "rows_duplicate, rows_quarantined, first_changed_date, last_changed_date from source_file",
    "quarantined_row": "select f.digest, q.line_number, q.rule, q.detail, q.raw::text, q.game_id "
    "from quarantined_row q join source_file f on f.id = q.source_file_id",
}


def team_rows(
    number: int = 1, home: str = "BOS", away: str = "PHI", points: tuple[int, int] = (100, 90)
) -> list[Row]:
    """Both rows of a game of 2018-19 in the format of LeagueGameLog; free throws make up the points."""
    margin = points[0] - points[1]
    return [
        _side(number, home, f"{home} vs. {away}", points[0], margin),
        _side(number, away, f"{away} @ {home}", points[1], -margin),
    ]


def _side(number: int, team: str, matchup: str, points: int, margin: int) -> Row:
    team_id, name = SIDES[team]
    made = points - 90  # 40 field goals, ten of them threes, are 90 points
    return {
        "SEASON_ID": "22018", "TEAM_ID": team_id, "TEAM_ABBREVIATION": team, "TEAM_NAME": name,
        "GAME_ID": f"00218{number:05}", "GAME_DATE": f"2018-11-{number:02}", "MATCHUP": matchup,
        "WL": "W" if margin > 0 else "L", **BOX, "FTM": str(made), "FTA": str(made + 2), "PTS": str(points),
        "PLUS_MINUS": str(margin), "VIDEO_AVAILABLE": "1",
    }  # fmt: skip


def player_rows(number: int = 1, home: str = "BOS", away: str = "PHI") -> list[Row]:
    """Five players a side who play the whole game: twenty points each at home, eighteen away."""
    rows = []
    for team, matchup, won, points in (
        (home, f"{home} vs. {away}", "W", 20),
        (away, f"{away} @ {home}", "L", 18),
    ):
        side = _side(number, team, matchup, 100, 10)
        del side["VIDEO_AVAILABLE"]
        for place in range(5):
            shots = {
                "MIN": "48",
                "FGM": "8",
                "FGA": "18",
                "FG3M": "2",
                "FG3A": "6",
                "FTM": str(points - 18),
                "FTA": "4",
            }
            counts = {"OREB": "2", "DREB": "6", "REB": "8", "PTS": str(points), "WL": won}
            player_id = f"99{SIDES[team][0][-2:]}{place}"
            rows.append(
                {**side, "PLAYER_ID": player_id, "PLAYER_NAME": f"{team} Player {place}", **shots, **counts}
            )
    return rows


def play_rows(number: int = 1) -> list[Row]:
    """Three events of PlayByPlayV2."""
    texts = {"HOMEDESCRIPTION": "", "NEUTRALDESCRIPTION": "", "VISITORDESCRIPTION": ""}
    events = [("12", "12:00", ""), ("1", "11:40", "0 - 2"), ("1", "11:20", "2 - 2")]
    return [
        {
            "GAME_ID": f"00218{number:05}", "EVENTNUM": str(place), "EVENTMSGTYPE": kind, "PERIOD": "1",
            "PCTIMESTRING": clock, "SCORE": score, **texts,
        }
        for place, (kind, clock, score) in enumerate(events)
    ]  # fmt: skip


@pytest.fixture
def write_file(tmp_path: Path) -> WriteFile:
    """Write rows as a CSV file in the test's folder; a name that ends in .gz is compressed."""

    def write(name: str, rows: Sequence[Row]) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        opened = gzip.open(path, "wt") if name.endswith(".gz") else path.open("w")  # noqa: SIM115 - closed below
        with opened as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return path

    return write


@pytest.fixture(scope="session")
def read_content() -> ReadContent:
    """Read all that a league holds, without what differs from one ingestion to the next."""

    async def read(database: Database) -> LeagueContent:
        content = {}
        for table, query in CONTENT.items():
            rows = await database.fetch(query)
            plain = [tuple(value for name, value in row.items() if name != "source_file_id") for row in rows]
            content[table] = sorted(plain, key=str)
        return content

    return read
