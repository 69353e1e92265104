"""What is known about a game before it starts: the features, from both teams' last forms and the calendar.

The same function makes training rows and live predictions, so the two cannot drift apart. It sees forms of
earlier dates only and refuses any other; who is injured is unknown here.
"""

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.core.errors import Invalid
from app.features import elo
from app.features.definitions import FEATURES
from app.features.form import REMEMBERED_DAYS, TeamForm
from app.features.ratings import expected_margin

LONGEST_REST_DAYS: Final = 4.0
"""More rest than this helps nobody further."""

_UNKNOWN: Final = math.nan
_PRIOR_GAMES: Final = 10
"""Season win shares start as five wins in ten games and are outweighed by real ones."""


@dataclass(frozen=True, slots=True)
class Matchup:
    """A game to come or to look back on, with the teams' last forms before its date (None: never seen)."""

    home: TeamForm | None
    away: TeamForm | None
    date: dt.date
    season_start_year: int
    neutral_site: bool = False


def matchup_features(matchup: Matchup) -> dict[str, float]:
    """Compute the features of one game, in the order of `FEATURES`; NaN where a team was never seen.

    Raises
    ------
    Invalid
        If a form is not older than the game, or of a later season.
    """
    home = _form_before(matchup.home, matchup)
    away = _form_before(matchup.away, matchup)
    return {
        **_elo_features(home, away, neutral_site=matchup.neutral_site),
        **_form_features(home, away, neutral_site=matchup.neutral_site),
        **_factor_features(home, away),
        **_rest_features(matchup),
        "neutral_site": float(matchup.neutral_site),
    }


def feature_matrix(matchups: Iterable[Matchup]) -> NDArray[np.float64]:
    """Stack the features of many games.

    Returns
    -------
    ndarray of float64, shape (n_games, n_features)
        Columns as in `FEATURES`; NaN where a team was never seen.
    """
    rows = [tuple(matchup_features(matchup).values()) for matchup in matchups]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(FEATURES))


def _form_before(form: TeamForm | None, matchup: Matchup) -> TeamForm | None:
    if form is None:
        return None
    if form.date >= matchup.date or form.season_start_year > matchup.season_start_year:
        raise Invalid(
            f"features of a game on {matchup.date} were asked for with the form of team {form.team_id} "
            f"after {form.game_id} of {form.date}: only earlier games may be known"
        )
    return form.at_season(matchup.season_start_year)


def _elo_features(home: TeamForm | None, away: TeamForm | None, *, neutral_site: bool) -> dict[str, float]:
    difference = elo.rating_difference(
        elo.INITIAL_RATING if home is None else home.elo,
        elo.INITIAL_RATING if away is None else away.elo,
        neutral_site=neutral_site,
    )
    return {"elo_home_win_probability": elo.win_probability(difference), "elo_difference": difference}


def _form_features(home: TeamForm | None, away: TeamForm | None, *, neutral_site: bool) -> dict[str, float]:
    court = _UNKNOWN if home is None else home.strength.home_court
    margin = wins = recent = _UNKNOWN
    if home is not None and away is not None:
        latest = max(home, away, key=lambda form: (form.date, form.game_id))
        margin = expected_margin(home.strength, away.strength, latest.levels, neutral_site=neutral_site)
        wins = _win_share(home) - _win_share(away)
        recent = home.recent_margin - away.recent_margin
    return {
        "expected_margin": margin,
        "home_court": 0.0 if neutral_site else court,
        "win_share_difference": wins,
        "recent_margin_difference": recent,
    }


def _factor_features(home: TeamForm | None, away: TeamForm | None) -> dict[str, float]:
    ours = None if home is None else home.factors
    theirs = None if away is None else away.factors
    difference = None if ours is None or theirs is None else ours.plus(theirs.scaled(-1.0))
    return {
        "net_effective_field_goal_difference": (
            _UNKNOWN if difference is None else difference.effective_field_goal
        ),
        "net_turnover_difference": _UNKNOWN if difference is None else difference.turnover,
        "net_offensive_rebound_difference": _UNKNOWN if difference is None else difference.offensive_rebound,
        "net_free_throw_difference": _UNKNOWN if difference is None else difference.free_throw,
    }


def _rest_features(matchup: Matchup) -> dict[str, float]:
    home_rest, away_rest = _rest_days(matchup.home, matchup.date), _rest_days(matchup.away, matchup.date)
    return {
        "home_rest_days": home_rest,
        "away_rest_days": away_rest,
        "home_back_to_back": _UNKNOWN if math.isnan(home_rest) else float(home_rest == 1),
        "away_back_to_back": _UNKNOWN if math.isnan(away_rest) else float(away_rest == 1),
        "home_games_last_7_days": _games_in_week_before(matchup.home, matchup.date),
        "away_games_last_7_days": _games_in_week_before(matchup.away, matchup.date),
    }


def _rest_days(form: TeamForm | None, date: dt.date) -> float:
    return _UNKNOWN if form is None else min(float((date - form.date).days), LONGEST_REST_DAYS)


def _games_in_week_before(form: TeamForm | None, date: dt.date) -> float:
    if form is None:
        return _UNKNOWN
    return float(sum((date - day).days <= REMEMBERED_DAYS for day in form.recent_dates))


def _win_share(form: TeamForm) -> float:
    return (form.wins + _PRIOR_GAMES / 2) / (form.games_played + _PRIOR_GAMES)
