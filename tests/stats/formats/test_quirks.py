"""The oddities of real files, each by name, on the real files."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from app.stats.formats.assembling import AssembledGame, assemble_games
from app.stats.formats.player_lines import PlayerEntry
from app.stats.formats.player_sums import games_from_player_lines
from app.stats.formats.plays import PlayEntry
from app.stats.formats.recognise import Parsed, recognise
from app.stats.formats.rules import RejectedRow, RepeatedRow, Rule
from app.stats.formats.team_lines import TeamSide
from app.stats.rows import SeasonType

FINDER = "team_game_logs_finder/leaguegamefinder_{}.csv"
LOG = "team_game_logs/log-{}.csv"
PLAYOFFS = "playoffs/play_off_totals_2010_2024.csv"


def parsed(path: Path) -> list[Parsed]:
    return list(recognise(path).parse())


def games(path: Path) -> dict[str, AssembledGame]:
    made = assemble_games(item for item in recognise(path).parse() if isinstance(item, TeamSide))
    return {item.game.id: item for item in made if isinstance(item, AssembledGame)}


def refusals(path: Path) -> list[RejectedRow]:
    items = parsed(path)
    made = assemble_games(item for item in items if isinstance(item, TeamSide))
    return [item for item in (*items, *made) if isinstance(item, RejectedRow)]


def player_entries(path: Path) -> Iterator[PlayerEntry]:
    return (item for item in recognise(path).parse() if isinstance(item, PlayerEntry))


def test_game_ids_regain_their_zeros(nba_data: Path) -> None:
    found = games(nba_data / FINDER.format("2019-20"))

    assert "0021901318" in found
    assert {len(game_id) for game_id in found} == {10}


def test_old_seasons_know_points_and_little_else(nba_data: Path) -> None:
    first = games(nba_data / LOG.format(1951))["0025000003"]

    assert (first.game.home_score, first.game.away_score) == (78, 70)
    assert first.home.box.seconds is None
    assert first.home.box.field_goals_attempted is None
    assert first.home.box.assists is None


def test_dissolved_franchises_keep_their_own_ids(nba_data: Path) -> None:
    first = games(nba_data / LOG.format(1951))["0025000003"]

    assert first.game.away_team_id == 1610610036


def test_attempts_are_complete_from_1983_and_turnovers_from_1985(nba_data: Path) -> None:
    assert all(game.home.box.field_goals_attempted for game in games(nba_data / LOG.format(1984)).values())
    assert all(game.home.box.turnovers is not None for game in games(nba_data / LOG.format(1986)).values())


def test_a_cancelled_game_is_dropped_by_name(nba_data: Path) -> None:
    refused = refusals(nba_data / LOG.format(2013))

    assert [(each.rule, each.raw["GAME_ID"]) for each in refused] == [(Rule.UNPLAYED_GAME, "0021201214")] * 2
    assert len(games(nba_data / LOG.format(2013))) == 1_229


def test_games_that_appear_twice_are_counted_not_refused(nba_data: Path) -> None:
    items = parsed(nba_data / PLAYOFFS)

    kinds = Counter(type(item) for item in items)
    assert kinds == {TeamSide: 2_340, RepeatedRow: 22}
    assert len(games(nba_data / PLAYOFFS)) == 1_170


def test_shortened_seasons_have_the_games_that_were_played(nba_data: Path) -> None:
    expected = {
        LOG.format(1999): 725,
        LOG.format(2012): 990,
        FINDER.format("2019-20"): 1_059,
        FINDER.format("2020-21"): 1_080,
    }

    assert {name: len(games(nba_data / name)) for name in expected} == expected


def test_the_bubble_was_neutral_although_it_says_vs(nba_data: Path) -> None:
    found = games(nba_data / FINDER.format("2019-20")).values()

    neutral = [game.game for game in found if game.game.neutral_site]
    assert len(neutral) == 88
    assert min(game.date for game in neutral) == dt.date(2020, 7, 30)


def test_playoffs_of_the_bubble_were_neutral_too(nba_data: Path) -> None:
    found = games(nba_data / PLAYOFFS).values()

    assert {game.game.season_type for game in found} == {SeasonType.PLAYOFFS}
    assert {game.game.season_start_year for game in found if game.game.neutral_site} == {2019}


def test_player_logs_of_2019_20_stop_before_the_bubble(nba_data: Path) -> None:
    lines = list(player_entries(nba_data / "player_game_logs" / "player_logs_2019-20.csv.gz"))

    assert max(line.appearance.facts.date for line in lines) == dt.date(2020, 3, 11)
    assert len({line.line.game_id for line in lines}) == 971


def test_a_franchise_keeps_its_id_when_it_moves(nba_data: Path) -> None:
    sides = [
        item
        for year in (2008, 2009)
        for item in parsed(nba_data / LOG.format(year))
        if isinstance(item, TeamSide)
    ]

    names = {side.appearance.team.abbreviation for side in sides if side.appearance.team.id == 1610612760}
    assert names == {"SEA", "OKC"}


def test_sources_agree_on_all_but_turnovers(nba_data: Path) -> None:
    """Sums of players equal the team's rows; a team has turnovers of its own."""
    told = games(nba_data / LOG.format(2019))
    summed = games_from_player_lines(
        player_entries(nba_data / "player_game_logs" / "player_logs_2018-19.csv.gz")
    )

    differing: Counter[str] = Counter()
    for item in summed:
        assert isinstance(item, AssembledGame)
        known = told[item.game.id]
        assert item.game == known.game
        for ours, theirs in ((item.home, known.home), (item.away, known.away)):
            left, right = asdict(ours.box), asdict(theirs.box)
            differing.update(column for column in left if left[column] != right[column])

    assert differing == {"turnovers": 1_005}


