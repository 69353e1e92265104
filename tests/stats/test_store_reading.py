import datetime as dt
from uuid import UUID, uuid4

import pytest

from app.core.errors import Invalid
from app.core.ids import new_id
from app.core.paging import Page, encode_cursor
from app.stats.rows import GameStatus, Origin, SeasonType
from app.stats.store.games import GameFilter, count_games, find_games, games_of_teams, list_games
from app.stats.store.leaders import leaders_of_seasons
from app.stats.store.lines import game_log_of_players, player_lines_of_games, team_lines_of_games
from app.stats.store.players import find_players, find_players_by_name, list_players, rosters_of_teams
from app.stats.store.plays import plays_of_games
from app.stats.store.provenance import (
    find_source_files,
    list_source_files,
    quarantined_rows_of_files,
    quarantined_rows_of_games,
)
from app.stats.store.seasons import find_seasons, list_seasons
from app.stats.store.sources import Counts, RefusedRow, SourceState, begin_source, finish_source, quarantine
from app.stats.store.standings import standings_of_seasons
from app.stats.store.teams import find_team_by_abbreviation, find_teams, list_teams
from app.stats.views import GameView, LeaderMetric, PerMode
from tests.stats.make import BOS, LAL, PHI, UNKNOWN, League, game, play, player_line, team_lines

UNSTORABLE = 2**63


def _ids(page: Page[GameView]) -> list[str]:
    return [edge.node.id for edge in page.edges]


async def test_answers_come_in_the_order_of_the_question_with_repeats_and_gaps(league: League) -> None:
    await league.load([game()])
    database = league.database

    teams = await find_teams(database, [PHI, 7, BOS, PHI, UNSTORABLE])
    games = await find_games(database, ["0029999999", game().id, game().id])

    assert [team and team.abbreviation for team in teams] == ["PHI", None, "BOS", "PHI", None]
    assert [found and found.id for found in games] == [None, game().id, game().id]


async def test_nothing_asked_is_nothing_answered(league: League) -> None:
    database = league.database

    assert await find_teams(database, []) == []
    assert await games_of_teams(database, [], first=5) == []
    assert await standings_of_seasons(database, []) == []


async def test_games_page_from_the_newest_on_without_loss_or_repetition(league: League) -> None:
    same_day = {"date": dt.date(2018, 11, 1)}
    rows = [game(number, **same_day) for number in range(1, 5)] + [game(number) for number in range(5, 8)]
    await league.load(rows)

    pages = [await list_games(league.database, first=3)]
    while pages[-1].page_info.has_next_page:
        pages.append(await list_games(league.database, first=3, after=pages[-1].page_info.end_cursor))

    expected = [row.id for row in sorted(rows, key=lambda row: (row.date, row.id), reverse=True)]
    assert [game_id for page in pages for game_id in _ids(page)] == expected
    assert [page.page_info.has_previous_page for page in pages] == [False, True, True]


async def test_a_filter_lets_through_what_it_names_and_is_counted_alike(league: League) -> None:
    rows = [
        game(1), game(2, home=LAL), game(3, home=PHI, away=LAL, season_type=SeasonType.PLAYOFFS),
        game(4, season_start_year=2019), game(5, status=GameStatus.SCHEDULED),
        game(90001, origin=Origin.SIMULATED),
    ]  # fmt: skip
    await league.load(rows)

    async def found(**wanted: object) -> set[str]:
        chosen = GameFilter(**wanted)  # type: ignore[arg-type]
        page = await list_games(league.database, chosen, first=10)
        assert await count_games(league.database, chosen) == len(page.edges)
        assert page.scope == chosen
        return {game_id[5:] for game_id in _ids(page)}

    assert await found(team_id=LAL) == {"00002", "00003"}
    assert await found(season_type=SeasonType.PLAYOFFS) == {"00003"}
    assert await found(season_start_year=2019) == {"00004"}
    assert await found(status=GameStatus.SCHEDULED) == {"00005"}
    assert await found(origin=Origin.SIMULATED) == {"90001"}
    assert await found(from_date=dt.date(2018, 10, 2), to_date=dt.date(2018, 10, 3)) == {"00002", "00003"}
    assert await found(team_id=BOS, season_start_year=2018, status=GameStatus.FINAL) == {"00001", "90001"}


