"""The features that a model is given, as data: what each says, how it is made, its unit.

They are the columns of every feature matrix. Nothing is computed here: see matchup.py.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class FeatureDefinition:
    """A column of the feature matrix: what it says, how it is made, its numpy dtype and its unit."""

    name: str
    description: str
    transformation: str
    unit: str
    dtype: str = "float64"


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
"""The columns of the feature matrix, in this order."""
FEATURE_NAMES: Final[tuple[str, ...]] = tuple(feature.name for feature in FEATURES)
BASELINE_FEATURE: Final = "elo_home_win_probability"