def test_percentages_without_attempts_are_no_obstacle(nba_data: Path) -> None:
    lines = list(player_entries(nba_data / "player_game_logs" / "player_logs_2020-21.csv"))

    assert len(lines) == 23_054
    assert any(line.line.box.free_throws_attempted == 0 for line in lines)


def test_plus_minus_of_the_finder_is_put_right(nba_data: Path) -> None:
    for game in games(nba_data / FINDER.format("2022-23")).values():
        assert game.home.box.plus_minus == (game.game.home_score or 0) - (game.game.away_score or 0)


def test_minutes_of_the_finder_are_whole_games(nba_data: Path) -> None:
    lengths = Counter(game.home.box.seconds for game in games(nba_data / FINDER.format("2023-24")).values())

    assert set(lengths) == {14_400, 15_900, 17_400}


def test_minutes_of_the_playoffs_count_five_positions(nba_data: Path) -> None:
    lengths = {game.home.box.seconds for game in games(nba_data / PLAYOFFS).values()}

    assert lengths == {14_400, 15_900, 17_400, 18_900, 20_400}


def test_minutes_that_fit_no_game_are_unknown(nba_data: Path) -> None:
    game = games(nba_data / LOG.format(1997))["0029600070"]

    assert {game.home.box.seconds, game.away.box.seconds} == {None, 14_400}


def test_the_order_of_the_file_is_the_order_of_play(nba_data: Path) -> None:
    for path in sorted((nba_data / "play_by_play" / "v2_2018-19").iterdir()):
        plays = [item.play for item in recognise(path).parse() if isinstance(item, PlayEntry)]

        order = [(play.period, -play.seconds_left) for play in plays]
        assert order == sorted(order)


def test_the_last_score_of_the_plays_is_the_box_score(nba_data: Path) -> None:
    told = games(nba_data / LOG.format(2019))

    for path in (nba_data / "play_by_play" / "v2_2018-19").iterdir():
        *_, last = (item.play for item in recognise(path).parse() if isinstance(item, PlayEntry))
        assert (last.home_score, last.away_score) == (
            told[last.game_id].game.home_score,
            told[last.game_id].game.away_score,
        )


def test_plays_written_down_too_late_are_refused(nba_data: Path) -> None:
    """In 0021800002 two free throws stand before three baskets that had been scored earlier."""
    items = parsed(nba_data / "play_by_play" / "v2_2018-19" / "0021800002.csv")

    refused = [item for item in items if isinstance(item, RejectedRow)]
    assert [(item.line_number, item.rule) for item in refused] == [
        (253, Rule.SCORE_DECREASES),
        (256, Rule.SCORE_DECREASES),
        (257, Rule.SCORE_DECREASES),
    ]


def test_a_neutral_site_carries_at_on_both_rows(nba_data: Path) -> None:
    found = games(nba_data / "nba_api_json" / "LeagueGameLog.json").values()

    [neutral] = [game.game for game in found if game.game.neutral_site]
    assert (neutral.home_team_id, neutral.away_team_id) == (1610612742, 1610612765)


def test_a_response_that_was_cut_leaves_games_with_one_side(nba_data: Path) -> None:
    refused = refusals(nba_data / "nba_api_json" / "LeagueGameLog.json")

    assert [each.rule for each in refused] == [Rule.OPPONENT_MISSING] * 4


def test_names_keep_their_diacritics(nba_data: Path) -> None:
    lines = player_entries(nba_data / "player_game_logs" / "player_logs_2023-24.csv")

    assert {"Luka Dončić", "Nikola Vučević"} <= {line.player_name for line in lines}


def test_rows_out_of_order_still_find_each_other(nba_data: Path) -> None:
    dates = [game.game.date for game in games(nba_data / FINDER.format("2021-22")).values()]

    assert len(dates) == 1_230
    assert dates == sorted(dates)


def test_a_game_dated_twice_is_refused(nba_data: Path) -> None:
    refused = refusals(nba_data / LOG.format(1979))

    assert [(each.rule, each.raw["GAME_ID"]) for each in refused] == [(Rule.SIDES_DISAGREE, "0027803003")] * 2


def test_every_row_of_the_league_s_logs_is_accounted_for(nba_data: Path) -> None:
    counts: Counter[str] = Counter()
    for path in (nba_data / "team_game_logs").iterdir():
        items = parsed(path)
        made = list(assemble_games(item for item in items if isinstance(item, TeamSide)))
        counts["read"] += len(items)
        counts["games"] += sum(isinstance(item, AssembledGame) for item in made)
        counts.update(item.rule for item in (*items, *made) if isinstance(item, RejectedRow))

    assert counts == {
        "read": 117_586,
        "games": 58_773,
        Rule.MADE_EXCEEDS_ATTEMPTED: 27,
        Rule.OPPONENT_MISSING: 7,
        Rule.SIDES_DISAGREE: 2,
        Rule.REBOUNDS_DO_NOT_ADD_UP: 2,
        Rule.UNPLAYED_GAME: 2,
    }
    assert counts["read"] == 2 * counts["games"] + 27 + 7 + 2 + 2 + 2


def test_a_season_of_players_is_read_to_its_last_line(nba_data: Path) -> None:
    path = nba_data / "player_game_logs" / "player_logs_2023-24.csv"

    lines = sum(1 for _ in player_entries(path))

    assert lines == 26_401
