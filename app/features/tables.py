"""Tables of features: the views that are declared, and the form of every team after every game."""

import datetime as dt

from sqlalchemy import BigInteger, Date, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

import app.core.tables
import app.stats.tables  # noqa: F401 - referred to by foreign keys
from app.core.columns import Identified, Instant, Json, WorkspaceOwned, created_now, instant, json_object


class FeatureView(Identified, WorkspaceOwned, table=True):
    """A named, versioned list of features about one entity."""

    __tablename__ = "feature_view"
    name: str
    version: int
    entity: str
    definitions: Json = json_object()
    digest: str
    created_at: Instant = created_now()
    materialized_to: Instant | None = instant()
    __table_args__ = (UniqueConstraint("workspace_id", "name", "version"),)


class TeamForm(SQLModel, table=True):
    """How a team and the league stood after a game of the team; before a game it is the row before it."""

    __tablename__ = "team_form"
    team_id: int = Field(
        sa_type=BigInteger, foreign_key="team.id", primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    game_id: str = Field(sa_type=String(10), foreign_key="game.id", primary_key=True)
    date: dt.date
    season_start_year: int
    elo: float
    games_played: int
    wins: int
    recent_margin: float
    offence: float
    defence: float
    home_court: float
    net_effective_field_goal: float | None = None
    net_turnover: float | None = None
    net_offensive_rebound: float | None = None
    net_free_throw: float | None = None
    recent_dates: list[dt.date] = Field(sa_type=ARRAY(Date), nullable=False)
    league_home_advantage: float
    league_efficiency: float
    league_pace: float
    league_three_point_share: float
    fingerprint: int = Field(sa_type=BigInteger)
    """A hash of the result and the box score that went in: another one means that this row is out of date."""
    __table_args__ = (
        Index("ix_team_form_latest", "team_id", "date", "game_id"),
        Index("ix_team_form_date", "date"),
    )
