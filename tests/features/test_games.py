from dataclasses import asdict

import pytest

from app.core.errors import Invalid
from app.features.games import four_factors, possessions
from tests.features.made import BOS, played, totals


def test_possessions_are_the_mean_of_both_sides() -> None:
    assert possessions(totals(), totals(turnovers=16)) == pytest.approx(103.8)


def test_possessions_without_a_box_score_are_unknown() -> None:
    nothing = totals(**dict.fromkeys(totals().__slots__, 0))

    assert possessions(totals(), None) is None
    assert possessions(nothing, nothing) is None


def test_four_factors_are_olivers() -> None:
    found = four_factors(totals(), totals(defensive_rebounds=30))

    assert found is not None
    assert asdict(found) == pytest.approx(
        {
            "effective_field_goal": 0.5,
            "turnover": 14 / 112.8,
            "offensive_rebound": 0.25,
            "free_throw": 15 / 90,
        }
    )


def test_a_side_that_never_shot_has_no_factors() -> None:
    assert four_factors(totals(field_goals_attempted=0), totals()) is None


def test_a_tie_is_no_final_score() -> None:
    with pytest.raises(Invalid, match="100-100 is not a final score"):
        played(score=(100, 100))


def test_a_team_cannot_play_itself() -> None:
    with pytest.raises(Invalid, match="cannot play itself"):
        played(home=BOS, away=BOS)
