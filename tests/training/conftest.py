"""A league that was played once for all tests of this folder."""

import pytest

from tests.features.made import simulated_games
from tests.training.learned import LearnedGames


@pytest.fixture(scope="session")
def three_seasons() -> LearnedGames:
    """Simulated seasons 2018-19 to 2020-21."""
    return LearnedGames.of(simulated_games(seasons=3))
