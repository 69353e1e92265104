import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, fields
from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.stats.league import TEAMS, list_players
from app.stats.rows import BoxScore, GameStatus, Origin
from app.stats.simulation import SimulatedGame, is_simulated_game_id, simulate_seasons
from app.stats.simulation.lines import deal_within, draw_seconds
from app.stats.simulation.scoring import draw_games

COUNTS = [field.name for field in fields(BoxScore) if field.name not in {"seconds", "plus_minus"}]


@pytest.fixture(scope="module")
def league() -> list[SimulatedGame]:
    return list(simulate_seasons(2021, 3, seed=7))


def digest(games: Sequence[SimulatedGame]) -> str:
    return hashlib.sha256(repr(games).encode()).hexdigest()


def test_the_same_seed_gives_the_same_league_and_another_seed_another() -> None:
    first, again, other = (digest(list(islice(simulate_seasons(2023, 1, seed), 200))) for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_asking_for_more_seasons_does_not_change_the_first(league: list[SimulatedGame]) -> None:
    assert digest(list(simulate_seasons(2021, 1, seed=7))) == digest(league[:1_230])


def test_every_game_says_that_it_is_simulated(league: list[SimulatedGame]) -> None:
    ids = [each.game.id for each in league]

    assert {each.game.origin for each in league} == {Origin.SIMULATED}
    assert all(is_simulated_game_id(game_id) for game_id in ids)
    assert len(set(ids)) == len(ids) == 3 * 1_230


def test_teams_and_players_are_real_ones(league: list[SimulatedGame]) -> None:
    players = {line.player_id for each in league for line in each.player_lines}
    teams = Counter(line.team_id for each in league for line in each.team_lines)

    assert players <= {player.id for player in list_players()}
    assert teams == dict.fromkeys([team.id for team in TEAMS], 3 * 82)


def test_a_player_belongs_to_one_team_a_season(league: list[SimulatedGame]) -> None:
    teams_of = defaultdict(set)
    for each in league[:1_230]:
        for line in each.player_lines:
            teams_of[line.player_id].add(line.team_id)

    assert {len(teams) for teams in teams_of.values()} == {1}


def test_games_are_finished_and_bear_the_points_of_their_lines(league: list[SimulatedGame]) -> None:
    for each in league:
        home, away = each.team_lines

        assert each.game.status is GameStatus.FINAL
        assert (home.is_home, away.is_home) == (True, False)
        assert (home.team_id, away.team_id) == (each.game.home_team_id, each.game.away_team_id)
        assert (home.box.points, away.box.points) == (each.game.home_score, each.game.away_score)
        assert home.box.points != away.box.points


def test_every_line_keeps_the_arithmetic_of_basketball(league: list[SimulatedGame]) -> None:
    for each in league[::5]:
        for line in (*each.team_lines, *each.player_lines):
            box = {name: value for name, value in asdict(line.box).items() if name in COUNTS}

            threes, baskets, throws = (
                box[name] for name in ("three_pointers_made", "field_goals_made", "free_throws_made")
            )
            assert box["points"] == 2 * baskets + threes + throws
            assert box["rebounds"] == box["offensive_rebounds"] + box["defensive_rebounds"]
            assert threes <= baskets <= box["field_goals_attempted"]
            assert threes <= box["three_pointers_attempted"] <= box["field_goals_attempted"]
            assert throws <= box["free_throws_attempted"]
            assert min(box.values()) >= 0


def test_players_add_up_to_their_team_in_every_column(league: list[SimulatedGame]) -> None:
    for each in league[::5]:
        for line in each.team_lines:
            players = [asdict(one.box) for one in each.player_lines if one.team_id == line.team_id]
            team = asdict(line.box)

            sums = {name: sum(one[name] for one in players) for name in team}

            assert {name: sums[name] for name in COUNTS} == {name: team[name] for name in COUNTS}
            assert sums["seconds"] == team["seconds"]
            assert sums["plus_minus"] == 5 * team["plus_minus"]
            assert max(one["seconds"] for one in players) <= team["seconds"] / 5
            assert max(one["personal_fouls"] for one in players) <= 6


def test_what_one_side_wins_the_other_has_lost(league: list[SimulatedGame]) -> None:
    for each in league:
        boxes = [line.box for line in each.team_lines]
        for own, other in (boxes, boxes[::-1]):
            missed = other.field_goals_attempted - other.field_goals_made
            missed_throws = other.free_throws_attempted - other.free_throws_made

            assert own.steals <= other.turnovers
            assert own.blocks <= missed
            assert own.assists <= own.field_goals_made
            assert own.defensive_rebounds + other.offensive_rebounds <= missed + missed_throws


def test_overtimes_add_five_minutes_for_each_of_ten_players(league: list[SimulatedGame]) -> None:
    lengths = Counter(line.box.seconds for each in league for line in each.team_lines)

    assert {(seconds - 14_400) % 1_500 for seconds in lengths} == {0}
    assert 0.01 < 1 - lengths[14_400] / lengths.total() < 0.08


def test_a_simulated_league_looks_like_the_real_one(league: list[SimulatedGame]) -> None:
    scores = np.array([(each.game.home_score, each.game.away_score) for each in league])
    margins = scores[:, 0] - scores[:, 1]

    assert abs(scores.mean() - 112) < 2
    assert 0.55 < (margins > 0).mean() < 0.60
    assert 12.5 < margins.std() < 15
    assert 10.5 < scores.std() < 13.5


def test_elo_foresees_the_last_simulated_season_about_as_well_as_a_real_one(
    league: list[SimulatedGame],
) -> None:
    other = list(simulate_seasons(2021, 3, seed=3))

    losses = [elo_log_loss(games, scored_from=2 * 1_230) for games in (league, other)]

    assert 0.60 < sum(losses) / 2 < 0.66


def elo_log_loss(games: Sequence[SimulatedGame], scored_from: int) -> float:
    """Elo as FiveThirtyEight published it: K 20, home 100, margin multiplier, three quarters carried over."""
    ratings: dict[int, float] = defaultdict(lambda: 1505.0)
    losses = []
    for index, each in enumerate(games):
        if index % 1_230 == 0:
            for team_id, rating in ratings.items():
                ratings[team_id] = 0.75 * rating + 0.25 * 1505.0
        game = each.game
        assert game.home_score is not None
        assert game.away_score is not None
        difference = ratings[game.home_team_id] + 100.0 - ratings[game.away_team_id]
        expected = 1.0 / (1.0 + 10.0 ** (-difference / 400.0))
        won = game.home_score > game.away_score
        if index >= scored_from:
            losses.append(-math.log(expected if won else 1.0 - expected))
        margin = abs(game.home_score - game.away_score)
        weight = 20.0 * (margin + 3.0) ** 0.8 / (7.5 + 0.006 * (difference if won else -difference))
        ratings[game.home_team_id] += weight * (won - expected)
        ratings[game.away_team_id] -= weight * (won - expected)
    return sum(losses) / len(losses)


@given(
    limits=st.lists(st.lists(st.integers(0, 30), min_size=10, max_size=10), min_size=1, max_size=6),
    share=st.floats(0, 1),
    seed=st.integers(0, 1_000),
)
def test_what_is_dealt_within_limits_sums_to_the_total_and_exceeds_none(
    limits: list[list[int]], share: float, seed: int
) -> None:
    most = np.array(limits)
    totals = np.floor(most.sum(axis=1) * share).astype(np.int64)

    dealt = deal_within(most, totals, np.random.default_rng(seed))

    assert (dealt.sum(axis=1) == totals).all()
    assert ((dealt >= 0) & (dealt <= most)).all()


@given(overtimes=st.lists(st.integers(0, 4), min_size=1, max_size=8), seed=st.integers(0, 1_000))
def test_time_on_the_floor_fills_five_positions_and_nobody_plays_longer_than_the_game(
    overtimes: list[int], seed: int
) -> None:
    length = 2_880 + 300 * np.array(overtimes)

    seconds = draw_seconds(length, np.random.default_rng(seed))

    assert (seconds.sum(axis=1) == 5 * length).all()
    assert ((seconds > 0) & (seconds <= length[:, None])).all()


@settings(deadline=None)
@given(
    possessions=st.lists(st.integers(60, 130), min_size=1, max_size=8),
    edge=st.floats(-40, 40),
    seed=st.integers(0, 1_000),
)
def test_no_game_ends_in_a_tie_whatever_the_pace_and_the_odds(
    possessions: list[int], edge: float, seed: int
) -> None:
    edges = np.full((len(possessions), 2), [edge, -edge])

    counts, overtimes = draw_games(np.array(possessions), edges, np.random.default_rng(seed))

    assert (counts.points[:, 0] != counts.points[:, 1]).all()
    assert (counts.twos_made <= counts.twos_attempted).all()
    assert (counts.threes_made <= counts.threes_attempted).all()
    assert (counts.free_throws_made <= 2 * counts.trips + counts.and_ones).all()
    assert (overtimes >= 0).all()
