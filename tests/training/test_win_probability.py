from pathlib import Path

import numpy as np
import pytest
from skops import io as skops_io

from app.core.errors import Invalid
from app.features.definitions import FEATURE_NAMES
from app.training.evaluation import compare, score
from app.training.win_probability import TRUSTED_TYPES, fit, predict
from app.training.win_probability_params import WinProbabilityParams
from tests.features.made import real_games
from tests.training.learned import LearnedGames

BASELINE = FEATURE_NAMES.index("elo_home_win_probability")


class Told:
    """Remembers what a fit reported."""

    def __init__(self) -> None:
        self.points: list[tuple[str, int, float]] = []

    def __call__(self, key: str, step: int, value: float) -> None:
        self.points.append((key, step, value))


def fit_on(
    games: LearnedGames, told: Told, params: WinProbabilityParams | None = None, seed: int = 0
) -> object:
    return fit(
        games.features,
        games.outcomes,
        seasons=games.seasons,
        params=params or WinProbabilityParams(),
        seed=seed,
        report=told,
    )


def test_a_model_beats_a_constant_on_a_season_that_it_never_saw(three_seasons: LearnedGames) -> None:
    model = fit_on(three_seasons.before(2020), Told())

    unseen = three_seasons.only(2020)
    found = score(predict(model, unseen.features), unseen.outcomes)
    constant = np.full(len(unseen.outcomes), three_seasons.before(2020).outcomes.mean())
    assert found.log_loss < score(constant, unseen.outcomes).log_loss - 0.02


def test_each_season_is_reported_from_earlier_ones_beside_the_baseline(three_seasons: LearnedGames) -> None:
    told = Told()

    fit_on(three_seasons, told)

    steps = [(key, step) for key, step, _ in told.points]
    assert len(steps) == len(set(steps)) == 2 * 6 + 1
    assert {step for key, step in steps if key == "validation_log_loss"} == {2019, 2020}
    values = {(key, step): value for key, step, value in told.points}
    last = three_seasons.only(2020)
    earlier = fit_on(three_seasons.before(2020), Told())
    assert (
        values["validation_log_loss", 2020] == score(predict(earlier, last.features), last.outcomes).log_loss
    )
    assert (
        values["baseline_brier_score", 2020] == score(last.features[:, BASELINE], last.outcomes).brier_score
    )


def test_the_same_seed_and_data_give_the_same_model(three_seasons: LearnedGames) -> None:
    one, other = (fit_on(three_seasons, Told(), seed=3) for _ in range(2))

    np.testing.assert_array_equal(
        predict(one, three_seasons.features), predict(other, three_seasons.features)
    )


def test_a_model_survives_its_file_exactly_and_holds_no_code(three_seasons: LearnedGames) -> None:
    model = fit_on(three_seasons, Told())

    written = skops_io.dumps(model)

    assert set(skops_io.get_untrusted_types(data=written)) <= set(TRUSTED_TYPES)
    loaded = skops_io.loads(written, trusted=list(TRUSTED_TYPES))
    np.testing.assert_array_equal(
        predict(loaded, three_seasons.features), predict(model, three_seasons.features)
    )


def test_unknown_features_are_no_obstacle(three_seasons: LearnedGames) -> None:
    model = fit_on(three_seasons, Told())
    row = np.full((1, len(FEATURE_NAMES)), np.nan)
    row[0, : BASELINE + 2] = 0.64, 100.0  # two teams that were never seen

    (probability,) = predict(model, row)

    assert 0.5 < probability < 0.75


def test_games_without_any_box_score_can_be_learned_from(three_seasons: LearnedGames) -> None:
    features = three_seasons.features.copy()
    features[:, [name.startswith("net_") for name in FEATURE_NAMES]] = np.nan
    bare = LearnedGames(features, three_seasons.outcomes, three_seasons.seasons)

    model = fit_on(bare, Told())

    assert np.isfinite(predict(model, features)).all()


def test_a_half_life_gives_late_games_more_weight(three_seasons: LearnedGames) -> None:
    even = fit_on(three_seasons, Told())

    weighted = fit_on(three_seasons, Told(), WinProbabilityParams(half_life_seasons=0.5))

    last = three_seasons.only(2020)
    loss_even, loss_weighted = (
        score(predict(model, last.features), last.outcomes).log_loss for model in (even, weighted)
    )
    assert loss_weighted < loss_even  # on the very games that it learned from


def test_too_few_games_are_refused(three_seasons: LearnedGames) -> None:
    with pytest.raises(Invalid, match="0 games since 2045"):
        fit_on(three_seasons, Told(), WinProbabilityParams(first_season=2045))


def test_games_that_all_ended_alike_are_refused(three_seasons: LearnedGames) -> None:
    alike = LearnedGames(three_seasons.features, np.ones_like(three_seasons.outcomes), three_seasons.seasons)

    with pytest.raises(Invalid, match="won by home and away sides"):
        fit_on(alike, Told())


def test_shapes_that_disagree_are_refused(three_seasons: LearnedGames) -> None:
    narrow = LearnedGames(three_seasons.features[:, :3], three_seasons.outcomes, three_seasons.seasons)

    with pytest.raises(Invalid, match="a row of 17 features"):
        fit_on(narrow, Told())


def test_on_2023_24_a_model_of_earlier_games_beats_elo(nba_data: Path) -> None:
    """The bar of the whole product; a Brier score below 0.195 would mean that the future leaked in."""
    games = LearnedGames.of(real_games(nba_data, 1996))
    model = fit_on(games.before(2023), Told())
    unseen = games.only(2023)

    found = compare(predict(model, unseen.features), unseen.features[:, BASELINE], unseen.outcomes, seed=0)

    assert found.games == 1_230
    assert found.log_loss_gap.upper < 0
    assert found.brier_score_gap.upper < 0
    assert found.model.brier_score > 0.195
    assert found.baseline.brier_score == pytest.approx(0.218, abs=0.001)
