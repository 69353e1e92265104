"""Ids of simulated games: ten digits like real ones, so that seasons read the same, yet never equal to one.

A real regular-season id is "002", two digits of the start year and a number of at most 01230 (1,230 games a
season). Simulated games are numbered from 90001. Nothing here looks at a database.
"""

from typing import Final

_REGULAR_SEASON_PREFIX: Final = "002"
_NUMBERS_START: Final = 90_000
_ID_LENGTH: Final = 10


def simulated_game_id(start_year: int, number: int) -> str:
    """Give the id of the `number`-th (1 to 9,999) simulated regular-season game of a season.

    Examples
    --------
    >>> simulated_game_id(2023, 1)
    '0022390001'
    """
    if not 1 <= number < 100_000 - _NUMBERS_START:
        msg = f"a simulated season has games 1 to 9999, not {number}"
        raise ValueError(msg)
    return f"{_REGULAR_SEASON_PREFIX}{start_year % 100:02d}{_NUMBERS_START + number}"


def is_simulated_game_id(game_id: str) -> bool:
    """Tell whether an id lies in the range that no real game uses."""
    return len(game_id) == _ID_LENGTH and game_id.isdigit() and int(game_id[5:]) > _NUMBERS_START
