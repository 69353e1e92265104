import csv
import datetime as dt
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.stats.rows import SeasonType
from app.stats.season import (
    normalise_game_id,
    parse_season,
    season_label,
    season_of_date,
    season_of_game,
    season_type_of_game,
)

start_years = st.integers(1946, 2045)


@given(start_years)
def test_label_and_start_year_are_each_other_s_inverse(year: int) -> None:
    assert parse_season(season_label(year)) == year


@given(start_years, st.integers(0, 99))
def test_only_the_following_year_makes_a_season(year: int, second: int) -> None:
    label = f"{year}-{second:02d}"

    if second == (year + 1) % 100:
        assert parse_season(label) == year
    else:
        with pytest.raises(Invalid, match="two years in a row"):
            parse_season(label)


@pytest.mark.parametrize(
    "text", ["", "2023", "2023-2024", "23-24", " 2023-24", "2023–24", "1945-46", "2046-47", "٢٠٢٣-٢٤"]
)
def test_what_is_no_season_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_season(text)


@given(start_years, st.sampled_from("123456"), st.integers(1, 99_999))
def test_a_game_id_survives_the_loss_of_its_zeros(year: int, part: str, number: int) -> None:
    whole = f"00{part}{year % 100:02d}{number:05d}"

    assert normalise_game_id(whole) == whole
    assert normalise_game_id(whole[2:]) == whole
    assert normalise_game_id(int(whole)) == whole
    assert season_of_game(whole) == year


@pytest.mark.parametrize(
    "value",
    [
        "",
        "abc",
        "002190000",
        "00219000011",
        "1022300001",
        "2022300001",
        "0072300001",
        "0002300001",
        "21900001.0",
        "-21900001",
        "2_1900001",
        "٢١٩٠٠٠٠١",
        0,
        -21900001,
        219,
    ],
)
def test_what_is_no_game_id_of_the_league_is_refused(value: str | int) -> None:
    with pytest.raises(Invalid, match="game id found"):
        normalise_game_id(value)


@pytest.mark.parametrize(
    ("game_id", "expected"),
    [
        ("0012300001", SeasonType.PRESEASON),
        ("0022300001", SeasonType.REGULAR_SEASON),
        ("0032300001", SeasonType.ALL_STAR),
        ("0042300155", SeasonType.PLAYOFFS),
        ("0052300101", SeasonType.PLAY_IN),
        ("0062300001", SeasonType.CUP_FINAL),
    ],
)
def test_the_part_of_the_season_is_told_by_the_prefix(game_id: str, expected: SeasonType) -> None:
    assert season_type_of_game(game_id) is expected


@given(st.dates(dt.date(1947, 1, 1), dt.date(2044, 12, 31)))
def test_the_season_of_a_date_starts_in_its_year_or_the_one_before(date: dt.date) -> None:
    assert date.year - 1 <= season_of_date(date) <= date.year


@pytest.mark.parametrize(
    "folder", ["team_game_logs", "team_game_logs_finder", "player_game_logs", "playoffs"]
)
def test_every_real_date_belongs_to_the_season_of_its_game(nba_data: Path, folder: str) -> None:
    played = {
        (row["GAME_ID"], row["GAME_DATE"][:10])
        for path in (nba_data / folder).iterdir()
        for row in _rows(path)
    }

    assert played
    assert [
        each
        for each in played
        if season_of_date(dt.date.fromisoformat(each[1])) != season_of_game(normalise_game_id(each[0]))
    ] == []


def _rows(path: Path) -> list[dict[str, str]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
