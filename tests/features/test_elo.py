"""Known answers are lines of FiveThirtyEight's own file of 2020-21 (CC BY 4.0), full digits."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.features import elo
from tests.features.made import BOS, LAL, PHI, played, real_games

ratings = st.floats(1000, 2000)
margins = st.integers(1, 60)


@pytest.mark.parametrize(
    ("home", "away", "margin", "probability", "home_after"),
    [
        (1489.19028489763, 1395.12311978133, 26, 0.7534579055086146, 1497.60619003589),
        (1646.07426936942, 1597.21038160941, -7, 0.7020187236621975, 1632.66557675538),
    ],
)
def test_published_games_are_rated_as_published(
    home: float, away: float, margin: int, probability: float, home_after: float
) -> None:
    lead = elo.rating_difference(home, away, neutral_site=False)

    assert elo.win_probability(lead) == pytest.approx(probability, abs=1e-9)
    assert home + elo.rating_change(lead, margin) == pytest.approx(home_after, abs=1e-6)


def test_every_published_game_of_a_season_is_rated_as_published(nba_data: Path) -> None:
    with (nba_data / "fivethirtyeight" / "nba_elo_latest_2020-21.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if row["score1"]]

    for row in rows:
        before = float(row["elo1_pre"])
        lead = elo.rating_difference(before, float(row["elo2_pre"]), neutral_site=row["neutral"] == "1")
        margin = int(float(row["score1"])) - int(float(row["score2"]))

        assert elo.win_probability(lead) == pytest.approx(float(row["elo_prob1"]), abs=1e-6)
        assert before + elo.rating_change(lead, margin) == pytest.approx(float(row["elo1_post"]), abs=1e-4)
    assert len(rows) == 1_051


def test_our_own_pass_over_the_seasons_agrees_with_the_published_forecasts(nba_data: Path) -> None:
    """Theirs started in 1946 and saw every playoff game; what is left of that is small."""
    games = {game.game_id: game for game in real_games(nba_data, 2005)}
    with (nba_data / "fivethirtyeight" / "nba_elo_latest_2020-21.csv").open() as file:
        published = {(row["date"], row["score1"], row["score2"]): float(row["elo_prob1"])
                     for row in csv.DictReader(file) if row["score1"]}  # fmt: skip

    gaps = []
    for rated in elo.rate_games(games.values()):
        game = games[rated.game_id]
        theirs = published.get((str(game.date), f"{game.home_score}", f"{game.away_score}"))
        if theirs is not None:
            gaps.append(abs(theirs - rated.home_win_probability))

    assert len(gaps) > 1_000
    assert sum(gaps) / len(gaps) < 0.01


@given(ratings, ratings, margins, st.booleans())
def test_points_move_from_the_loser_to_the_winner(
    home: float, away: float, margin: int, neutral_site: bool
) -> None:
    lead = elo.rating_difference(home, away, neutral_site=neutral_site)

    assert elo.rating_change(lead, margin) > 0
    assert elo.rating_change(lead, -margin) < 0


@given(ratings, ratings, st.integers(-60, 60).filter(bool))
def test_at_a_neutral_site_both_sides_are_treated_alike(one: float, other: float, margin: int) -> None:
    there = elo.rating_change(elo.rating_difference(one, other, neutral_site=True), margin)
    back = elo.rating_change(elo.rating_difference(other, one, neutral_site=True), -margin)

    assert there == pytest.approx(-back, abs=1e-9)


@given(st.floats(-5_000, 5_000))
def test_the_probabilities_of_both_sides_sum_to_one(difference: float) -> None:
    assert elo.win_probability(difference) + elo.win_probability(-difference) == pytest.approx(1.0)


@given(st.floats(-1_500, 1_500), st.floats(1, 500))
def test_a_greater_lead_is_a_greater_probability(difference: float, more: float) -> None:
    assert elo.win_probability(difference + more) > elo.win_probability(difference)


@given(margins, st.floats(-1_000, 1_000), st.floats(1, 200))
def test_a_multiplier_grows_with_the_margin_and_shrinks_with_the_favour(
    margin: int, lead: float, more: float
) -> None:
    assert elo.margin_multiplier(margin + 1, lead) > elo.margin_multiplier(margin, lead)
    assert elo.margin_multiplier(margin, lead + more) < elo.margin_multiplier(margin, lead)


def test_a_tie_has_no_winner_to_be_rated() -> None:
    with pytest.raises(Invalid, match="margin of victory"):
        elo.rating_change(100.0, 0)


def test_an_impossible_underdog_is_refused() -> None:
    with pytest.raises(Invalid, match="1,250"):
        elo.margin_multiplier(5, -1_250.0)


def test_a_new_season_starts_nearer_to_the_mean_and_a_newcomer_at_1300() -> None:
    games = [played(home=BOS, away=PHI), played(season=2019, home=BOS, away=LAL)]

    first, second = elo.rate_games(games)

    assert (first.home_before, first.away_before, second.away_before) == (1300.0, 1300.0, 1300.0)
    assert second.home_before == pytest.approx(0.75 * first.home_after + 0.25 * 1505)
    assert first.home_after + first.away_after == pytest.approx(2600.0)
