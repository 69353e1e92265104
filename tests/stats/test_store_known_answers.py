"""What is publicly known about seasons that were played, read back from the real files."""

import datetime as dt
import re
from collections.abc import Mapping

import pytest

from app.core.database import Database
from app.stats.rows import SeasonType
from app.stats.store import games, leaders, lines, players, plays, standings
from app.stats.store.games import GameFilter, count_games, find_games, list_games
from app.stats.store.leaders import leaders_of_seasons
from app.stats.store.lines import game_log_of_players, player_lines_of_games, team_lines_of_games
from app.stats.store.players import find_players, find_players_by_name, rosters_of_teams
from app.stats.store.plays import plays_of_games
from app.stats.store.reading import Reader
from app.stats.store.seasons import list_seasons
from app.stats.store.standings import standings_of_seasons
from app.stats.store.teams import find_teams, list_teams
from app.stats.views import LeaderMetric, PerMode, StandingView
from tests.stats.conftest import CountStatements
from tests.stats.make import BOS, LAL, PHI

EAST_2018_19 = "MIL TOR PHI BOS IND BKN ORL DET CHA MIA WAS ATL CHI CLE NYK"
WEST_2018_19 = "GSW DEN POR HOU UTA OKC SAS LAC SAC LAL MIN MEM NOP DAL PHX"


async def _abbreviations(database: Database) -> Mapping[int, str]:
    page = await list_teams(database, first=100)
    return {edge.node.id: edge.node.abbreviation for edge in page.edges}


async def _standings(database: Database, year: int, as_of: dt.date | None = None) -> dict[str, StandingView]:
    names = await _abbreviations(database)
    (standings,) = await standings_of_seasons(database, [year], as_of=as_of)
    return {names[each.team_id]: each for each in standings}


async def test_the_teams_of_2018_19_stand_where_the_league_put_them(real_league: Database) -> None:
    standings = await _standings(real_league, 2018)

    east = [name for name, each in standings.items() if each.conference == "East"]
    west = [name for name, each in standings.items() if each.conference == "West"]
    assert " ".join(sorted(east, key=lambda name: standings[name].conference_rank)) == EAST_2018_19
    assert " ".join(sorted(west, key=lambda name: standings[name].conference_rank)) == WEST_2018_19
    records = {name: (standings[name].wins, standings[name].losses) for name in ("MIL", "TOR", "GSW", "NYK")}
    assert records == {"MIL": (60, 22), "TOR": (58, 24), "GSW": (57, 25), "NYK": (17, 65)}
    assert (standings["TOR"].games_behind, standings["NYK"].games_behind) == (2.0, 43.0)
    assert standings["CLE"].streak == "L10"


async def test_golden_state_won_its_first_24_games_of_2015_16(real_league: Database) -> None:
    standings = await _standings(real_league, 2015, as_of=dt.date(2015, 12, 11))

    warriors = standings["GSW"]
    assert (warriors.wins, warriors.losses, warriors.streak) == (24, 0, "W24")
    assert (await _standings(real_league, 2015))["GSW"].wins == 73


async def test_the_franchises_of_1950_51_have_their_names(real_league: Database) -> None:
    (standings,) = await standings_of_seasons(real_league, [1950])

    teams = await find_teams(real_league, [each.team_id for each in standings])
    names = {team.name for team in teams if team is not None}
    assert {"Washington Capitols", "Indianapolis Olympians", "Baltimore Bullets", "Boston Celtics"} <= names
    assert len(names) == 11


@pytest.mark.parametrize(
    ("year", "metric", "name", "value"),
    [
        (2018, LeaderMetric.POINTS, "James Harden", 36.1),
        (2015, LeaderMetric.POINTS, "Stephen Curry", 30.1),
        (2018, LeaderMetric.REBOUNDS, "Andre Drummond", 15.6),
        (2018, LeaderMetric.ASSISTS, "Russell Westbrook", 10.7),
        (2018, LeaderMetric.BLOCKS, "Myles Turner", 2.7),
        (2018, LeaderMetric.STEALS, "Paul George", 2.2),
    ],
)
async def test_the_leaders_are_those_of_the_record_books(
    real_league: Database, year: int, metric: LeaderMetric, name: str, value: float
) -> None:
    ((leader, *_),) = await leaders_of_seasons(real_league, [year], metric=metric)

    (player,) = await find_players(real_league, [leader.player_id])
    assert player is not None
    assert (player.full_name, round(leader.value, 1), leader.rank) == (name, value, 1)


async def test_totals_count_everybody(real_league: Database) -> None:
    ((threes, *_),) = await leaders_of_seasons(
        real_league, [2015], metric=LeaderMetric.THREE_POINTERS_MADE, per_mode=PerMode.TOTALS
    )

    (player,) = await find_players(real_league, [threes.player_id])
    assert player is not None
    assert (player.full_name, threes.value) == ("Stephen Curry", 402)


async def test_the_last_night_of_2018_19_ended_as_it_did(real_league: Database) -> None:
    (game,) = await find_games(real_league, ["0021801230"])

    assert game is not None
    names = await _abbreviations(real_league)
    assert (names[game.home_team_id], game.home_score, names[game.away_team_id], game.away_score) == (
        "POR", 136, "SAC", 131,
    )  # fmt: skip
    assert (game.date, game.season_type) == (dt.date(2019, 4, 10), SeasonType.REGULAR_SEASON)


