"""A team's form as plain JSON and back, exactly: what the table of forms keeps beside its own columns.

Every number that advance() needs is in it, so a pass over the games can go on from stored rows.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from app.features.form import NetFactors, TeamForm
from app.features.ratings import LeagueLevels, Strength


def form_state(form: TeamForm) -> dict[str, Any]:
    """Give all of a form but team, game, date, season and Elo, as JSON; floats survive exactly."""
    factors, strength, levels = form.factors, form.strength, form.levels
    return {
        "games_played": form.games_played,
        "wins": form.wins,
        "recent_margin": form.recent_margin,
        "strength": {
            "offence": strength.offence,
            "defence": strength.defence,
            "home_court": strength.home_court,
        },
        "factors": None
        if factors is None
        else {
            "effective_field_goal": factors.effective_field_goal,
            "turnover": factors.turnover,
            "offensive_rebound": factors.offensive_rebound,
            "free_throw": factors.free_throw,
        },
        "recent_dates": [day.isoformat() for day in form.recent_dates],
        "levels": {
            "home_advantage": levels.home_advantage,
            "efficiency": levels.efficiency,
            "pace": levels.pace,
            "three_point_share": levels.three_point_share,
        },
    }


def restore_form(  # noqa: PLR0913 - the columns of one row
    *,
    team_id: int,
    game_id: str,
    date: dt.date,
    season_start_year: int,
    elo: float,
    state: Mapping[str, Any],
) -> TeamForm:
    """Build the form from the columns of its row and its state; raises KeyError if the state is not one."""
    factors = state["factors"]
    return TeamForm(
        team_id=team_id,
        game_id=game_id,
        date=date,
        season_start_year=season_start_year,
        elo=elo,
        games_played=state["games_played"],
        wins=state["wins"],
        recent_margin=state["recent_margin"],
        strength=Strength(**state["strength"]),
        factors=None if factors is None else NetFactors(**factors),
        recent_dates=tuple(dt.date.fromisoformat(day) for day in state["recent_dates"]),
        levels=LeagueLevels(**state["levels"]),
    )
