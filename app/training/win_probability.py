"""The template "win-probability": a logistic regression on what is known before a game.

It fits season after season as history would have allowed, reports each, then fits once on everything given.
Plain scikit-learn parts only, so that the file of a fitted model needs no code of ours; no storage, no
MLflow.
"""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.core.errors import Invalid
from app.features.definitions import BASELINE_FEATURE, FEATURE_NAMES
from app.training.evaluation import Floats, score
from app.training.win_probability_params import WinProbabilityParams

TEMPLATE: Final = "win-probability"

FEWEST_GAMES: Final = 200
"""Below this many earlier games a season is not scored, and nothing can be fitted."""

TRUSTED_TYPES: Final = ("numpy.dtype",)
"""What a skops file of this template holds beyond the types that skops trusts by itself: data, no code."""

Report = Callable[[str, int, float], None]
"""Takes the name of a metric, a step (the start year of the season that was predicted) and its value."""

_BASELINE: Final = FEATURE_NAMES.index(BASELINE_FEATURE)


def fit(
    features: Floats,
    outcomes: Floats,
    *,
    seasons: NDArray[np.int64],
    params: WinProbabilityParams,
    seed: int,
    report: Report,
) -> Any:  # noqa: ANN401 - scikit-learn publishes no types
    """Fit the template and tell on the way how well it would have predicted each season from earlier ones.

    Parameters
    ----------
    features : ndarray of float64, shape (n_games, n_features)
        Columns as in `app.features.definitions.FEATURES`; NaN where unknown. Only
        games before those to be predicted.
    outcomes : ndarray of float64, shape (n_games,)
        1 for a win of the home side, else 0.
    seasons : ndarray of int64, shape (n_games,)
        Start year of each game's season; games before ``params.first_season`` are left out.
    params : WinProbabilityParams
        Penalty, solver and weights.
    seed : int
        Given to the solver; the same seed and data give the same model.
    report : callable
        Called with (metric, season, value): ``validation_log_loss``, ``validation_brier_score``,
        ``validation_accuracy``, the same of the baseline as ``baseline_...``, and at last ``train_log_loss``.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Median imputation, standardisation, logistic regression; ``predict_proba(x)[:, 1]`` is the home side's
        win probability.

    Raises
    ------
    Invalid
        If the shapes disagree, fewer than 200 games are left, or all of them ended alike.

    Notes
    -----
    The likelihood that logistic regression maximises is the log loss itself: over 2012-13 to 2022-23 its
    probabilities needed no second calibration (slope of the logits 0.96), so none is fitted.
    """
    _require_fitting(features, outcomes, seasons)
    kept = seasons >= params.first_season
    features, outcomes, seasons = features[kept], outcomes[kept], seasons[kept]
    if len(outcomes) < FEWEST_GAMES or len(np.unique(outcomes)) == 1:
        raise Invalid(
            f"training on {len(outcomes)} games since {params.first_season} was asked for; it takes at least "
            f"{FEWEST_GAMES}, won by home and away sides: ingest more games or lower first_season"
        )
    _walk_forward(features, outcomes, seasons, params, seed, report)
    model = _fit_pipeline(features, outcomes, seasons, params, seed)
    last_season = int(seasons.max())
    report("train_log_loss", last_season, score(predict(model, features), outcomes).log_loss)
    return model


def predict(model: Any, features: Floats) -> Floats:  # noqa: ANN401 - scikit-learn publishes no types
    """Give the home side's win probability for each row of features, shape (n_games,)."""
    return np.asarray(model.predict_proba(features)[:, 1], dtype=np.float64)


def _walk_forward(
    features: Floats,
    outcomes: Floats,
    seasons: NDArray[np.int64],
    params: WinProbabilityParams,
    seed: int,
    report: Report,
) -> None:
    """Predict each season from those before it, and report."""
    for season in np.unique(seasons).tolist():
        earlier, now = seasons < season, seasons == season
        if np.count_nonzero(earlier) < FEWEST_GAMES or len(np.unique(outcomes[earlier])) == 1:
            continue
        model = _fit_pipeline(features[earlier], outcomes[earlier], seasons[earlier], params, seed)
        found = score(predict(model, features[now]), outcomes[now])
        baseline = score(features[now][:, _BASELINE], outcomes[now])
        for prefix, metrics in (("validation", found), ("baseline", baseline)):
            report(f"{prefix}_log_loss", season, metrics.log_loss)
            report(f"{prefix}_brier_score", season, metrics.brier_score)
            report(f"{prefix}_accuracy", season, metrics.accuracy)


def _fit_pipeline(
    features: Floats,
    outcomes: Floats,
    seasons: NDArray[np.int64],
    params: WinProbabilityParams,
    seed: int,
) -> Any:  # noqa: ANN401 - scikit-learn publishes no types
    from sklearn.impute import SimpleImputer  # noqa: PLC0415 - heavy, wanted in the worker's child only
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - heavy
    from sklearn.pipeline import Pipeline  # noqa: PLC0415 - heavy
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415 - heavy

    pipeline = Pipeline(
        [
            # a column without any value (no box scores) stays, or the model's width would depend on its data
            ("impute", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", StandardScaler()),
            ("classify", LogisticRegression(C=params.c, max_iter=params.max_iter, random_state=seed)),
        ]
    )
    pipeline.fit(features, outcomes, classify__sample_weight=_weights(seasons, params.half_life_seasons))
    return pipeline


def _weights(seasons: NDArray[np.int64], half_life_seasons: float | None) -> Floats:
    """Weigh games by age, newest 1."""
    if half_life_seasons is None:
        return np.ones(len(seasons))
    age = (seasons.max() - seasons).astype(np.float64)
    return np.asarray(0.5 ** (age / half_life_seasons), dtype=np.float64)


def _require_fitting(features: Floats, outcomes: Floats, seasons: NDArray[np.int64]) -> None:
    expected = (len(outcomes), len(FEATURE_NAMES))
    if features.shape != expected or outcomes.ndim != 1 or seasons.shape != outcomes.shape:
        raise Invalid(
            f"features of shape {features.shape}, outcomes of {outcomes.shape}, seasons of {seasons.shape}: "
            f"a row of {len(FEATURE_NAMES)} features, an outcome and a season are needed for every game"
        )
