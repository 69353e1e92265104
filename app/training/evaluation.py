"""How good are probabilities: accuracy, log loss, Brier score, calibration, and the gap to a baseline.

Formulas on arrays; every one works on games that the model never saw, which only the caller can see to.
All probabilities are of the home side's win, all outcomes 1 for a home win and 0 otherwise.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.core.errors import Invalid

Floats = NDArray[np.float64]

SMALLEST_PROBABILITY: Final = 1e-15
"""Log loss is computed as if no probability were nearer to 0 or 1 than this."""
CALIBRATION_BINS: Final = 10
BOOTSTRAP_RESAMPLES: Final = 2_000


@dataclass(frozen=True, slots=True)
class Metrics:
    """Means over games; accuracy in [0, 1] is better high, the others (log loss in nats) better low."""

    accuracy: float
    log_loss: float
    brier_score: float
    calibration_error: float


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Games of similar probability: the range and mean of what was predicted, the share that came true."""

    lowest: float
    highest: float
    mean_predicted: float
    observed: float
    games: int


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and the bounds that hold it with the asked confidence."""

    estimate: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A model beside a baseline on the same games; each gap is model minus baseline.

    A gap in log loss or Brier score below 0, or in accuracy above 0, speaks for the model.
    """

    games: int
    model: Metrics
    baseline: Metrics
    calibration: tuple[CalibrationBin, ...]
    baseline_calibration: tuple[CalibrationBin, ...]
    accuracy_gap: Interval
    log_loss_gap: Interval
    brier_score_gap: Interval


def score(probabilities: Floats, outcomes: Floats) -> Metrics:
    """Compute all metrics of one set of predictions.

    Parameters
    ----------
    probabilities : ndarray of float64, shape (n_games,)
        In [0, 1], no NaN.
    outcomes : ndarray of float64, shape (n_games,)
        0 or 1.

    Raises
    ------
    Invalid
        If the arrays are empty, of different shape, or hold anything else.

    Examples
    --------
    >>> score(np.array([0.8, 0.4]), np.array([1.0, 0.0]))
    Metrics(accuracy=1.0, log_loss=0.36698..., brier_score=0.1, calibration_error=0.3)
    """
    _require_scorable(probabilities, outcomes)
    return Metrics(
        accuracy=float(_hits(probabilities, outcomes).mean()),
        log_loss=float(log_losses(probabilities, outcomes).mean()),
        brier_score=float(squared_errors(probabilities, outcomes).mean()),
        calibration_error=calibration_error(calibration_bins(probabilities, outcomes)),
    )


def log_losses(probabilities: Floats, outcomes: Floats) -> Floats:
    """Give each game's negative log likelihood in nats, shape (n_games,); at most 34.5 (see the smallest)."""
    bounded = np.clip(probabilities, SMALLEST_PROBABILITY, 1.0 - SMALLEST_PROBABILITY)
    return np.asarray(-np.log(np.where(outcomes == 1.0, bounded, 1.0 - bounded)), dtype=np.float64)


def squared_errors(probabilities: Floats, outcomes: Floats) -> Floats:
    """Give each game's squared error in [0, 1], shape (n_games,); their mean is the Brier score.

    Source: G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather
    Review, 1950, in its usual form for two outcomes (half of Brier's own sum).
    """
    return np.asarray((probabilities - outcomes) ** 2, dtype=np.float64)


def calibration_bins(
    probabilities: Floats, outcomes: Floats, *, bins: int = CALIBRATION_BINS
) -> tuple[CalibrationBin, ...]:
    """Group games by rising probability into bins of equal count (they differ by one game at most).

    Raises
    ------
    Invalid
        If `bins` is below 1, or the arrays are not scorable.
    """
    _require_scorable(probabilities, outcomes)
    if bins < 1:
        raise Invalid(f"calibration bins asked for: {bins}; at least 1 is needed")
    order = np.lexsort(
        (outcomes, probabilities)
    )  # among equal probabilities the order of games must not matter
    groups = np.array_split(order, min(bins, len(order)))
    return tuple(_bin_of(probabilities[group], outcomes[group]) for group in groups)


