"""How long the pure parts of the model take: `.venv/bin/python benchmarks/model.py [DATA]`.

Processor seconds of one run each, on a simulated league or on the team logs below DATA.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.features.form import roll_forms
from app.features.matchup import feature_matrix
from app.training.win_probability import fit, predict
from app.training.win_probability_params import WinProbabilityParams
from tests.features.made import matchups, real_games, simulated_games

T = TypeVar("T")
REPEATS = 1_000


def timed(name: str, work: Callable[[], T]) -> T:
    """Do the work, print how long the processor was at it, and return what it found."""
    began = time.process_time()
    found = work()
    print(f"{name:<38} {time.process_time() - began:8.3f} s")
    return found


def main() -> None:
    """Roll the forms, make the matrix, fit, predict."""
    games = real_games(Path(sys.argv[1]), 1996) if len(sys.argv) > 1 else simulated_games(seasons=10)
    forms = timed(f"roll {len(games):,} games", lambda: list(roll_forms(games)))
    print(f"{len(forms):,} forms")
    asked = list(matchups(games))
    features = timed(f"matrix of {len(asked):,} rows", lambda: feature_matrix(asked))
    outcomes = np.array([float(game.home_margin > 0) for game in games])
    seasons = np.array([game.season_start_year for game in games], dtype=np.int64)
    model = timed(
        "fit, with its walk through the seasons",
        lambda: fit(
            features, outcomes, seasons=seasons, params=WinProbabilityParams(), seed=0, report=lambda *_: None
        ),
    )
    timed(f"predict {REPEATS:,} single rows", lambda: [predict(model, features[:1]) for _ in range(REPEATS)])
    timed(f"predict {len(features):,} rows at once", lambda: predict(model, features))


main()