async def test_the_last_play_carries_the_final_score(real_league: Database) -> None:
    ids = ["0021801230", "0021800928"]

    games = await find_games(real_league, ids)
    pages = await plays_of_games(real_league, ids, first=500)
    rest = await plays_of_games(real_league, ids[1:], first=500, after=pages[1].page_info.end_cursor)

    last = [pages[0].edges[-1].node, rest[0].edges[-1].node]
    assert [(play.home_score, play.away_score) for play in last] == [
        (game.home_score, game.away_score) for game in games if game is not None
    ]
    assert last[1].period == 8  # four overtimes: 168 to 161


async def test_every_counted_season_has_its_games(real_league: Database) -> None:
    async def games(**wanted: object) -> int:
        return await count_games(real_league, GameFilter(**wanted))  # type: ignore[arg-type]

    assert await games(season_start_year=2018, season_type=SeasonType.REGULAR_SEASON) == 1230
    assert await games(season_start_year=2020, season_type=SeasonType.REGULAR_SEASON) == 1080
    assert await games(season_start_year=2018, season_type=SeasonType.PLAYOFFS) == 82
    assert await games(season_start_year=2018, team_id=BOS, season_type=SeasonType.PLAYOFFS) == 9
    assert [season.label for season in await list_seasons(real_league)][-2:] == ["2010-11", "1950-51"]


async def test_players_of_both_sides_add_up_to_their_team(real_league: Database) -> None:
    page = await list_games(
        real_league, GameFilter(season_start_year=2018, to_date=dt.date(2019, 4, 10)), first=50
    )
    ids = [edge.node.id for edge in page.edges]

    sides = await team_lines_of_games(real_league, ids)
    players = await player_lines_of_games(real_league, ids)

    for game_sides, game_players in zip(sides, players, strict=True):
        for side in game_sides:
            mine = [line for line in game_players if line.team_id == side.team_id]
            assert sum(line.points or 0 for line in mine) == side.points
            assert sum(line.rebounds or 0 for line in mine) == side.rebounds


async def test_a_log_is_the_players_own(real_league: Database) -> None:
    ((harden,),) = await find_players_by_name(real_league, ["james harden"])

    (log,) = await game_log_of_players(real_league, [harden.id], season_start_year=2018, first=100)

    points = [edge.node.points or 0 for edge in log.edges]
    assert (len(points), sum(points), max(points)) == (78, 2818, 61)
    dates = [edge.node.game_date for edge in log.edges]
    assert dates == sorted(dates, reverse=True)


async def test_a_traded_player_is_on_both_rosters(real_league: Database) -> None:
    teams = [PHI, LAL]

    philadelphia, los_angeles = await rosters_of_teams(real_league, teams, season_start_year=2018)

    names = {player.full_name for player in philadelphia}
    assert {"Joel Embiid", "Ben Simmons", "Tobias Harris", "Robert Covington"} <= names
    assert "LeBron James" in {player.full_name for player in los_angeles}


async def test_the_number_of_statements_does_not_depend_on_the_number_of_parents(
    real_league: Database, count_statements: CountStatements
) -> None:
    teams = [edge.node.id for edge in (await list_teams(real_league, first=100)).edges]
    page = await list_games(real_league, GameFilter(season_start_year=2018), first=100)
    games = [edge.node.id for edge in page.edges]
    lines = await player_lines_of_games(real_league, games[:20])
    players = list({line.player_id for of_game in lines for line in of_game})

    async def read(reader: Reader, number: int) -> None:
        await find_teams(reader, teams[:number])
        await find_players(reader, players[:number])
        await find_games(reader, games[:number])
        await team_lines_of_games(reader, games[:number])
        await player_lines_of_games(reader, games[:number])
        await plays_of_games(reader, games[:number], first=10)
        await rosters_of_teams(reader, teams[:number], season_start_year=2018)
        await game_log_of_players(reader, players[:number], first=10)
        await standings_of_seasons(reader, range(2018, 2018 + number))
        await leaders_of_seasons(reader, range(2018, 2018 + number), metric=LeaderMetric.POINTS)

    await count_statements(lambda reader: read(reader, 1))  # the driver learns the types of the answers

    one = await count_statements(lambda reader: read(reader, 1))
    many = await count_statements(lambda reader: read(reader, 30))

    assert (one, many) == (10, 10)


SCORING = leaders._LEADERS.format(value="t.points::float8 / t.games")
NO_GAME = (dt.date.max, "")


@pytest.mark.parametrize(
    ("sql", "arguments"),
    [
        (lines._LOGS, ([201935], None, *NO_GAME, 21)),
        (lines._PLAYERS_OF_GAMES, (["0021801230"],)),
        (games._OF_TEAMS, ([BOS], 2018, *NO_GAME, 21)),
        (plays._OF_GAMES, (["0021801230"], 0, 101)),
        (players._ROSTERS, ([BOS], 2018)),
        (standings._STANDINGS, ([2018], "REGULAR_SEASON", None)),
        (SCORING, ([2018], "REGULAR_SEASON", 10, None)),
    ],
    ids=["log", "box score", "games of a team", "plays", "roster", "standings", "leaders"],
)
async def test_no_reading_walks_through_a_whole_table(
    real_league: Database, sql: str, arguments: tuple[object, ...]
) -> None:
    async with real_league.pool.acquire() as connection, connection.transaction():
        await connection.execute("set local plan_cache_mode = force_generic_plan")
        plan = "\n".join(row[0] for row in await connection.fetch(f"explain {sql}", *arguments))

    assert not re.search("Seq Scan on (game|team_line|player_line|play|season_totals) ", plan), plan
