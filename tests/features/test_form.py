import datetime as dt
import itertools
from pathlib import Path

import pytest

from app.core.errors import Invalid
from app.features import elo
from app.features.form import advance, roll_forms
from app.features.ratings import LeagueLevels
from app.stats.rows import SeasonType
from tests.features.made import BOS, DEN, LAL, PHI, played, real_games, simulated_games, totals


def test_every_game_gives_the_home_sides_form_then_the_away_sides() -> None:
    forms = list(roll_forms([played(day=0), played(day=2, number=2, home=PHI, away=LAL)]))

    assert [(form.game_id, form.team_id) for form in forms] == [
        ("0021800001", BOS), ("0021800001", PHI), ("0021800002", PHI), ("0021800002", LAL),
    ]  # fmt: skip


def test_a_form_counts_games_wins_and_margin_of_its_season() -> None:
    games = [
        played(day=0, score=(110, 100)),
        played(day=1, number=2, score=(90, 100)),
        played(day=2, number=3, score=(103, 100)),
    ]

    *_, boston, philadelphia = roll_forms(games)

    assert (boston.games_played, boston.wins) == (3, 2)
    assert (philadelphia.games_played, philadelphia.wins) == (3, 1)
    assert boston.recent_margin == pytest.approx(((10 * 0.12) * 0.88 - 10 * 0.12) * 0.88 + 3 * 0.12)
    assert philadelphia.recent_margin == pytest.approx(-boston.recent_margin)


def test_elo_in_the_forms_is_the_elo_of_the_pass_alone() -> None:
    games = simulated_games(seasons=2)

    forms = list(roll_forms(games))

    rated = itertools.chain.from_iterable((one.home_after, one.away_after) for one in elo.rate_games(games))
    assert [form.elo for form in forms] == list(rated)


def test_going_on_from_stored_forms_gives_the_same_as_one_pass() -> None:
    games = simulated_games(seasons=2)
    whole = list(roll_forms(games))
    middle = 1_500

    known = {form.team_id: form for form in whole[: 2 * middle]}
    resumed = list(roll_forms(games[middle:], known.values()))

    assert resumed == whole[2 * middle :]


def test_later_games_change_no_earlier_form() -> None:
    games = simulated_games()

    assert list(roll_forms(games))[:1_000] == list(roll_forms(games[:500]))


def test_dates_are_remembered_for_seven_days() -> None:
    games = [played(day=day, number=1 + day) for day in (0, 1, 3, 7, 8)]

    *_, boston, _ = roll_forms(games)

    days = [(day - dt.date(2018, 10, 16)).days for day in boston.recent_dates]
    assert days == [3, 7, 8]


def test_a_new_season_starts_counting_again_with_part_of_the_strength() -> None:
    box = totals(field_goals_made=45)
    form, _ = roll_forms([played(score=(120, 90), home_totals=box, away_totals=totals())])

    opening = form.at_season(2019)

    assert (opening.games_played, opening.wins, opening.recent_margin) == (0, 0, 0.0)
    assert opening.elo == elo.carry_over(form.elo)
    assert opening.strength.offence == pytest.approx(0.72 * form.strength.offence)
    assert form.factors is not None
    assert opening.factors is not None
    assert opening.factors.effective_field_goal == pytest.approx(0.72 * form.factors.effective_field_goal)
    assert form.at_season(2018) is form


def test_factors_need_a_box_score_and_keep_what_they_knew() -> None:
    good, poor = totals(field_goals_made=50), totals(field_goals_made=30)
    never_shot = totals(field_goals_attempted=0)
    games = [
        played(day=0),
        played(day=1, number=2, home_totals=good, away_totals=poor),
        played(day=2, number=3),
        played(day=3, number=4, home_totals=never_shot, away_totals=never_shot),
        played(day=4, number=5, home_totals=poor, away_totals=good),
    ]

    unknown, first, kept, kept_again, evened = (form.factors for form in list(roll_forms(games))[::2])

    assert unknown is None
    assert first is not None
    assert first.effective_field_goal == pytest.approx(0.04 * 20 / 90)
    assert kept == kept_again == first
    assert evened is not None
    assert evened.effective_field_goal == pytest.approx(0.96 * first.effective_field_goal - 0.04 * 20 / 90)


def test_games_out_of_order_are_refused() -> None:
    games = [played(day=1, number=2), played(day=0, number=1, home=LAL, away=DEN)]

    with pytest.raises(Invalid, match="sort by date and game id"):
        list(roll_forms(games))


def test_a_team_may_play_twice_a_day_as_in_the_fifties_but_no_game_twice() -> None:
    first = played(number=1)
    home, away = advance(None, None, first, LeagueLevels())

    again, _ = advance(home, away, played(number=2), home.levels)

    assert again.games_played == 2
    with pytest.raises(Invalid, match="already stands"):
        advance(home, away, first, home.levels)


def test_exhibitions_are_refused() -> None:
    with pytest.raises(Invalid, match="exhibitions"):
        advance(None, None, played(season_type=SeasonType.PRESEASON), LeagueLevels())


def test_seven_decades_are_rolled_and_the_league_s_levels_follow(nba_data: Path) -> None:
    games = real_games(nba_data, 1950)

    forms = list(roll_forms(games))

    assert len(forms) == 2 * len(games) > 130_000
    by_season = {form.season_start_year: form.levels for form in forms}
    assert 1.5 < by_season[2023].home_advantage < 3.0  # 2.2 points a game in 2023-24
    assert by_season[2023].three_point_share == pytest.approx(0.366, abs=0.01)
