"""The rows that a training sees, as one matrix in one file: what was fitted can be fitted again.

Pure but for reading the file; where rows come from is the store's business.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from app.core.errors import Invalid
from app.features.definitions import FEATURE_NAMES
from app.features.matchup import feature_matrix
from app.features.store import PlayedMatchup
from app.stats.rows import Origin, SeasonType
from app.stats.season import season_label
from app.training.artifacts import read_artifact
from app.training.evaluation import Floats

COLUMNS: Final = ("game_id", "season", "is_regular_season", "is_simulated", "home_won", *FEATURE_NAMES)
_KEYS: Final = len(COLUMNS) - len(FEATURE_NAMES)
SUFFIX: Final = ".npy"

ENOUGH_GAMES: Final = 500
"""A season with fewer games of its regular part is not measured on unless it is asked for."""


@dataclass(frozen=True, slots=True)
class TrainingRows:
    """Games in order, as they looked before they began: float64, shape (n_games, len(COLUMNS))."""

    matrix: Floats

    @classmethod
    def of(cls, games: Sequence[PlayedMatchup]) -> Self:
        """Build the rows of games."""
        keys = [
            (
                float(game.game_id),
                float(game.matchup.season_start_year),
                float(game.season_type is SeasonType.REGULAR_SEASON),
                float(game.origin is Origin.SIMULATED),
                float(game.home_won),
            )
            for game in games
        ]
        features = feature_matrix(game.matchup for game in games)
        return cls(np.hstack([np.array(keys, dtype=np.float64).reshape(len(games), _KEYS), features]))

    @classmethod
    def read(cls, path: Path, digest: str) -> Self:
        """Read the rows from a file; raise `Unavailable` or `ArtifactAltered` where it is not there."""
        content = read_artifact(path.parent, path.name, digest)
        return cls(np.load(io.BytesIO(content), allow_pickle=False))

    def content(self) -> bytes:
        """Give the bytes of the file; the same rows give the same bytes."""
        written = io.BytesIO()
        np.save(written, self.matrix, allow_pickle=False)
        return written.getvalue()

    @property
    def features(self) -> Floats:
        """What is known before each game, shape (n_games, n_features)."""
        return self.matrix[:, _KEYS:]

    @property
    def seasons(self) -> NDArray[np.int64]:
        """The start year of each game's season."""
        return self._column("season").astype(np.int64)

    @property
    def outcomes(self) -> Floats:
        """1 where the home side won, else 0."""
        return self._column("home_won")

    @property
    def is_simulated(self) -> bool:
        """Whether any of the games was made up."""
        return bool(self._column("is_simulated").any())

    def __len__(self) -> int:
        return len(self.matrix)

    def before_season(self, start_year: int) -> "TrainingRows":
        """Give the games of all earlier seasons."""
        return TrainingRows(self.matrix[self.seasons < start_year])

    def regular_season(self, start_year: int) -> "TrainingRows":
        """Give the games of one regular season."""
        is_wanted = (self.seasons == start_year) & (self._column("is_regular_season") == 1.0)
        return TrainingRows(self.matrix[is_wanted])

    def _column(self, name: str) -> Floats:
        return self.matrix[:, COLUMNS.index(name)]


def settle_test_season(rows: TrainingRows, asked: int | None) -> int:
    """Give the season to measure on: the one asked for, else the last with enough games.

    Raises `Invalid` where it has no games, or none came before it.
    """
    if asked is None:
        known = [int(season) for season in np.unique(rows.seasons)]
        full = [season for season in known if len(rows.regular_season(season)) >= ENOUGH_GAMES]
        if not full:
            message = (
                f"No regular season has {ENOUGH_GAMES} games to measure a model on: bring in more games."
            )
            raise Invalid(message)
        asked = full[-1]
    earlier, games = len(rows.before_season(asked)), len(rows.regular_season(asked))
    if games == 0 or earlier == 0:
        message = (
            f"The season {season_label(asked)} has {games} games of its regular part, and {earlier} games "
            "came before it: a model is trained on these and measured on those, so both are needed."
        )
        raise Invalid(message)
    return asked


def population_of(rows: TrainingRows, season: int) -> str:
    """Say in words which games a model was measured on."""
    made_up = " (simulated)" if rows.is_simulated else ""
    return f"regular season {season_label(season)}{made_up}"
