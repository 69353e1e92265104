"""The formats that can be read, as data: what tells each apart, and which is believed when two disagree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final


class Format(StrEnum):
    """A kind of file (or response) by the columns that it carries."""

    LEAGUE_GAME_LOG = "LEAGUE_GAME_LOG"
    TEAM_GAME_LOGS = "TEAM_GAME_LOGS"
    LEAGUE_GAME_FINDER = "LEAGUE_GAME_FINDER"
    PLAYER_GAME_LOG = "PLAYER_GAME_LOG"
    PLAY_BY_PLAY_V2 = "PLAY_BY_PLAY_V2"
    PLAY_BY_PLAY_V3 = "PLAY_BY_PLAY_V3"


class Trust(IntEnum):
    """Which source wins when two disagree about the same line: the greater. Gaps are for sources to come.

    LeagueGameLog counts the team's own turnovers and true minutes. TeamGameLogs does so less exactly (game
    minutes). LeagueGameFinder and sums of player lines lack what no player did.
    """

    PLAYER_LINES = 10
    LEAGUE_GAME_FINDER = 20
    TEAM_GAME_LOGS = 30
    LEAGUE_GAME_LOG = 40


@dataclass(frozen=True, slots=True)
class Signature:
    """What a table must have, and must not have, to be of a format.

    `positions_in_minutes` is 5 where MIN counts all five positions (240), 1 where it is the game's (48.0).
    """

    title: str
    required: frozenset[str]
    absent: frozenset[str] = frozenset()
    trust: Trust | None = None
    positions_in_minutes: int = 5


SIDE_COLUMNS: Final[Sequence[str]] = (
    "TEAM_ID", "TEAM_ABBREVIATION", "TEAM_NAME", "GAME_ID", "GAME_DATE", "MATCHUP", "WL",
)  # fmt: skip
"""Which side of which game a line is about."""

BOX_COLUMNS: Final[Sequence[str]] = (
    "PTS", "FGM", "FGA", "FG3M", "FG3A", "FTM", "FTA",
    "OREB", "DREB", "REB", "AST", "STL", "BLK", "TOV", "PF",
)  # fmt: skip
"""The counts of a box score, in the order of app.stats.rows.BoxScore."""

_LINE: Final = frozenset({*SIDE_COLUMNS, "MIN", *BOX_COLUMNS, "PLUS_MINUS"})

SIGNATURES: Final[Mapping[Format, Signature]] = {
    Format.LEAGUE_GAME_LOG: Signature(
        "nba_api LeagueGameLog, teams",
        required=_LINE | {"SEASON_ID", "VIDEO_AVAILABLE"},
        absent=frozenset({"PLAYER_ID"}),
        trust=Trust.LEAGUE_GAME_LOG,
    ),
    Format.TEAM_GAME_LOGS: Signature(
        "nba_api TeamGameLogs",
        required=_LINE | {"SEASON_YEAR"},
        absent=frozenset({"PLAYER_ID", "SEASON_ID"}),
        trust=Trust.TEAM_GAME_LOGS,
        positions_in_minutes=1,
    ),
    Format.LEAGUE_GAME_FINDER: Signature(
        "nba_api LeagueGameFinder, teams",
        required=_LINE | {"SEASON_ID"},
        absent=frozenset({"PLAYER_ID", "VIDEO_AVAILABLE"}),
        trust=Trust.LEAGUE_GAME_FINDER,
    ),
    Format.PLAYER_GAME_LOG: Signature(
        "nba_api LeagueGameLog or LeagueGameFinder, players",
        required=_LINE | {"SEASON_ID", "PLAYER_ID", "PLAYER_NAME"},
        trust=Trust.PLAYER_LINES,
    ),
    Format.PLAY_BY_PLAY_V2: Signature(
        "nba_api PlayByPlayV2",
        required=frozenset(
            {"GAME_ID", "EVENTNUM", "EVENTMSGTYPE", "PERIOD", "PCTIMESTRING", "SCORE"}
            | {"HOMEDESCRIPTION", "NEUTRALDESCRIPTION", "VISITORDESCRIPTION"}
        ),
    ),
    Format.PLAY_BY_PLAY_V3: Signature(
        "nba_api PlayByPlayV3",
        required=frozenset(
            {"gameId", "actionId", "clock", "period", "teamId", "personId", "scoreHome", "scoreAway"}
            | {"description", "actionType", "subType"}
        ),
    ),
}
"""Every format that can be read; no table fits two of them."""


def find_format(columns: Sequence[str]) -> Format | None:
    """Tell the format of a table from its columns alone, whatever their order; None if there is none."""
    found = frozenset(columns)
    for name, signature in SIGNATURES.items():
        if signature.required <= found and not signature.absent & found:
            return name
    return None
