"""The one shape into which every source is brought: values only, no file format and no SQL.

Identifiers are the league's: teams and players are NBA integers, games are strings of ten
digits. A value that the source does not carry is None, never 0.
"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class SeasonType(StrEnum):
    """The part of a season that a game belongs to, told by the first three digits of its id."""

    PRESEASON = "PRESEASON"
    REGULAR_SEASON = "REGULAR_SEASON"
    ALL_STAR = "ALL_STAR"
    PLAYOFFS = "PLAYOFFS"
    PLAY_IN = "PLAY_IN"
    CUP_FINAL = "CUP_FINAL"


class GameStatus(StrEnum):
    """Where a game stands."""

    SCHEDULED = "SCHEDULED"
    LIVE = "LIVE"
    FINAL = "FINAL"
    POSTPONED = "POSTPONED"


class Origin(StrEnum):
    """Whether a row describes a game that took place or one that was made up from a seed."""

    REAL = "REAL"
    SIMULATED = "SIMULATED"


class PlayKind(StrEnum):
    """What happened in one event of a play-by-play; OTHER is what no source explains."""

    PERIOD_START = "PERIOD_START"
    PERIOD_END = "PERIOD_END"
    JUMP_BALL = "JUMP_BALL"
    MADE_SHOT = "MADE_SHOT"
    MISSED_SHOT = "MISSED_SHOT"
    FREE_THROW = "FREE_THROW"
    REBOUND = "REBOUND"
    TURNOVER = "TURNOVER"
    STEAL = "STEAL"
    BLOCK = "BLOCK"
    FOUL = "FOUL"
    VIOLATION = "VIOLATION"
    SUBSTITUTION = "SUBSTITUTION"
    TIMEOUT = "TIMEOUT"
    EJECTION = "EJECTION"
    REPLAY = "REPLAY"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A franchise; moves and renamings keep the id."""

    id: int
    abbreviation: str
    name: str
    conference: str | None = None
    division: str | None = None


@dataclass(frozen=True, slots=True)
class PlayerRow:
    """A person who is or was on a roster."""

    id: int
    full_name: str
    is_active: bool | None = None


@dataclass(frozen=True, slots=True)
class GameRow:
    """One game; `home` and `away` are as designated by the league even where `neutral_site` is true."""

    id: str
    season_start_year: int
    season_type: SeasonType
    date: dt.date
    status: GameStatus
    home_team_id: int
    away_team_id: int
    neutral_site: bool
    home_score: int | None
    away_score: int | None
    origin: Origin = Origin.REAL


@dataclass(frozen=True, slots=True)
class BoxScore:
    """Counts of one side or one player in one game; seconds on the floor, points of plus/minus."""

    seconds: int | None
    points: int | None
    field_goals_made: int | None
    field_goals_attempted: int | None
    three_pointers_made: int | None
    three_pointers_attempted: int | None
    free_throws_made: int | None
    free_throws_attempted: int | None
    offensive_rebounds: int | None
    defensive_rebounds: int | None
    rebounds: int | None
    assists: int | None
    steals: int | None
    blocks: int | None
    turnovers: int | None
    personal_fouls: int | None
    plus_minus: float | None


@dataclass(frozen=True, slots=True)
class TeamLineRow:
    """One team's totals in one game; `seconds` counts all five positions (14,400 without overtime)."""

    game_id: str
    team_id: int
    is_home: bool
    box: BoxScore


@dataclass(frozen=True, slots=True)
class PlayerLineRow:
    """One player's totals in one game that he entered."""

    game_id: str
    player_id: int
    team_id: int
    box: BoxScore


@dataclass(frozen=True, slots=True)
class PlayRow:
    """One event of a game's play-by-play, in the order in which it happened (`number` starts at 1)."""

    game_id: str
    number: int
    period: int
    seconds_left: float
    kind: PlayKind
    description: str
    home_score: int
    away_score: int
    team_id: int | None = None
    player_id: int | None = None
