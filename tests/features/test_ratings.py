from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.features.ratings import (
    LeagueLevels,
    Strength,
    Surprise,
    expected_margin,
    levels_after,
    step_size,
    strength_after,
    surprises,
)
from tests.features.made import played, totals

LEVELS = LeagueLevels(home_advantage=3.0, efficiency=100.0, pace=100.0, three_point_share=0.35)
sizes = st.floats(-20, 20)


def test_a_game_as_expected_surprises_nobody() -> None:
    game = played(score=(103, 100))

    home, away = surprises(Strength(offence=1.5), Strength(defence=0.0), LEVELS, game)

    assert home == Surprise(0.0, 0.0, 0.0)
    assert away == Surprise(1.5, 1.5, 1.5)


def test_lucky_three_pointers_count_less_the_more_for_the_defence() -> None:
    lucky = totals(three_pointers_made=20, three_pointers_attempted=40)  # 6 more than the league makes
    plain = totals(three_pointers_made=14, three_pointers_attempted=40)
    game = played(score=(120, 100), neutral_site=True, home_totals=lucky, away_totals=plain)

    home, away = surprises(Strength(), Strength(), LEVELS, game)

    assert home.raw > home.for_offence > home.for_defence
    assert away.raw == pytest.approx(away.for_offence) == pytest.approx(away.for_defence)


def test_the_expected_margin_knows_the_court_unless_there_is_none() -> None:
    better, worse = Strength(offence=2.0, defence=1.0), Strength(offence=-1.0)

    assert expected_margin(better, worse, LEVELS, neutral_site=False) == pytest.approx(7.0)
    assert expected_margin(better, worse, LEVELS, neutral_site=True) == pytest.approx(4.0)


@given(sizes, sizes, st.integers(0, 100))
def test_scoring_more_and_allowing_less_than_expected_makes_stronger(
    scored: float, allowed: float, games_played: int
) -> None:
    after = strength_after(
        Strength(),
        Surprise(scored, scored, scored),
        Surprise(allowed, allowed, allowed),
        games_played=games_played,
        on_own_court=False,
    )

    assert after.offence == pytest.approx(step_size(games_played) * scored)
    assert after.defence == pytest.approx(-step_size(games_played) * allowed)
    assert after.home_court == 0


def test_only_home_games_tell_about_the_home_court() -> None:
    surprise, none = Surprise(10.0, 10.0, 10.0), Surprise(0.0, 0.0, 0.0)

    at_home = strength_after(Strength(), surprise, none, games_played=5, on_own_court=True)

    assert at_home.home_court == pytest.approx(0.1)


def test_a_new_season_keeps_the_court_and_shrinks_the_rest() -> None:
    carried = Strength(offence=5.0, defence=-5.0, home_court=1.0).carried_over()

    assert astuple(carried) == pytest.approx((3.6, -3.6, 1.0))


def test_levels_of_the_league_follow_what_is_played() -> None:
    fast = totals(turnovers=40, three_pointers_made=20, three_pointers_attempted=30)
    game = played(home_totals=fast, away_totals=fast)

    after = levels_after(LEVELS, Surprise(9.0, 9.0, 9.0), Surprise(1.0, 1.0, 1.0), game)

    assert after.pace > LEVELS.pace
    assert after.three_point_share > LEVELS.three_point_share
    assert after.home_advantage == pytest.approx(3.008)
    assert after.efficiency == pytest.approx(100.025)


def test_a_game_without_box_score_at_a_neutral_site_says_nothing_of_pace_court_and_threes() -> None:
    no_threes = totals(three_pointers_made=0, three_pointers_attempted=0)
    without = played(neutral_site=True)
    before_the_line = played(neutral_site=True, home_totals=no_threes, away_totals=no_threes)
    none = Surprise(0.0, 0.0, 0.0)

    assert levels_after(LEVELS, none, none, without) == LEVELS
    assert levels_after(LEVELS, none, none, before_the_line).three_point_share == LEVELS.three_point_share
