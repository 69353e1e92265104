"""Tables of features: the views that are declared, and the form of every team after every game."""

import datetime as dt

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlmodel import Field, SQLModel

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
    """How a team stood after one of its games; what is known before a game is the row before it."""

    __tablename__ = "team_form"
    team_id: int = Field(
        sa_type=BigInteger, foreign_key="team.id", primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    game_id: str = Field(sa_type=String(10), foreign_key="game.id", primary_key=True)  # type: ignore[call-overload]
    date: dt.date
    season_start_year: int
    elo: float
    state: Json = json_object()
    __table_args__ = (Index("ix_team_form_team_date", "team_id", "date"),)
