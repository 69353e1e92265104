from collections import Counter
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import Invalid
from app.stats.formats.assembling import AssembledGame, assemble_games
from app.stats.formats.player_lines import PlayerEntry
from app.stats.formats.recognise import recognise
from app.stats.formats.team_lines import TeamSide
from app.stats.rows import PlayKind, PlayRow
from app.stats.simulation import SimulatedGame, simulate_plays, simulate_seasons
from app.stats.simulation.floor import Rotation, deal, deal_all


@pytest.fixture(scope="module")
def season() -> list[SimulatedGame]:
    return list(simulate_seasons(2023, 1, seed=7))


@pytest.fixture(scope="module")
def sample(season: list[SimulatedGame]) -> list[SimulatedGame]:
    """Some ordinary games and every game with overtime."""
    return season[:20] + [each for each in season if each.team_lines[0].box.seconds != 14_400]


@pytest.fixture(scope="module")
def told(sample: list[SimulatedGame]) -> list[tuple[SimulatedGame, list[PlayRow]]]:
    return [(each, plays_of(each)) for each in sample]


def plays_of(each: SimulatedGame, seed: int = 1) -> list[PlayRow]:
    return simulate_plays(each.game, each.team_lines, each.player_lines, seed)


def test_the_same_seed_tells_the_same_game_and_another_seed_another(season: list[SimulatedGame]) -> None:
    assert plays_of(season[0]) == plays_of(season[0])
    assert plays_of(season[0]) != plays_of(season[0], seed=2)


def test_the_plays_end_at_the_final_score(told: list[tuple[SimulatedGame, list[PlayRow]]]) -> None:
    for each, plays in told:
        assert (plays[-1].home_score, plays[-1].away_score) == (each.game.home_score, each.game.away_score)


def test_time_runs_down_within_a_period_and_the_score_never_falls(
    told: list[tuple[SimulatedGame, list[PlayRow]]],
) -> None:
    for _, plays in told:
        assert [play.number for play in plays] == list(range(1, len(plays) + 1))
        for before, after in pairwise(plays):
            assert after.home_score >= before.home_score
            assert after.away_score >= before.away_score
            if after.kind is PlayKind.PERIOD_START:
                assert after.period == before.period + 1
            else:
                assert after.period == before.period
                assert 0 <= after.seconds_left <= before.seconds_left


def test_there_are_four_periods_and_the_overtimes_and_each_overtime_follows_a_tie(
    told: list[tuple[SimulatedGame, list[PlayRow]]],
) -> None:
    for each, plays in told:
        seconds = each.team_lines[0].box.seconds
        assert seconds is not None
        overtimes = (seconds - 14_400) // 1_500
        ends = [play for play in plays if play.kind is PlayKind.PERIOD_END]

        assert [play.period for play in ends] == list(range(1, 5 + overtimes))
        assert all(play.home_score == play.away_score for play in ends[3:-1])
        assert ends[-1] == plays[-1]


def test_every_count_of_every_player_is_told_once(told: list[tuple[SimulatedGame, list[PlayRow]]]) -> None:
    for each, plays in told:
        events = Counter((play.player_id, play.kind) for play in plays)
        for line in each.player_lines:
            box = line.box
            assert box.field_goals_attempted is not None
            assert box.field_goals_made is not None
            expected = {
                PlayKind.MADE_SHOT: box.field_goals_made,
                PlayKind.MISSED_SHOT: box.field_goals_attempted - box.field_goals_made,
                PlayKind.FREE_THROW: box.free_throws_attempted,
                PlayKind.REBOUND: box.rebounds,
                PlayKind.TURNOVER: box.turnovers,
                PlayKind.STEAL: box.steals,
                PlayKind.BLOCK: box.blocks,
                PlayKind.FOUL: box.personal_fouls,
            }
            assert {kind: events[line.player_id, kind] for kind in expected} == expected


def test_a_game_has_about_as_many_events_as_a_real_one_and_all_the_usual_kinds(
    told: list[tuple[SimulatedGame, list[PlayRow]]],
) -> None:
    counts = [len(plays) for _, plays in told]

    assert 430 < sum(counts) / len(counts) < 520
    unusual = {PlayKind.VIOLATION, PlayKind.EJECTION, PlayKind.REPLAY, PlayKind.OTHER}
    assert {play.kind for _, plays in told for play in plays} == set(PlayKind) - unusual


def test_the_telling_says_that_it_is_simulated(told: list[tuple[SimulatedGame, list[PlayRow]]]) -> None:
    for _, plays in told:
        assert plays[0].description == "Start of period 1 (simulated)"


def test_points_rise_only_by_baskets_and_free_throws(told: list[tuple[SimulatedGame, list[PlayRow]]]) -> None:
    for each, plays in told:
        for before, after in pairwise(plays):
            gained = after.home_score - before.home_score, after.away_score - before.away_score
            if after.kind is PlayKind.MADE_SHOT:
                assert sorted(gained) in ([0, 2], [0, 3])
                assert (after.team_id == each.game.home_team_id) == (gained[0] > 0)
            elif after.kind is not PlayKind.FREE_THROW:
                assert gained == (0, 0)


