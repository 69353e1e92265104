"""A team's form as one row of typed columns and back, exactly; no SQL but the columns' names."""

from collections.abc import Sequence
from typing import Any, Final

from app.features.form import NetFactors, TeamForm
from app.features.ratings import LeagueLevels, Strength

COLUMNS: Final = (
    "team_id", "game_id", "date", "season_start_year", "elo", "games_played", "wins", "recent_margin",
    "offence", "defence", "home_court", "net_effective_field_goal", "net_turnover", "net_offensive_rebound",
    "net_free_throw", "recent_dates", "league_home_advantage", "league_efficiency", "league_pace",
    "league_three_point_share",
)  # fmt: skip


def record_of(form: TeamForm) -> tuple[Any, ...]:
    """Give a form as values in the order of `COLUMNS`."""
    strength, factors, levels = form.strength, form.factors, form.levels
    return (
        form.team_id,
        form.game_id,
        form.date,
        form.season_start_year,
        form.elo,
        form.games_played,
        form.wins,
        form.recent_margin,
        strength.offence,
        strength.defence,
        strength.home_court,
        None if factors is None else factors.effective_field_goal,
        None if factors is None else factors.turnover,
        None if factors is None else factors.offensive_rebound,
        None if factors is None else factors.free_throw,
        form.recent_dates,
        levels.home_advantage,
        levels.efficiency,
        levels.pace,
        levels.three_point_share,
    )


def form_of(record: Sequence[Any]) -> TeamForm:
    """Build the form from values in the order of `COLUMNS`."""
    team_id, game_id, date, season_start_year, elo, games_played, wins, recent_margin, *rest = record
    strength, factors, (recent_dates,), levels = rest[:3], rest[3:7], rest[7:8], rest[8:]
    return TeamForm(
        team_id=team_id,
        game_id=game_id,
        date=date,
        season_start_year=season_start_year,
        elo=elo,
        games_played=games_played,
        wins=wins,
        recent_margin=recent_margin,
        strength=Strength(*strength),
        factors=None if factors[0] is None else NetFactors(*factors),
        recent_dates=tuple(recent_dates),
        levels=LeagueLevels(*levels),
    )