async def test_each_team_gets_its_own_newest_games_home_and_away(league: League) -> None:
    await league.load([game(1), game(2, home=LAL, away=BOS), game(3, home=PHI, away=LAL), game(4)])

    boston, philadelphia, nobody, again = await games_of_teams(league.database, [BOS, PHI, 7, BOS], first=2)
    rest = await games_of_teams(league.database, [BOS], first=2, after=boston.page_info.end_cursor)

    assert [each[-1] for each in _ids(boston)] == ["4", "2"]
    assert [each[-1] for each in _ids(philadelphia)] == ["4", "3"]
    assert _ids(nobody) == []
    assert again == boston
    assert [each[-1] for each in _ids(rest[0])] == ["1"]
    assert not rest[0].page_info.has_next_page


async def test_lines_of_games_come_home_side_first_and_by_time_on_the_floor(league: League) -> None:
    lines = [
        player_line(game(), player, seconds=seconds) for player, seconds in ((1, 60), (2, None), (3, 600))
    ]
    await league.load([game(), *team_lines(game()), *lines])

    sides = (await team_lines_of_games(league.database, [game().id]))[0]
    players = (await player_lines_of_games(league.database, [game().id, "0029999999"]))[0]

    assert [(side.team_id, side.is_home, side.points) for side in sides] == [
        (BOS, True, 100),
        (PHI, False, 90),
    ]
    assert [(line.player_id, line.minutes) for line in players] == [(3, 10.0), (1, 1.0), (2, None)]
    assert players[0].game_date == game().date


async def test_a_log_goes_back_through_the_seasons_or_keeps_to_one(league: League) -> None:
    old = game(1, id="0021700001", season_start_year=2017, date=dt.date(2017, 12, 1))
    await league.load([old, game(1), game(2), *(player_line(each) for each in (old, game(1), game(2)))])

    (log,) = await game_log_of_players(league.database, [UNKNOWN], first=2)
    (rest,) = await game_log_of_players(league.database, [UNKNOWN], first=2, after=log.page_info.end_cursor)
    (season, nobody) = await game_log_of_players(
        league.database, [UNKNOWN, 5], season_start_year=2017, first=2
    )

    assert [edge.node.game_id for edge in log.edges] == [game(2).id, game(1).id]
    assert [edge.node.game_id for edge in rest.edges] == [old.id]
    assert [edge.node.game_id for edge in season.edges] == [old.id]
    assert nobody.edges == []


async def test_plays_of_several_games_are_paged_by_their_number(league: League) -> None:
    plays = [play(of, number) for of in (game(1), game(2)) for number in (1, 2, 3)]
    await league.load([game(1), game(2), *plays])

    first, second = await plays_of_games(league.database, [game(2).id, game(1).id], first=2)
    (rest,) = await plays_of_games(league.database, [game(1).id], first=2, after=second.page_info.end_cursor)

    assert [(edge.node.game_id, edge.node.number) for edge in first.edges] == [
        (game(2).id, 1),
        (game(2).id, 2),
    ]
    assert [edge.node.number for edge in rest.edges] == [3]


async def test_players_are_found_however_their_names_are_typed(league: League) -> None:
    await league.load([game(), *(player_line(game(), player) for player in (1629029, 202696, 203935))])

    by_name = await find_players_by_name(league.database, ["LUKA DONCIC", "Luka Dončić", "Nobody"])
    searched = await list_players(league.database, search="vuče", first=5)
    literal = await list_players(league.database, search="100%_\x00", first=5)

    assert [[player.full_name for player in found] for found in by_name] == [
        ["Luka Dončić"],
        ["Luka Dončić"],
        [],
    ]
    assert [edge.node.full_name for edge in searched.edges] == ["Nikola Vučević"]
    assert literal.edges == []


async def test_players_page_by_name(league: League) -> None:
    await league.load([game(), *(player_line(game(), player) for player in (1629029, 202696, 203935))])

    page = await list_players(league.database, first=2)
    rest = await list_players(league.database, first=2, after=page.page_info.end_cursor)

    names = [edge.node.full_name for edge in (*page.edges, *rest.edges)]
    assert names == ["Luka Dončić", "Marcus Smart", "Nikola Vučević"]
    assert (await find_players(league.database, [203935, 4]))[1] is None