def test_a_box_score_with_rounded_minutes_as_real_logs_have_can_be_told_too(
    season: list[SimulatedGame],
) -> None:
    each = season[0]
    rounded = tuple(
        replace(line, box=replace(line.box, seconds=round((line.box.seconds or 0) / 60) * 60))
        for line in each.player_lines
    )

    plays = simulate_plays(each.game, each.team_lines, rounded, seed=1)

    assert (plays[-1].home_score, plays[-1].away_score) == (each.game.home_score, each.game.away_score)


def test_lines_that_do_not_add_up_to_the_score_are_refused(season: list[SimulatedGame]) -> None:
    each = season[0]
    game = replace(each.game, home_score=(each.game.home_score or 0) + 1)

    with pytest.raises(Invalid, match=f"game {game.id} can't be simulated"):
        simulate_plays(game, each.team_lines, each.player_lines, seed=1)
    with pytest.raises(Invalid, match="scored"):
        simulate_plays(each.game, each.team_lines, each.player_lines[1:], seed=1)
    with pytest.raises(Invalid, match="without the lines of both teams"):
        simulate_plays(each.game, each.team_lines[:1], each.player_lines, seed=1)


def test_a_box_score_without_a_count_is_refused_with_the_name_of_the_count(
    season: list[SimulatedGame],
) -> None:
    each = season[0]
    lines = tuple(replace(line, box=replace(line.box, steals=None)) for line in each.player_lines)

    with pytest.raises(Invalid, match="without steals"):
        simulate_plays(each.game, each.team_lines, lines, seed=1)


@given(
    seconds=st.lists(st.integers(300, 2_600), min_size=7, max_size=13),
    moment=st.floats(0, 1, exclude_max=True),
    seed=st.integers(0, 1_000),
)
def test_five_different_players_are_on_the_floor_at_any_moment(
    seconds: list[int], moment: float, seed: int
) -> None:
    rotation = Rotation.from_seconds(dict(enumerate(seconds)), np.random.default_rng(seed))

    lineup = rotation.lineup(moment)

    assert len(set(lineup)) == 5


def test_everyone_is_on_the_floor_for_his_share_of_the_game() -> None:
    seconds = dict(enumerate([2_400, 2_200, 2_000, 1_900, 1_700, 1_500, 1_400, 1_300]))
    rotation = Rotation.from_seconds(seconds, np.random.default_rng(1))

    seen = Counter(
        player for moment in np.linspace(0, 0.9999, 2_881) for player in rotation.lineup(float(moment))
    )

    assert all(abs(seen[player] - count) < 5 for player, count in seconds.items())


def test_deeds_find_a_way_round_when_the_first_choice_is_taken() -> None:
    candidates = [[1, 2], [1], [2, 3]]

    given_to, left = deal(candidates, {1: 1, 2: 1, 3: 1}, np.random.default_rng(0))

    assert given_to == [2, 1, 3]
    assert not left


@settings(deadline=None)
@given(
    candidates=st.lists(st.lists(st.integers(1, 6), max_size=4), max_size=25),
    stock=st.dictionaries(st.integers(1, 6), st.integers(0, 5)),
    seed=st.integers(0, 100),
)
def test_dealing_uses_only_candidates_and_never_more_than_the_stock(
    candidates: list[list[int]], stock: dict[int, int], seed: int
) -> None:
    given_to, left = deal(candidates, stock, np.random.default_rng(seed))
    everything = deal_all(candidates, stock, np.random.default_rng(seed))

    used = Counter(player for player in given_to if player is not None)
    assert all(
        player is None or player in options for player, options in zip(given_to, candidates, strict=True)
    )
    assert used + left == +Counter(stock)
    assert sum(player is not None for player in everything) == min(len(candidates), sum(stock.values()))


def test_a_real_game_of_four_overtimes_can_be_told_from_its_logs(nba_data: Path) -> None:
    four_overtimes = "0021800928"
    sides = recognise(nba_data / "team_game_logs" / "log-2019.csv").parse()
    lines = recognise(nba_data / "player_game_logs" / "player_logs_2018-19.csv.gz").parse()
    (found,) = [
        each
        for each in assemble_games(side for side in sides if isinstance(side, TeamSide))
        if isinstance(each, AssembledGame) and each.game.id == four_overtimes
    ]
    players = [
        each.line for each in lines if isinstance(each, PlayerEntry) and each.line.game_id == four_overtimes
    ]

    plays = simulate_plays(found.game, [found.home, found.away], players, seed=1)

    assert (plays[-1].period, plays[-1].home_score, plays[-1].away_score) == (8, 161, 168)
    assert [play.home_score - play.away_score for play in plays if play.kind is PlayKind.PERIOD_END][3:7] == [
        0
    ] * 4
