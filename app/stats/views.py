"""What readings of the league return: frozen values under the names of the field, nothing to load later."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.core.runs import RunState
from app.stats.rows import BoxScore, GameStatus, Origin, PlayKind, SeasonType
from app.stats.season import season_label

SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class TeamView:
    """A franchise; conference and division are today's, None for one that is no more."""

    id: int
    abbreviation: str
    name: str
    conference: str | None
    division: str | None


@dataclass(frozen=True, slots=True)
class PlayerView:
    """A person who is or was on a roster; `is_active` is None where nobody said."""

    id: int
    full_name: str
    is_active: bool | None


@dataclass(frozen=True, slots=True)
class SeasonView:
    """A season of which there are games."""

    start_year: int

    @property
    def label(self) -> str:
        """The season as the league writes it: "2023-24"."""
        return season_label(self.start_year)


@dataclass(frozen=True, slots=True)
class GameView:
    """One game; `source_file_id` is the source whose statement stands."""

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
    origin: Origin
    source_file_id: UUID | None


@dataclass(frozen=True, slots=True)
class LineView(BoxScore):
    """Totals of one side or one player, with the game."""

    game_id: str
    team_id: int
    source_file_id: UUID | None

    @property
    def minutes(self) -> float | None:
        """Minutes on the floor."""
        return None if self.seconds is None else self.seconds / SECONDS_PER_MINUTE


@dataclass(frozen=True, slots=True)
class TeamLineView(LineView):
    """One team's totals in one game; `seconds` counts all five positions."""

    is_home: bool


@dataclass(frozen=True, slots=True)
class PlayerLineView(LineView):
    """One player's totals in one game that he entered."""

    player_id: int
    game_date: dt.date


@dataclass(frozen=True, slots=True)
class PlayView:
    """One event of a game; `seconds_left` in the period."""

    game_id: str
    number: int
    period: int
    seconds_left: float
    kind: PlayKind
    description: str
    home_score: int
    away_score: int
    team_id: int | None
    player_id: int | None


@dataclass(frozen=True, slots=True)
class StandingView:
    """A team's place in its conference.

    `win_pct` is within [0, 1], `games_behind` counts from the conference's leader, `conference_rank` starts
    at 1, `streak` is "W3" after three wins in a row.
    """

    season_start_year: int
    team_id: int
    conference: str | None
    wins: int
    losses: int
    win_pct: float
    games_behind: float
    conference_rank: int
    streak: str
    origin: Origin


class LeaderMetric(StrEnum):
    """What players are ranked by."""

    POINTS = "points"
    REBOUNDS = "rebounds"
    ASSISTS = "assists"
    STEALS = "steals"
    BLOCKS = "blocks"
    TURNOVERS = "turnovers"
    THREE_POINTERS_MADE = "three_pointers_made"
    MINUTES = "minutes"


class PerMode(StrEnum):
    """What a sum is divided by: nothing, games, or 36 minutes on the floor."""

    TOTALS = "TOTALS"
    PER_GAME = "PER_GAME"
    PER_36 = "PER_36"


@dataclass(frozen=True, slots=True)
class LeaderView:
    """A player's place in a ranking; equal values share a rank.

    `team_id` is the team for which he played last in that part of the season.
    """

    season_start_year: int
    rank: int
    player_id: int
    team_id: int
    games: int
    value: float
    origin: Origin


@dataclass(frozen=True, slots=True)
class SourceFileView:
    """A file or response that was read, and what came of its rows."""

    id: UUID
    digest: str
    name: str
    format: str
    state: str
    rows_read: int
    rows_stored: int
    rows_superseded: int
    rows_duplicate: int
    rows_quarantined: int
    first_changed_date: dt.date | None
    last_changed_date: dt.date | None
    started_at: dt.datetime
    finished_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class QuarantinedRowView:
    """A row that was refused, with the rule that it broke, as it came."""

    id: UUID
    source_file_id: UUID
    line_number: int
    rule: str
    detail: str
    raw: Mapping[str, str]
    game_id: str | None


@dataclass(frozen=True, slots=True)
class ReplayView:
    """A run that tells a finished game again, at `speed` times the pace of its clock."""

    id: UUID
    game_id: str
    speed: float
    state: RunState
    created_at: dt.datetime
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    failure_message: str | None
