import datetime as dt
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.stats.league import TEAMS
from app.stats.rows import SeasonType
from app.stats.season import normalise_game_id, season_of_game, season_type_of_game
from app.stats.simulation.game_ids import is_simulated_game_id, simulated_game_id
from app.stats.simulation.schedule import draw_schedule, list_game_days, pair_teams

TEAM_IDS = [team.id for team in TEAMS]
LAST_REAL_NUMBER = 1_230


@pytest.mark.parametrize("rotation", range(5))
def test_every_team_plays_41_games_at_home_and_41_away(rotation: int) -> None:
    pairs = pair_teams(rotation)

    assert Counter(home for home, _ in pairs) == dict.fromkeys(TEAM_IDS, 41)
    assert Counter(away for _, away in pairs) == dict.fromkeys(TEAM_IDS, 41)


def test_rivals_of_a_division_meet_four_times_and_other_conferences_twice() -> None:
    meetings = Counter(frozenset(pair) for pair in pair_teams(0))
    by_id = {team.id: team for team in TEAMS}

    counts: dict[str, set[int]] = {"division": set(), "conference": set(), "other": set()}
    for both, count in meetings.items():
        one, other = (by_id[team_id] for team_id in both)
        kind = "division" if one.division == other.division else "conference"
        counts[kind if one.conference == other.conference else "other"].add(count)

    assert counts == {"division": {4}, "conference": {3, 4}, "other": {2}}


@settings(max_examples=12, deadline=None)
@given(start_year=st.integers(1990, 2044), seed=st.integers(0, 10_000))
def test_no_team_plays_twice_a_day_or_three_days_running(start_year: int, seed: int) -> None:
    fixtures = draw_schedule(start_year, np.random.default_rng(seed))

    days = sorted((team, each.date) for each in fixtures for team in (each.home_team_id, each.away_team_id))
    played = set(days)

    assert len(fixtures) == LAST_REAL_NUMBER
    assert len(played) == len(days)
    assert not [
        (team, day)
        for team, day in days
        if (team, day + dt.timedelta(days=1)) in played and (team, day + dt.timedelta(days=2)) in played
    ]


def test_a_season_runs_from_october_to_april_in_order_with_games_on_consecutive_days() -> None:
    fixtures = draw_schedule(2023, np.random.default_rng(4))

    dates = [each.date for each in fixtures]
    played = {(team, each.date) for each in fixtures for team in (each.home_team_id, each.away_team_id)}
    back_to_backs = sum((team, day + dt.timedelta(days=1)) in played for team, day in played) / len(TEAMS)

    assert dates == sorted(dates)
    assert (dates[0].year, dates[0].month, dates[-1].year, dates[-1].month) == (2023, 10, 2024, 4)
    assert set(dates) <= set(list_game_days(2023))
    assert 11 < back_to_backs < 19


def test_nobody_plays_on_thanksgiving_or_the_day_before_christmas() -> None:
    days = list_game_days(2023)

    assert dt.date(2023, 11, 23) not in days
    assert dt.date(2023, 12, 24) not in days
    assert dt.date(2023, 12, 25) in days


@given(start_year=st.integers(1946, 2045), number=st.integers(1, 9_999))
def test_a_simulated_id_reads_like_a_regular_season_game_that_cannot_exist(
    start_year: int, number: int
) -> None:
    game_id = simulated_game_id(start_year, number)

    assert normalise_game_id(game_id) == game_id
    assert season_of_game(game_id) == start_year
    assert season_type_of_game(game_id) is SeasonType.REGULAR_SEASON
    assert int(game_id[5:]) > LAST_REAL_NUMBER
    assert is_simulated_game_id(game_id)


def test_real_ids_are_not_taken_for_simulated_ones() -> None:
    real = ["0022301230", "0022300001", "0042300407", "0052300211", "0062300001"]

    assert not [game_id for game_id in real if is_simulated_game_id(game_id)]


@pytest.mark.parametrize("number", [0, 10_000])
def test_a_number_outside_of_the_range_gets_no_id(number: int) -> None:
    with pytest.raises(ValueError, match="1 to 9999"):
        simulated_game_id(2023, number)
