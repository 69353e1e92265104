"""Seasons and game ids: how the league numbers its years and its games, read and written in one place.

A season is known by the year in which it starts: 2023 is "2023-24". Pure functions: nothing here reads a
clock, a file or a database.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Final

from app.core.errors import Invalid
from app.stats.rows import SeasonType

FIRST_START_YEAR: Final = 1946
"""The league's first season; two digits of a year below 46 therefore mean the 2000s."""

LAST_START_YEAR: Final = 2045
"""The last year that a game id of ten digits can tell from 1946."""

SEASON_TYPES: Final[Mapping[str, SeasonType]] = {
    "001": SeasonType.PRESEASON,
    "002": SeasonType.REGULAR_SEASON,
    "003": SeasonType.ALL_STAR,
    "004": SeasonType.PLAYOFFS,
    "005": SeasonType.PLAY_IN,
    "006": SeasonType.CUP_FINAL,
}
"""The part of the season by the first three digits of a game id ("00" is the NBA among its leagues)."""

_LABEL: Final = re.compile(r"([0-9]{4})-([0-9]{2})")
_GAME_ID: Final = re.compile(r"(?:00)?([1-6][0-9]{7})")
_FIRST_MONTH: Final = 8
_BUBBLE_SEASON: Final = 2019
_BUBBLE_SEASON_ENDS: Final = dt.date(2020, 11, 30)


def season_label(start_year: int) -> str:
    """Write a season as the league does; raises Invalid outside of 1946 to 2045.

    Examples
    --------
    >>> season_label(2023), season_label(1999)
    ('2023-24', '1999-00')
    """
    if not FIRST_START_YEAR <= start_year <= LAST_START_YEAR:
        raise Invalid(
            f"season asked for: {start_year}; the years {FIRST_START_YEAR} to {LAST_START_YEAR} are known: "
            "give the year in which the season starts"
        )
    return f"{start_year}-{(start_year + 1) % 100:02d}"


def parse_season(label: str) -> int:
    """Give the start year of a label such as "2023-24"; raises Invalid for any other text.

    Examples
    --------
    >>> parse_season("2023-24"), parse_season("1999-00")
    (2023, 1999)
    >>> parse_season("2023-25")
    Traceback (most recent call last):
        ...
    app.core.errors.Invalid: season asked for: '2023-25'; a season is two years in a row: write "2023-24"
    """
    match = _LABEL.fullmatch(label)
    if match is None or season_label(int(match[1])) != label:
        raise Invalid(f'season asked for: {label!r}; a season is two years in a row: write "2023-24"')
    return int(match[1])


def normalise_game_id(value: str | int) -> str:
    """Give the league's ten digits for a game id that may have lost its leading zeros, or raise Invalid.

    Accepted are ten digits, the same without the two zeros (eight digits) and that as an integer. Ids of
    other leagues (WNBA "10…", G League "20…") and unknown parts of a season are refused.

    Examples
    --------
    >>> normalise_game_id("0021900001"), normalise_game_id("21900001"), normalise_game_id(21900001)
    ('0021900001', '0021900001', '0021900001')
    """
    match = _GAME_ID.fullmatch(str(value))
    if match is None:
        raise Invalid(
            f'game id found: {value!r}; an NBA game id has ten digits and begins with "001" to "006"'
        )
    return "00" + match[1]


def season_type_of_game(game_id: str) -> SeasonType:
    """Tell the part of the season from a game id of ten digits; raises Invalid for anything else.

    Examples
    --------
    >>> season_type_of_game("0042300155")
    <SeasonType.PLAYOFFS: 'PLAYOFFS'>
    """
    return SEASON_TYPES[normalise_game_id(game_id)[:3]]


def season_of_game(game_id: str) -> int:
    """Tell the start year of the season from a game id of ten digits; raises Invalid for anything else.

    Examples
    --------
    >>> season_of_game("0029900001"), season_of_game("0021800928"), season_of_game("0024600001")
    (1999, 2018, 1946)
    """
    return _full_year(int(normalise_game_id(game_id)[3:5]))


def season_of_date(date: dt.date) -> int:
    """Give the start year of the season to which a game on this date belongs.

    A season lasts from August (no game was ever played in one, but for 2020) to July. 2019-20 was interrupted
    and ended in October 2020; 2020-21 began in December.

    Examples
    --------
    >>> season_of_date(dt.date(2024, 4, 14)), season_of_date(dt.date(2024, 10, 22))
    (2023, 2024)
    >>> season_of_date(dt.date(2020, 10, 11)), season_of_date(dt.date(2021, 7, 20))
    (2019, 2020)
    """
    if date.year == _BUBBLE_SEASON_ENDS.year and date <= _BUBBLE_SEASON_ENDS:
        return _BUBBLE_SEASON
    return date.year if date.month >= _FIRST_MONTH else date.year - 1


def _full_year(two_digits: int) -> int:
    century = 1900 if two_digits >= FIRST_START_YEAR % 100 else 2000
    return century + two_digits
