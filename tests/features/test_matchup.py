import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from app.core.errors import Invalid
from app.features import elo
from app.features.definitions import FEATURE_NAMES, FEATURES
from app.features.form import TeamForm, roll_forms
from app.features.matchup import Matchup, feature_matrix, matchup_features
from tests.features.made import BOS, FIRST_DAY, PHI, matchups, played, simulated_games, totals


@pytest.fixture
def boston_and_philadelphia() -> tuple[TeamForm, TeamForm]:
    """Both after three games in six days, the last on the sixth."""
    box = totals(field_goals_made=45)
    games = [
        played(day=day, number=1 + day, score=(110, 100), home_totals=box, away_totals=totals())
        for day in (0, 4, 5)
    ]
    *_, home, away = roll_forms(games)
    assert (home.team_id, away.team_id) == (BOS, PHI)
    return home, away


def test_features_come_in_the_declared_order(boston_and_philadelphia: tuple[TeamForm, TeamForm]) -> None:
    found = matchup_features(Matchup(*boston_and_philadelphia, FIRST_DAY + timedelta(days=6), 2018))

    assert tuple(found) == FEATURE_NAMES
    assert len(set(FEATURE_NAMES)) == len(FEATURES)
    assert all(one.description and one.transformation and one.unit for one in FEATURES)


def test_features_are_what_they_say(boston_and_philadelphia: tuple[TeamForm, TeamForm]) -> None:
    home, away = boston_and_philadelphia

    found = matchup_features(Matchup(home, away, FIRST_DAY + timedelta(days=6), 2018))

    assert found["elo_difference"] == pytest.approx(home.elo - away.elo + 100)
    assert found["elo_home_win_probability"] == elo.win_probability(found["elo_difference"])
    assert found["expected_margin"] == pytest.approx(
        home.strength.net - away.strength.net + home.levels.home_advantage
    )
    assert found["home_court"] == home.strength.home_court
    assert found["win_share_difference"] == pytest.approx(8 / 13 - 5 / 13)
    assert found["recent_margin_difference"] == pytest.approx(2 * home.recent_margin)
    assert found["net_effective_field_goal_difference"] > 0
    assert (found["home_rest_days"], found["home_back_to_back"], found["home_games_last_7_days"]) == (1, 1, 3)


@pytest.mark.parametrize(
    ("days_after", "rest", "back_to_back", "in_week"),
    [(1, 1, 1, 3), (3, 3, 0, 2), (7, 4, 0, 1), (90, 4, 0, 0)],
)
def test_rest_is_counted_from_the_date_of_the_game(
    boston_and_philadelphia: tuple[TeamForm, TeamForm],
    days_after: int,
    rest: int,
    back_to_back: int,
    in_week: int,
) -> None:
    date = FIRST_DAY + timedelta(days=5 + days_after)

    found = matchup_features(Matchup(*boston_and_philadelphia, date, 2018))

    for side in ("home", "away"):
        assert found[f"{side}_rest_days"] == rest
        assert found[f"{side}_back_to_back"] == back_to_back
        assert found[f"{side}_games_last_7_days"] == in_week


def test_a_neutral_site_has_no_home_court(boston_and_philadelphia: tuple[TeamForm, TeamForm]) -> None:
    home, away = boston_and_philadelphia
    date = FIRST_DAY + timedelta(days=9)

    there = matchup_features(Matchup(home, away, date, 2018, neutral_site=True))
    back = matchup_features(Matchup(away, home, date, 2018, neutral_site=True))

    assert there["home_court"] == 0
    assert there["neutral_site"] == 1
    for name in (name for name in FEATURE_NAMES if name.endswith("_difference") or name == "expected_margin"):
        assert there[name] == pytest.approx(-back[name])
    assert there["elo_home_win_probability"] + back["elo_home_win_probability"] == pytest.approx(1)


def test_a_new_season_reads_the_old_form_carried_over(
    boston_and_philadelphia: tuple[TeamForm, TeamForm],
) -> None:
    home, away = boston_and_philadelphia

    found = matchup_features(Matchup(home, away, FIRST_DAY + timedelta(days=365), 2019))

    assert found["win_share_difference"] == 0
    assert found["elo_difference"] == pytest.approx(0.75 * (home.elo - away.elo) + 100)


def test_a_team_never_seen_has_the_first_elo_and_nothing_else(
    boston_and_philadelphia: tuple[TeamForm, TeamForm],
) -> None:
    home, _ = boston_and_philadelphia

    found = matchup_features(Matchup(home, None, FIRST_DAY + timedelta(days=6), 2018))

    assert found["elo_difference"] == pytest.approx(home.elo - elo.INITIAL_RATING + 100)
    unknown = {name for name, value in found.items() if math.isnan(value)}
    assert unknown == {
        name for name in FEATURE_NAMES
        if name.startswith("away_") or name == "expected_margin"
        or (name.endswith("_difference") and name != "elo_difference")
    }  # fmt: skip


def test_a_form_of_the_same_day_or_a_later_one_is_refused(
    boston_and_philadelphia: tuple[TeamForm, TeamForm],
) -> None:
    home, away = boston_and_philadelphia

    with pytest.raises(Invalid, match="only earlier games may be known"):
        matchup_features(Matchup(home, away, home.date, 2018))
    with pytest.raises(Invalid, match="only earlier games may be known"):
        matchup_features(Matchup(home, replace(away, season_start_year=2019), FIRST_DAY + timedelta(9), 2018))


def test_without_the_future_the_features_of_the_past_are_the_same() -> None:
    games = simulated_games(seasons=2)
    whole = feature_matrix(matchups(games))

    cut = feature_matrix(matchups(games[:1_700]))

    np.testing.assert_array_equal(whole[:1_700], cut)


def test_a_game_does_not_know_its_own_result() -> None:
    games = simulated_games()
    last = games[-1]
    reversed_result = replace(last, home_score=last.away_score, away_score=last.home_score)

    as_played = feature_matrix(matchups(games))
    as_reversed = feature_matrix(matchups([*games[:-1], reversed_result]))

    np.testing.assert_array_equal(as_played, as_reversed)


def test_a_matrix_has_a_row_a_game() -> None:
    games = simulated_games(seasons=2)
    asked = list(matchups(games))

    found = feature_matrix(asked)

    assert found.shape == (2_460, len(FEATURES))
    assert feature_matrix([]).shape == (0, len(FEATURES))
