"""A season straight from stats.nba.com, through the package nba_api, read by the same parsers as files.

The league blocks many addresses, so failing is ordinary: it is said in one sentence, and soon.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import structlog

from app.core.errors import Unavailable
from app.stats.formats.reading import document_of_bytes
from app.stats.formats.recognise import RecognisedFile, recognise_document
from app.stats.season import parse_season

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a connection and for an answer, how often to try, and when to try no more."""

    connect_seconds: float
    answer_seconds: float
    attempts: int
    give_up_seconds: float


FIRST_CONTACT: Final = Patience(connect_seconds=3, answer_seconds=8, attempts=2, give_up_seconds=5)
"""Whoever is blocked learns it within 12 s, even if each of the host's four addresses is dead."""

ONCE_ANSWERED: Final = Patience(connect_seconds=5, answer_seconds=45, attempts=4, give_up_seconds=150)
"""A host that has answered once is given time: a season of player lines is 5 MB."""

# The smallest part comes first: it finds out whether the host answers at all.
_PARTS: Final = ("PlayIn", "Playoffs", "Regular Season")
_PLAYER_OR_TEAM: Final = ("T", "P")
_PAUSE_SECONDS: Final = 0.6  # between two requests: about what the league's own pages ask for
_BACK_OFF_SECONDS: Final = 1.0
_REASONS: Final = {
    "ConnectionError": "no connection",
    "ConnectTimeout": "no connection in time",
    "JSONDecodeError": "it answered with something other than data",
    "KeyError": "it answered with other data than asked for",
    "ProxyError": "the proxy lets nothing through",
    "ReadTimeout": "no answer in time",
    "SSLError": "the connection is not trusted",
}


def fetch_season(
    season_label: str,
    *,
    first_contact: Patience = FIRST_CONTACT,
    once_answered: Patience = ONCE_ANSWERED,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[RecognisedFile]:
    """Fetch the game logs of a season, teams and players, of play-in, playoffs and regular season.

    Parameters
    ----------
    season_label : str
        A season such as "2023-24".
    first_contact, once_answered : Patience
        For the first request and for all later ones.
    sleep, clock : callable
        Wait for, and tell, seconds.

    Yields
    ------
    RecognisedFile
        One response each, at most six, ready to be parsed; parts without games are left out.

    Raises
    ------
    Invalid
        If the label is not a season.
    Unavailable
        If stats.nba.com does not answer with data; what came before stays valid.
    """
    parse_season(season_label)
    patience = first_contact
    for index, (part, player_or_team) in enumerate(product(_PARTS, _PLAYER_OR_TEAM)):
        if index:
            sleep(_PAUSE_SECONDS)
        body, rows = _fetch_patiently(season_label, part, player_or_team, patience, (sleep, clock))
        patience = once_answered
        log.info("season_part.fetched", season=season_label, part=part, lines_of=player_or_team, rows=rows)
        if rows:
            name = f"stats.nba.com leaguegamelog {season_label} {part} {player_or_team}"
            yield recognise_document(document_of_bytes(name, body))


def _fetch_patiently(
    season_label: str,
    part: str,
    player_or_team: str,
    patience: Patience,
    timing: tuple[Callable[[float], None], Callable[[], float]],
) -> tuple[bytes, int]:
    sleep, clock = timing
    began = clock()
    attempt = 0
    while True:
        attempt += 1
        try:
            return _fetch_log(season_label, part, player_or_team, patience)
        except (OSError, ValueError, LookupError, TypeError) as error:
            # requests raises kinds of OSError; the others come from nba_api reading a page that is no data.
            if attempt >= patience.attempts or clock() - began > patience.give_up_seconds:
                raise Unavailable(
                    f"stats.nba.com can't be reached ({_explain(error)}); "
                    "go on with --data DIR or the simulated league",
                    dependency="stats.nba.com",
                ) from error
            log.info("season_part.retried", season=season_label, part=part, reason=_explain(error))
            sleep(_BACK_OFF_SECONDS * 2 ** (attempt - 1))


def _fetch_log(season_label: str, part: str, player_or_team: str, patience: Patience) -> tuple[bytes, int]:
    from nba_api.stats.endpoints.leaguegamelog import LeagueGameLog  # noqa: PLC0415 - heavy: requests

    response = LeagueGameLog(
        season=season_label,
        season_type_all_star=part,
        player_or_team_abbreviation=player_or_team,
        timeout=(patience.connect_seconds, patience.answer_seconds),
    )
    text: str = response.get_response()
    return text.encode(), len(response.league_game_log.get_dict()["data"])


def _explain(error: Exception) -> str:
    name = type(error).__name__
    return _REASONS.get(name, name)