def calibration_error(bins: tuple[CalibrationBin, ...]) -> float:
    """Give the expected calibration error in [0, 1]: |predicted - observed|, averaged over games.

    Source: M. Naeini, G. Cooper, M. Hauskrecht, "Obtaining well calibrated probabilities using Bayesian
    binning", AAAI 2015; our bins hold equal counts instead of equal widths.
    """
    games = sum(one.games for one in bins)
    return sum(one.games * abs(one.mean_predicted - one.observed) for one in bins) / games


def paired_bootstrap(
    gaps: Floats, *, seed: int, resamples: int = BOOTSTRAP_RESAMPLES, confidence: float = 0.95
) -> Interval:
    """Bound the mean of per-game gaps by drawing games with replacement (percentile method).

    Parameters
    ----------
    gaps : ndarray of float64, shape (n_games,)
        Loss of the model minus loss of the baseline, game by game: the pairs take out how hard a game was.
    seed : int
        The same seed gives the same interval.
    resamples : int
        Draws of n_games games each, at least 1.
    confidence : float
        In (0, 1).

    Raises
    ------
    Invalid
        If there are no gaps, or `confidence` or `resamples` is out of range.
    """
    if gaps.ndim != 1 or len(gaps) == 0 or resamples < 1 or not 0.0 < confidence < 1.0:
        raise Invalid(
            f"bootstrap of gaps of shape {gaps.shape}, {resamples} resamples, confidence {confidence}: "
            "it takes one gap a game, at least one of each, and a confidence between 0 and 1"
        )
    random = np.random.default_rng(seed)
    count = len(gaps)
    means = np.array([gaps[random.integers(0, count, count)].mean() for _ in range(resamples)])
    tail = (1.0 - confidence) / 2
    lower, upper = np.quantile(means, [tail, 1.0 - tail])
    return Interval(estimate=float(gaps.mean()), lower=float(lower), upper=float(upper))


def compare(probabilities: Floats, baseline: Floats, outcomes: Floats, *, seed: int) -> Comparison:
    """Score a model and a baseline on the same games, with 95 % intervals of the gaps between them.

    Parameters
    ----------
    probabilities, baseline : ndarray of float64, shape (n_games,)
        Predictions of the model and of the baseline for the same games in the same order.
    outcomes : ndarray of float64, shape (n_games,)
        0 or 1.
    seed : int
        Seed of the bootstrap.

    Raises
    ------
    Invalid
        If the arrays are not scorable.
    """
    model_metrics, baseline_metrics = score(probabilities, outcomes), score(baseline, outcomes)

    def gap(model_values: Floats, baseline_values: Floats) -> Interval:
        return paired_bootstrap(model_values - baseline_values, seed=seed)

    return Comparison(
        games=len(outcomes),
        model=model_metrics,
        baseline=baseline_metrics,
        calibration=calibration_bins(probabilities, outcomes),
        baseline_calibration=calibration_bins(baseline, outcomes),
        accuracy_gap=gap(_hits(probabilities, outcomes), _hits(baseline, outcomes)),
        log_loss_gap=gap(log_losses(probabilities, outcomes), log_losses(baseline, outcomes)),
        brier_score_gap=gap(squared_errors(probabilities, outcomes), squared_errors(baseline, outcomes)),
    )


def _hits(probabilities: Floats, outcomes: Floats) -> Floats:
    # a coin toss counts as a guess for the home side
    guessed_home = probabilities >= 0.5  # noqa: PLR2004 - an even chance
    return np.asarray(guessed_home == (outcomes == 1.0), dtype=np.float64)


def _bin_of(probabilities: Floats, outcomes: Floats) -> CalibrationBin:
    return CalibrationBin(
        lowest=float(probabilities.min()),
        highest=float(probabilities.max()),
        mean_predicted=float(probabilities.mean()),
        observed=float(outcomes.mean()),
        games=len(probabilities),
    )


def _require_scorable(probabilities: Floats, outcomes: Floats) -> None:
    if probabilities.ndim != 1 or probabilities.shape != outcomes.shape or len(probabilities) == 0:
        raise Invalid(
            f"predictions of shape {probabilities.shape} for outcomes of shape {outcomes.shape}: "
            "one of each is needed for every game, and at least one game"
        )
    if not bool(np.all((probabilities >= 0.0) & (probabilities <= 1.0))):
        raise Invalid("a prediction lies outside of [0, 1] or is NaN")
    if not bool(np.all((outcomes == 0.0) | (outcomes == 1.0))):
        raise Invalid("an outcome is neither 0 nor 1")
