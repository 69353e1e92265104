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
from app.features.form import REMEMBERED_DAYS, TeamForm
from app.features.ratings import expected_margin

LONGEST_REST_DAYS: Final = 4.0
"""More rest than this helps nobody further."""

_PRIOR_GAMES: Final = 10
"""Season win shares start as five wins in ten games and are outweighed by real ones."""


@dataclass(frozen=True, slots=True)
class FeatureDefinition:
    """A column of the feature matrix: what it says, how it is made, its numpy dtype and its unit."""

    name: str
    description: str
    transformation: str
    unit: str
    dtype: str = "float64"


@dataclass(frozen=True, slots=True)
class Matchup:
    """A game to come or to look back on, with the teams' last forms before its date (None: never seen)."""

    home: TeamForm | None
    away: TeamForm | None
    date: dt.date
    season_start_year: int
    neutral_site: bool = False


# the columns of the feature matrix, in this order
FEATURES: Final[tuple[FeatureDefinition, ...]] = (
    FeatureDefinition(
        "elo_home_win_probability",
        "Win probability of the home side by FiveThirtyEight's Elo: the baseline.",
        "1 / (1 + 10 ** (-elo_difference / 400)); a team never seen stands at 1300",
        "probability",
    ),
    FeatureDefinition(
        "elo_difference",
        "Lead of the home side in Elo points, home court included.",
        "home Elo - away Elo + 100 (0 at a neutral site); three quarters carried into a new season",
        "Elo points",
    ),
    FeatureDefinition(
        "expected_margin",
        "Lead of the home side by opponent-adjusted offence and defence, part of shooting luck taken out.",
        "home net rating - away net rating + the league's home advantage (0 at a neutral site)",
        "points per 100 possessions",
    ),
    FeatureDefinition(
        "home_court",
        "What the home side's own court has added to the league's home advantage.",
        "exponentially weighted surprise of its home games, step 0.01; 0 at a neutral site",
        "points per 100 possessions",
    ),
    FeatureDefinition(
        "win_share_difference",
        "Lead of the home side in the season's share of wins.",
        "(wins + 5) / (games + 10), home - away",
        "share of games",
    ),
    FeatureDefinition(
        "recent_margin_difference",
        "Lead of the home side in the margin of its latest games.",
        "exponentially weighted margin of the season, step 0.12, home - away",
        "points",
    ),
    FeatureDefinition(
        "net_effective_field_goal_difference",
        "Lead of the home side in shooting.",
        "own less opponents' effective field goal share, exponentially weighted, step 0.04, home - away",
        "share of attempts",
    ),
    FeatureDefinition(
        "net_turnover_difference",
        "How much more than the away side the home side loses the ball, each beside its opponents.",
        "own less opponents' turnovers per possession, exponentially weighted, step 0.04, home - away",
        "share of possessions",
    ),
    FeatureDefinition(
        "net_offensive_rebound_difference",
        "Lead of the home side in second chances.",
        "own less opponents' offensive rebound share, exponentially weighted, step 0.04, home - away",
        "share of rebounds",
    ),
    FeatureDefinition(
        "net_free_throw_difference",
        "Lead of the home side in free throws.",
        "own less opponents' free throws made per field goal attempt, exponentially weighted, step 0.04, "
        "home - away",
        "free throws per attempt",
    ),
    FeatureDefinition(
        "home_rest_days",
        "Days since the home side's last game.",
        "date - date of the last game, at most 4",
        "days",
    ),
    FeatureDefinition(
        "away_rest_days",
        "Days since the away side's last game.",
        "date - date of the last game, at most 4",
        "days",
    ),
    FeatureDefinition(
        "home_back_to_back", "Whether the home side also played the day before.", "1 if so, else 0", "flag"
    ),
    FeatureDefinition(
        "away_back_to_back", "Whether the away side also played the day before.", "1 if so, else 0", "flag"
    ),
    FeatureDefinition(
        "home_games_last_7_days", "Games of the home side in the seven days before.", "count", "games"
    ),
    FeatureDefinition(
        "away_games_last_7_days", "Games of the away side in the seven days before.", "count", "games"
    ),
    FeatureDefinition(
        "neutral_site", "Whether neither side plays on its own court.", "1 if so, else 0", "flag"
    ),
)
FEATURE_NAMES: Final[tuple[str, ...]] = tuple(feature.name for feature in FEATURES)
BASELINE_FEATURE: Final = "elo_home_win_probability"

_UNKNOWN: Final = math.nan


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
