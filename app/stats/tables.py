"""Tables of the league: shared by all workspaces, keyed by the league's own identifiers."""

import datetime as dt
import uuid

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

from app.core.columns import Identified, Instant, Json, created_now, instant, json_object


def _league_id(*, primary_key: bool = False, foreign_key: str | None = None) -> int:
    found: int = Field(
        sa_type=BigInteger,
        primary_key=primary_key,
        foreign_key=foreign_key,
        sa_column_kwargs={"autoincrement": False},
    )
    return found


class Team(SQLModel, table=True):
    """A franchise, under the id that it kept through every move."""

    __tablename__ = "team"
    id: int = _league_id(primary_key=True)
    abbreviation: str = Field(index=True)
    name: str
    conference: str | None = None
    division: str | None = None


class Player(SQLModel, table=True):
    """A person who is or was on a roster."""

    __tablename__ = "player"
    id: int = _league_id(primary_key=True)
    full_name: str
    folded_name: str = Field(sa_type=String(collation="C"))
    """The name without diacritics and case, to be searched and sorted by."""
    is_active: bool | None = None
    __table_args__ = (Index("ix_player_folded_name", "folded_name", "id"),)


class SourceFile(Identified, table=True):
    """A file (or response) that was read: what it was, what came of each of its rows."""

    __tablename__ = "source_file"
    digest: str = Field(unique=True)
    name: str
    format: str
    state: str
    """LOADED, or INCOMPLETE while games that it speaks of are unknown."""
    rows_read: int = 0
    rows_stored: int = 0
    rows_superseded: int = 0
    rows_duplicate: int = 0
    rows_quarantined: int = 0
    first_changed_date: dt.date | None = None
    last_changed_date: dt.date | None = None
    """Between these days lie the games whose result or team lines it changed."""
    started_at: Instant = created_now()
    finished_at: Instant | None = instant()


class QuarantinedRow(Identified, table=True):
    """A row that broke a rule: kept as it came, seen by everyone, used by nothing."""

    __tablename__ = "quarantined_row"
    source_file_id: uuid.UUID = Field(foreign_key="source_file.id", index=True)
    line_number: int
    rule: str = Field(index=True)
    detail: str
    raw: Json = json_object()
    game_id: str | None = Field(default=None, sa_type=String(10), index=True)
    """The game that the row speaks of, where it can be told."""


class Game(SQLModel, table=True):
    """One game of the league, real or simulated; `origin` says which."""

    __tablename__ = "game"
    id: str = Field(sa_type=String(10), primary_key=True)
    season_start_year: int
    season_type: str
    date: dt.date
    status: str
    home_team_id: int = _league_id(foreign_key="team.id")
    away_team_id: int = _league_id(foreign_key="team.id")
    neutral_site: bool
    home_score: int | None = None
    away_score: int | None = None
    origin: str
    trust: int
    source_file_id: uuid.UUID | None = Field(default=None, foreign_key="source_file.id")
    __table_args__ = (
        CheckConstraint("origin in ('REAL', 'SIMULATED')", name="game_origin_known"),
        CheckConstraint("home_team_id <> away_team_id", name="game_has_two_teams"),
        UniqueConstraint("id", "date"),  # lines repeat the date, and this keeps them true to it
        Index("ix_game_date_id", "date", "id"),
        Index("ix_game_season_date", "season_start_year", "date", "id"),
        Index("ix_game_home_date", "home_team_id", "date", "id"),
        Index("ix_game_away_date", "away_team_id", "date", "id"),
    )


class _Counts(SQLModel):
    seconds: int | None = None
    points: int | None = None
    field_goals_made: int | None = None
    field_goals_attempted: int | None = None
    three_pointers_made: int | None = None
    three_pointers_attempted: int | None = None
    free_throws_made: int | None = None
    free_throws_attempted: int | None = None
    offensive_rebounds: int | None = None
    defensive_rebounds: int | None = None
    rebounds: int | None = None
    assists: int | None = None
    steals: int | None = None
    blocks: int | None = None
    turnovers: int | None = None
    personal_fouls: int | None = None
    plus_minus: float | None = None
    trust: int
    source_file_id: uuid.UUID | None = Field(default=None, foreign_key="source_file.id")


class TeamLine(_Counts, table=True):
    """One team's totals in one game."""

    __tablename__ = "team_line"
    game_id: str = Field(sa_type=String(10), foreign_key="game.id", primary_key=True)
    team_id: int = _league_id(primary_key=True, foreign_key="team.id")
    is_home: bool


class PlayerLine(_Counts, table=True):
    """One player's totals in one game that he entered.

    The date is the game's, and held to it by the foreign key: a player's log is one walk along an index.
    """

    __tablename__ = "player_line"
    game_id: str = Field(sa_type=String(10), primary_key=True)
    player_id: int = _league_id(primary_key=True, foreign_key="player.id")
    team_id: int = _league_id(foreign_key="team.id")
    game_date: dt.date
    __table_args__ = (
        ForeignKeyConstraint(["game_id", "game_date"], ["game.id", "game.date"], onupdate="CASCADE"),
        Index("ix_player_line_log", "player_id", "game_date", "game_id"),
    )


class Play(SQLModel, table=True):
    """One event of a game's play-by-play."""

    __tablename__ = "play"
    game_id: str = Field(sa_type=String(10), foreign_key="game.id", primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    period: int
    seconds_left: float
    kind: str
    description: str
    home_score: int
    away_score: int
    team_id: int | None = Field(default=None, sa_type=BigInteger)
    player_id: int | None = Field(default=None, sa_type=BigInteger)
    trust: int
    source_file_id: uuid.UUID | None = Field(default=None, foreign_key="source_file.id")


class SeasonTotals(SQLModel, table=True):
    """A player's sums over one part of a season, kept up to date by ingestion: leaders are read from here.

    Where a season has real games, only they count.
    """

    __tablename__ = "season_totals"
    season_start_year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    season_type: str = Field(primary_key=True)
    player_id: int = _league_id(primary_key=True, foreign_key="player.id")
    team_id: int = _league_id(foreign_key="team.id")
    """The team for which he played last."""
    origin: str
    games: int
    seconds: int
    points: int
    rebounds: int
    assists: int
    steals: int
    blocks: int
    turnovers: int
    three_pointers_made: int