async def test_a_roster_holds_who_played_for_the_team_that_season(league: League) -> None:
    last_season = game(1, id="0021700001", season_start_year=2017)
    moved = player_line(game(2, home=LAL), 203935)
    await league.load([last_season, game(1), game(2, home=LAL), player_line(last_season, 202696)])
    await league.load([player_line(game(1), 203935), moved])

    boston, lakers = await rosters_of_teams(league.database, [BOS, LAL], season_start_year=2018)

    assert [player.full_name for player in boston] == ["Marcus Smart"]
    assert boston == lakers


async def test_teams_are_found_by_todays_abbreviation_in_either_case(league: League) -> None:
    await league.load([])

    found = await find_team_by_abbreviation(league.database, "was")
    page = await list_teams(league.database, first=2)
    rest = await list_teams(league.database, first=30, after=page.page_info.end_cursor)

    assert found is not None
    assert found.name == "Washington Wizards"
    assert await find_team_by_abbreviation(league.database, "XYZ") is None
    assert [edge.node.abbreviation for edge in page.edges] == ["ATL", "BOS"]
    assert len(rest.edges) == 28


async def test_seasons_are_those_of_which_there_are_games(league: League) -> None:
    assert await list_seasons(league.database) == []

    await league.load([game(), game(1, id="0029900001", season_start_year=1999)])

    assert [season.label for season in await list_seasons(league.database)] == ["2018-19", "1999-00"]
    assert [season and season.start_year for season in await find_seasons(league.database, [1999, 2000])] == [
        1999,
        None,
    ]


async def test_ties_are_ordered_by_the_games_among_the_tied(league: League) -> None:
    atlanta, chicago = 1610612737, 1610612741
    # Boston and Philadelphia both 1-1; Philadelphia beat Boston, Boston has the better points
    await league.load(
        [
            game(1, home=PHI, away=BOS, home_score=91, away_score=90),
            game(2, home=BOS, away=atlanta, home_score=130, away_score=90),
            game(3, home=chicago, away=PHI, home_score=99, away_score=80),
        ]
    )

    (standings,) = await standings_of_seasons(league.database, [2018])

    assert [(each.team_id, each.wins, each.losses, each.conference_rank) for each in standings] == [
        (chicago, 1, 0, 1), (PHI, 1, 1, 2), (BOS, 1, 1, 3), (atlanta, 0, 1, 4),
    ]  # fmt: skip
    assert [each.games_behind for each in standings] == [0.0, 0.5, 0.5, 1.0]
    assert [each.streak for each in standings] == ["W1", "L1", "W1", "L1"]


async def test_standings_as_of_a_day_know_nothing_of_later_games(league: League) -> None:
    await league.load([game(1), game(2), game(3, home_score=80)])

    (standings,) = await standings_of_seasons(league.database, [2018], as_of=game(2).date)

    assert [(each.team_id, each.wins, each.losses, each.streak) for each in standings] == [
        (BOS, 2, 0, "W2"), (PHI, 0, 2, "L2"),
    ]  # fmt: skip


async def test_simulated_games_stand_only_where_there_are_no_real_ones(league: League) -> None:
    await league.load([game(90001, origin=Origin.SIMULATED), game(90002, origin=Origin.SIMULATED)], trust=0)
    (made_up,) = await standings_of_seasons(league.database, [2018])

    await league.load([game(1)])

    (real,) = await standings_of_seasons(league.database, [2018])
    assert (made_up[0].wins, made_up[0].origin) == (2, Origin.SIMULATED)
    assert (real[0].wins, real[0].origin) == (1, Origin.REAL)


