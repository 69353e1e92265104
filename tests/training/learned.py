"""Games as the arrays that a template learns from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from app.features.games import PlayedGame
from app.features.matchup import feature_matrix
from app.stats.rows import SeasonType
from app.training.evaluation import Floats
from tests.features.made import matchups


@dataclass(frozen=True, slots=True)
class LearnedGames:
    """Features, outcomes and season of regular-season games, in order."""

    features: Floats
    outcomes: Floats
    seasons: NDArray[np.int64]

    @classmethod
    def of(cls, games: Sequence[PlayedGame]) -> Self:
        """Roll all games and keep those of regular seasons."""
        kept = np.array([game.season_type is SeasonType.REGULAR_SEASON for game in games])
        outcomes = np.array([float(game.home_margin > 0) for game in games])
        seasons = np.array([game.season_start_year for game in games], dtype=np.int64)
        return cls(feature_matrix(matchups(games))[kept], outcomes[kept], seasons[kept])

    def before(self, start_year: int) -> "LearnedGames":
        """Only earlier seasons."""
        return self._where(self.seasons < start_year)

    def only(self, start_year: int) -> "LearnedGames":
        """One season."""
        return self._where(self.seasons == start_year)

    def _where(self, kept: NDArray[np.bool_]) -> "LearnedGames":
        return LearnedGames(self.features[kept], self.outcomes[kept], self.seasons[kept])
