import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.image import imread
from scipy.stats import binomtest

from app.training.evaluation import Comparison, compare
from app.training.reliability_picture import (
    BASELINE_COLOUR,
    MODEL_COLOUR,
    draw_reliability,
    wilson_interval,
)


@pytest.fixture
def comparison() -> Comparison:
    random = np.random.default_rng(4)
    truth = random.uniform(0.1, 0.9, 500)
    outcomes = (random.uniform(size=500) < truth).astype(np.float64)
    return compare(truth, np.clip(truth + 0.1, 0, 1), outcomes, seed=0)


def draw(comparison: Comparison) -> bytes:
    return draw_reliability(comparison, title="A season", model_name="model", baseline_name="Elo")


def pixels_of(picture: bytes, colour: str) -> int:
    wanted = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    image = imread(io.BytesIO(picture), format="png")
    return int((np.abs(image[..., :3] - wanted) < 0.01).all(axis=-1).sum())


def test_both_sides_are_drawn_in_their_colours(comparison: Comparison) -> None:
    picture = draw(comparison)

    assert picture.startswith(b"\x89PNG")
    assert pixels_of(picture, MODEL_COLOUR) > 1_000
    assert pixels_of(picture, BASELINE_COLOUR) > 1_000


def test_the_same_comparison_gives_the_same_bytes(comparison: Comparison) -> None:
    assert draw(comparison) == draw(comparison)


def test_predictions_that_are_all_alike_can_be_drawn() -> None:
    constant = np.full(40, 0.6)

    picture = draw(compare(constant, constant, np.tile([1.0, 0.0], 20), seed=0))

    assert picture.startswith(b"\x89PNG")


@given(st.integers(1, 500), st.data())
def test_scipy_comes_to_the_same_interval(games: int, data: st.DataObject) -> None:
    wins = data.draw(st.integers(0, games))

    found = wilson_interval(wins / games, games)

    expected = binomtest(wins, games).proportion_ci(confidence_level=0.95, method="wilson")
    assert found == pytest.approx((expected.low, expected.high), abs=1e-6)