async def test_leaders_share_ranks_and_need_seven_in_ten_games_for_a_rate(league: League) -> None:
    games = [game(number) for number in range(1, 11)]
    regulars = [player_line(each, player, points=20, seconds=1200) for each in games[:7] for player in (1, 2)]
    star = [player_line(each, 3, points=50, seconds=2400) for each in games[:6]]
    await league.load([*games, *regulars, *star])

    async def leaders(mode: PerMode, min_games: int | None = None) -> list[tuple[int, int, float]]:
        (found,) = await leaders_of_seasons(
            league.database, [2018], metric=LeaderMetric.POINTS, per_mode=mode, min_games=min_games
        )
        return [(each.rank, each.player_id, each.value) for each in found]

    assert await leaders(PerMode.PER_GAME) == [(1, 1, 20.0), (1, 2, 20.0)]
    assert await leaders(PerMode.PER_GAME, min_games=6) == [(1, 3, 50.0), (2, 1, 20.0), (2, 2, 20.0)]
    assert await leaders(PerMode.TOTALS) == [(1, 3, 300.0), (2, 1, 140.0), (2, 2, 140.0)]
    assert (await leaders(PerMode.PER_36, min_games=1))[0] == (1, 3, 45.0)


async def test_a_leader_stands_with_the_team_for_which_he_played_last(league: League) -> None:
    await league.load([game(1), game(2, home=LAL), player_line(game(1)), player_line(game(2, home=LAL))])

    (leaders,) = await leaders_of_seasons(
        league.database, [2018], metric=LeaderMetric.MINUTES, per_mode=PerMode.TOTALS
    )

    assert [(each.team_id, each.games, each.value) for each in leaders] == [(LAL, 2, 0.0)]


async def test_sources_and_their_refused_rows_are_seen_by_all(league: League) -> None:
    rows = [RefusedRow(line, "some_rule", "Sentence.", {"PTS": f"{line}\x00"}, game().id) for line in (3, 2)]
    async with league.database.writing(league.workspace_id) as session:
        driver = await session.driver()
        file_id = await begin_source(driver, digest="abc", name="a.csv", format_name="MADE")
        await quarantine(driver, file_id, rows)
        await finish_source(driver, file_id, Counts(stored=5, quarantined=2), SourceState.LOADED, None)

    (file, nobody) = await find_source_files(league.database, [file_id, uuid4()])
    (page,) = await quarantined_rows_of_files(league.database, [file_id], first=1)
    (rest,) = await quarantined_rows_of_files(
        league.database, [file_id], first=1, after=page.page_info.end_cursor
    )
    (of_game,) = await quarantined_rows_of_games(league.database, [game().id])

    assert nobody is None
    assert file is not None
    assert (file.rows_read, file.rows_stored, file.rows_quarantined, file.state) == (7, 5, 2, "LOADED")
    assert [edge.node.line_number for edge in (*page.edges, *rest.edges)] == [2, 3]
    assert page.edges[0].node.raw == {"PTS": "2\N{REPLACEMENT CHARACTER}"}
    assert of_game == [page.edges[0].node, rest.edges[0].node]


async def test_sources_are_listed_the_newest_first(league: League) -> None:
    for trust in (1, 2, 3):
        await league.load([], trust=trust)

    page = await list_source_files(league.database, first=2)
    rest = await list_source_files(league.database, first=2, after=page.page_info.end_cursor)

    assert [edge.node.digest for edge in (*page.edges, *rest.edges)] == ["3", "2", "1"]


@pytest.mark.parametrize(
    "cursor",
    ["!", encode_cursor(["2018-10-16"]), encode_cursor(["x", "y"]), encode_cursor(["2018-10-16", "\x00"])],
)
async def test_a_cursor_of_another_list_is_refused(league: League, cursor: str) -> None:
    with pytest.raises(Invalid, match="cursor"):
        await list_games(league.database, first=1, after=cursor)


async def test_a_number_beyond_any_row_is_no_cursor(league: League) -> None:
    with pytest.raises(Invalid, match="cursor"):
        await plays_of_games(league.database, [game().id], first=1, after=encode_cursor([UNSTORABLE]))


@pytest.mark.parametrize("first", [0, -1, 501])
async def test_a_page_that_is_empty_or_too_large_is_refused(league: League, first: int) -> None:
    with pytest.raises(Invalid, match="first"):
        await list_players(league.database, first=first)


def test_ids_of_sources_sort_by_time() -> None:
    first, second = new_id(), new_id()

    assert isinstance(first, UUID)
    assert first.int >> 80 <= second.int >> 80
