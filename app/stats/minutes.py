"""Playing time in every spelling that the league's endpoints use, brought to seconds.

Pure functions. They refuse what they cannot read: a guessed minute would spoil every rate per minute.
"""

import re
from functools import lru_cache
from typing import Final

from app.core.errors import Invalid

POSITIONS: Final = 5
"""Players of one side on the floor at any time."""

REGULATION_MINUTES: Final = 48
OVERTIME_MINUTES: Final = 5

LONGEST_GAME_MINUTES: Final = 98
"""Ten overtimes: above it a number is not playing time (the longest game, 1951-01-06, had six)."""

_ROUNDING_MINUTES: Final = 5
"""A side's minutes summed from rounded players stray by up to four: 237 to 244 for 240."""

_PLAIN: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]+)?")
_COLON: Final = re.compile(r"([0-9]{1,3})(?:\.0+)?:([0-5][0-9](?:\.[0-9]+)?)")
_ISO: Final = re.compile(r"PT(?=[0-9])(?:([0-9]{1,3})M)?(?:([0-5]?[0-9](?:\.[0-9]+)?)S)?")


@lru_cache(maxsize=4096)
def parse_minutes(text: str) -> int:
    """Give playing time in whole seconds; raises Invalid for a text that is none of the known spellings.

    Known are minutes ("35", "48.0"), minutes and seconds ("45:55", "45.000000:55") and ISO 8601 durations of
    minutes and seconds ("PT35M12.00S").

    Examples
    --------
    >>> parse_minutes("35"), parse_minutes("48.0"), parse_minutes("240")
    (2100, 2880, 14400)
    >>> parse_minutes("45:55"), parse_minutes("45.000000:55"), parse_minutes("PT35M12.00S")
    (2755, 2755, 2112)
    """
    if _PLAIN.fullmatch(text):
        return round(float(text) * 60)
    return round(parse_clock(text))


@lru_cache(maxsize=4096)
def parse_clock(text: str) -> float:
    """Give the seconds of a clock, with fractions; raises Invalid for a text that is no clock.

    Examples
    --------
    >>> parse_clock("11:41"), parse_clock("0:46.2"), parse_clock("PT00M46.20S")
    (701.0, 46.2, 46.2)
    """
    match = _COLON.fullmatch(text) or _ISO.fullmatch(text)
    if match is None:
        raise Invalid(f'time found: {text!r}; write minutes ("35"), "45:55" or "PT35M12.00S"')
    return 60 * int(match[1] or 0) + float(match[2] or 0)


def team_seconds(minutes: float) -> int | None:
    """Give the seconds of all five positions for the minutes that a source states for one side.

    Parameters
    ----------
    minutes : float
        Minutes of the five positions together, as stated: 240 without overtime and 25 more for each. Sums of
        rounded player minutes stray by a few (237 to 244) and are put right.

    Returns
    -------
    int or None
        Multiples of 1,500 from 14,400 upwards; None where the stated number fits no game (0, 17, 216).

    Examples
    --------
    >>> team_seconds(240), team_seconds(237), team_seconds(266), team_seconds(0)
    (14400, 14400, 15900, None)
    """
    regulation, overtime = POSITIONS * REGULATION_MINUTES, POSITIONS * OVERTIME_MINUTES
    overtimes = round((minutes - regulation) / overtime)
    length = regulation + overtime * overtimes
    if (
        overtimes < 0
        or length > POSITIONS * LONGEST_GAME_MINUTES
        or abs(minutes - length) > _ROUNDING_MINUTES
    ):
        return None
    return length * 60
