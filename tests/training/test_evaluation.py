import math
from dataclasses import astuple
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, brier_score_loss
from sklearn.metrics import log_loss as sklearn_log_loss

from app.core.errors import Invalid
from app.training.evaluation import (
    Floats,
    calibration_bins,
    calibration_error,
    compare,
    log_losses,
    paired_bootstrap,
    score,
)

predictions = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 1.0])), min_size=1, max_size=60)


def arrays(pairs: list[tuple[float, float]]) -> tuple[Floats, Floats]:
    found = np.array(pairs, dtype=np.float64)
    return found[:, 0], found[:, 1]


def test_a_coin_toss_scores_as_a_coin_toss() -> None:
    found = score(np.array([0.5, 0.5]), np.array([1.0, 0.0]))

    assert (found.accuracy, found.brier_score, found.calibration_error) == (0.5, 0.25, 0.5)
    assert found.log_loss == pytest.approx(math.log(2))


def test_being_sure_and_wrong_costs_much_but_not_everything() -> None:
    losses = log_losses(np.array([0.0, 1.0]), np.array([1.0, 1.0]))

    assert losses == pytest.approx([-math.log(1e-15), 1e-15])


@given(predictions)
def test_scikit_learn_comes_to_the_same_scores(pairs: list[tuple[float, float]]) -> None:
    probabilities, outcomes = arrays(pairs)

    found = score(probabilities, outcomes)

    clipped = np.clip(probabilities, 1e-15, 1 - 1e-15)
    assert found.log_loss == pytest.approx(sklearn_log_loss(outcomes, clipped, labels=[0, 1]), abs=1e-9)
    assert found.brier_score == pytest.approx(
        brier_score_loss(outcomes, probabilities, labels=[0, 1], pos_label=1), abs=1e-12
    )
    assert found.accuracy == pytest.approx(accuracy_score(outcomes, probabilities >= 0.5))


@given(predictions, st.randoms(use_true_random=False))
def test_the_order_of_games_does_not_matter(pairs: list[tuple[float, float]], random: object) -> None:
    shuffled = list(pairs)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    one, other = score(*arrays(pairs)), score(*arrays(shuffled))

    assert one.log_loss == pytest.approx(other.log_loss)
    assert one.calibration_error == pytest.approx(other.calibration_error, abs=1e-12)


@given(predictions, st.integers(1, 12))
def test_bins_hold_every_game_once_in_rising_order(pairs: list[tuple[float, float]], bins: int) -> None:
    found = calibration_bins(*arrays(pairs), bins=bins)

    counts = [one.games for one in found]
    assert sum(counts) == len(pairs)
    assert max(counts) - min(counts) <= 1
    assert all(one.highest <= after.lowest for one, after in pairwise(found))
    assert 0 <= calibration_error(found) <= 1


def test_bins_say_what_was_predicted_and_what_happened() -> None:
    probabilities = np.array([0.9, 0.2, 0.4, 0.7])
    outcomes = np.array([1.0, 0.0, 1.0, 0.0])

    found = calibration_bins(probabilities, outcomes, bins=2)

    low, high = found
    assert astuple(low) == pytest.approx((0.2, 0.4, 0.3, 0.5, 2))
    assert astuple(high) == pytest.approx((0.7, 0.9, 0.8, 0.5, 2))
    assert calibration_error(found) == pytest.approx((0.2 + 0.3) / 2)


@pytest.mark.parametrize(
    ("probabilities", "outcomes"),
    [([], []), ([0.5], [1.0, 0.0]), ([1.1], [1.0]), ([math.nan], [1.0]), ([0.5], [0.5]), ([[0.5]], [[1.0]])],
)
def test_what_cannot_be_scored_is_refused(probabilities: list[float], outcomes: list[float]) -> None:
    with pytest.raises(Invalid):
        score(np.array(probabilities), np.array(outcomes))


def test_no_bins_are_refused() -> None:
    with pytest.raises(Invalid, match="at least 1"):
        calibration_bins(np.array([0.5]), np.array([1.0]), bins=0)


def test_a_bootstrap_holds_the_mean_and_repeats_with_its_seed() -> None:
    gaps = np.random.default_rng(1).normal(0.3, 1.0, 400)

    found = paired_bootstrap(gaps, seed=5)

    assert found.estimate == pytest.approx(gaps.mean())
    assert found == paired_bootstrap(gaps, seed=5)
    assert found != paired_bootstrap(gaps, seed=6)
    half_width = 1.96 * gaps.std() / math.sqrt(400)  # the normal approximation, good at this size
    assert found.lower == pytest.approx(gaps.mean() - half_width, abs=0.01)
    assert found.upper == pytest.approx(gaps.mean() + half_width, abs=0.01)


def test_a_bootstrap_of_95_percent_misses_about_one_in_twenty() -> None:
    random = np.random.default_rng(2)

    held = [
        one.lower <= 0.0 <= one.upper
        for one in (
            paired_bootstrap(random.normal(0.0, 1.0, 100), seed=seed, resamples=200) for seed in range(300)
        )
    ]

    assert 0.90 <= np.mean(held) <= 0.98


@pytest.mark.parametrize("changed", [{"resamples": 0}, {"confidence": 1.0}, {"confidence": 0.0}])
def test_a_bootstrap_out_of_range_is_refused(changed: dict[str, float]) -> None:
    with pytest.raises(Invalid, match="bootstrap"):
        paired_bootstrap(np.ones(3), seed=0, **changed)  # type: ignore[arg-type]


def test_a_bootstrap_of_nothing_is_refused() -> None:
    with pytest.raises(Invalid, match="bootstrap"):
        paired_bootstrap(np.array([]), seed=0)


def test_a_better_model_is_told_from_its_baseline_on_the_same_games() -> None:
    random = np.random.default_rng(3)
    truth = random.uniform(0.1, 0.9, 2_000)
    outcomes = (random.uniform(size=2_000) < truth).astype(np.float64)

    found = compare(truth, np.full(2_000, 0.6), outcomes, seed=0)

    assert found.games == 2_000
    assert found.log_loss_gap.upper < 0
    assert found.brier_score_gap.upper < 0
    assert found.accuracy_gap.lower > 0
    assert found.log_loss_gap.estimate == pytest.approx(found.model.log_loss - found.baseline.log_loss)
    assert found.model.calibration_error < 0.05 < found.baseline.calibration_error + 0.05


def test_a_model_compared_with_itself_shows_no_gap() -> None:
    probabilities, outcomes = np.array([0.3, 0.8, 0.6]), np.array([0.0, 1.0, 0.0])

    found = compare(probabilities, probabilities, outcomes, seed=0)

    assert (found.log_loss_gap.lower, found.log_loss_gap.upper) == (0.0, 0.0)
