import datetime as dt

from app.core.ids import encode_global_id
from app.governance.scopes import Scope
from app.stats.rows import Origin
from app.stats.store.sources import GAME_UNKNOWN, RefusedRow, begin_source, quarantine
from resolvers.context import Context
from schema.execution import Contract
from tests.schema.conftest import Ask, actor_with
from tests.stats.make import BOS, LAL, PHI, UNKNOWN, League, game, play, player_line, team_lines

EVERYTHING = """
    query Everything($first: Int!) {
      games(first: $first) { totalCount edges { node {
        id season { label } type status origin neutralSite
        home { isHome score team { abbreviation }
          boxScore { points player { fullName } game { id } team { name } } }
        away { isHome score team { abbreviation games(first: 2) { totalCount edges { node { date } } } } }
        plays(first: 5) { edges { node { id clock kind team { name } player { fullName } } } }
        qualityIssues { rule } sourceFile { name state quarantinedRows { edges { node { rule } } } }
      } } }
    }"""


async def test_a_game_is_told_with_both_sides_lines_and_plays(league: League, ask: Ask) -> None:
    played = game()
    lines = [*team_lines(played), player_line(played, seconds=1800)]
    await league.load([played, *lines, play(played, team_id=BOS, player_id=UNKNOWN), play(played, 2)])

    found = (await ask(EVERYTHING, first=5))["games"]["edges"][0]["node"]

    assert found["home"]["team"]["abbreviation"] == "BOS"
    assert (found["home"]["score"], found["away"]["score"]) == (100, 90)
    assert found["home"]["boxScore"][0]["player"]["fullName"] == f"Player {UNKNOWN}"
    assert [edge["node"]["clock"] for edge in found["plays"]["edges"]] == ["PT11M59S", "PT11M58S"]
    assert found["season"]["label"] == "2018-19"
    assert found["sourceFile"]["name"] == "made"


async def test_statements_do_not_grow_with_the_number_of_parents(
    league: League, ask: Ask, statements: list[str]
) -> None:
    played = [game(number) for number in range(1, 101)]
    others = [row for each in played for row in (*team_lines(each), player_line(each), play(each))]
    await league.load([*played, *others])

    await ask(EVERYTHING, first=1)
    for_one = len(statements)
    await ask(EVERYTHING, first=100)

    # two loads that happen to come in the same turn of the loop are one statement: fewer is no fault
    assert for_one <= 15
    assert len(statements) - for_one <= 15


async def test_games_are_counted_only_when_asked(league: League, ask: Ask, statements: list[str]) -> None:
    await league.load([game(number) for number in range(1, 4)])

    await ask("{ games(first: 1) { edges { node { id } } } }")
    assert len(statements) == 1

    counted = await ask("{ games(first: 1) { totalCount } }")
    assert counted["games"]["totalCount"] == 3


async def test_a_list_is_counted_as_it_was_filtered(league: League, ask: Ask) -> None:
    await league.load([game(1), game(2, home=LAL), game(3, home=LAL, away=BOS)])
    text = "query ($team: ID, $date: Date) { games(team: $team, date: $date, status: FINAL) { totalCount } }"

    of_boston = await ask(text, team=encode_global_id("Team", BOS))
    of_a_day = await ask(text, date="2018-10-02")
    of_nobody = await ask(text, team=encode_global_id("Player", BOS))

    totals = [each["games"]["totalCount"] for each in (of_boston, of_a_day, of_nobody)]
    assert totals == [2, 1, 0]


async def test_pages_of_games_follow_each_other(league: League, ask: Ask) -> None:
    await league.load([game(number) for number in range(1, 6)])
    text = """query ($after: String) { games(first: 2, after: $after, season: "2018-19") {
        edges { node { date } } pageInfo { hasNextPage hasPreviousPage endCursor } } }"""

    pages = [(await ask(text))["games"]]
    while pages[-1]["pageInfo"]["hasNextPage"]:
        pages.append((await ask(text, after=pages[-1]["pageInfo"]["endCursor"]))["games"])

    days = [edge["node"]["date"] for page in pages for edge in page["edges"]]
    assert days == [f"2018-10-0{day}" for day in (5, 4, 3, 2, 1)]
    assert [page["pageInfo"]["hasPreviousPage"] for page in pages] == [False, True, True]


async def test_a_season_has_standings_and_leaders(league: League, ask: Ask) -> None:
    played = game()
    await league.load([played, *team_lines(played), player_line(played, points=31)])

    found = await ask("""{ season(label: "2018-19") { startYear
        standings(asOf: "2018-10-01") { team { abbreviation } wins conferenceRank streak origin }
        leaders(metric: POINTS, perMode: TOTALS) { rank value games player { fullName } team { name } } }
      seasons { label } }""")

    boston = found["season"]["standings"][0]
    assert boston.pop("team") == {"abbreviation": "BOS"}
    assert boston == {"wins": 1, "conferenceRank": 1, "streak": "W1", "origin": "REAL"}
    assert found["season"]["leaders"][0]["value"] == 31
    assert found["seasons"] == [{"label": "2018-19"}]


async def test_a_simulated_game_says_so(league: League, ask: Ask) -> None:
    await league.load([game(origin=Origin.SIMULATED)])

    found = await ask("{ games { edges { node { origin } } } }")

    assert found["games"]["edges"][0]["node"]["origin"] == "SIMULATED"


async def test_players_are_found_by_name_search_and_id(league: League, ask: Ask) -> None:
    played = game()
    await league.load([played, player_line(played), player_line(played, UNKNOWN + 1)])
    name = f"Player {UNKNOWN}"

    found = await ask(
        """query ($id: ID!, $name: String!) {
          byId: player(id: $id) { fullName gameLog(season: "2018-19") { edges { node { points } } } }
          byName: player(name: $name) { id }
          players(search: "player 9900", first: 1) { pageInfo { hasNextPage } } }""",
        id=encode_global_id("Player", UNKNOWN),
        name=name.upper(),
    )

    assert found["byId"] == {"fullName": name, "gameLog": {"edges": [{"node": {"points": 20}}]}}
    assert found["byName"] == {"id": encode_global_id("Player", UNKNOWN)}
    assert found["players"]["pageInfo"]["hasNextPage"]


async def test_teams_are_listed_with_rosters(league: League, ask: Ask) -> None:
    played = game()
    await league.load([played, player_line(played)])

    found = await ask("""{ teams(first: 40) { edges { node { name } } }
        team(abbreviation: "bos") { conference roster(season: "2018-19") { fullName } } }""")

    assert len(found["teams"]["edges"]) >= 30
    assert found["team"]["roster"] == [{"fullName": f"Player {UNKNOWN}"}]


async def test_what_is_not_there_is_null(league: League, ask: Ask) -> None:
    await league.load([])

    found = await ask(
        """query ($game: ID!, $other: ID!) { game(id: $game) { id } other: game(id: $other) { id }
          none: game(id: "nonsense") { id } team(abbreviation: "XXX") { id } player(name: "Nobody") { id }
          season(label: "1999-00") { label } far: player(id: $game) { id } }""",
        game=encode_global_id("Game", "0029999999"),
        other=encode_global_id("Team", BOS),
    )

    assert set(found.values()) == {None}


async def test_a_text_that_cannot_be_stored_is_found_nowhere(league: League, ask: Ask) -> None:
    await league.load([])

    found = await ask(
        """query ($nul: String!) { team(abbreviation: $nul) { id } player(name: $nul) { id }
          players(search: $nul) { edges { cursor } } quarantinedRows(rule: $nul) { edges { cursor } } }""",
        nul="B\x00S",
    )

    nothing: dict[str, object] = {"edges": []}
    assert found == {"team": None, "player": None, "players": nothing, "quarantinedRows": nothing}


async def test_a_player_is_asked_for_in_one_way(league_contract: Contract, context: Context) -> None:
    for text in ("{ player { id } }", '{ player(id: "x", name: "y") { id } }'):
        result = await league_contract.execute(text, context_value=context)

        assert result.errors is not None
        assert "exactly one" in result.errors[0].message


async def test_a_page_that_is_too_large_is_refused(league_contract: Contract, context: Context) -> None:
    result = await league_contract.execute("{ games(first: 501) { totalCount } }", context_value=context)

    assert result.errors is not None
    assert result.errors[0].extensions == {"code": "VALIDATION", "retryable": False}
    assert "501" in result.errors[0].message


async def test_a_key_without_the_scope_is_refused(league_contract: Contract, context: Context) -> None:
    context.caller = actor_with(context.workspace_id, Scope.PREDICT)

    result = await league_contract.execute("{ seasons { label } }", context_value=context)

    assert result.errors is not None
    assert (result.errors[0].extensions or {})["code"] == "FORBIDDEN"


async def test_refused_rows_are_seen_by_file_by_rule_and_by_game(league: League, ask: Ask) -> None:
    await league.load([game()])
    refused = RefusedRow(7, GAME_UNKNOWN, "no game", {"GAME_ID": "x"}, game().id)
    async with league.database.writing(league.workspace_id) as session:
        driver = await session.driver()
        source = await begin_source(driver, digest="bad", name="bad.csv", format_name="MADE")
        await quarantine(driver, source, [refused])

    found = await ask("""{
        quarantinedRows(rule: "game_unknown") { edges { node { lineNumber raw sourceFile { name } } } }
        none: quarantinedRows(rule: "other") { edges { cursor } }
        sourceFiles { edges { node { name quarantinedRows { edges { node { detail } } } } } }
        games { edges { node { qualityIssues { rule } } } } }""")

    row = {"lineNumber": 7, "raw": {"GAME_ID": "x"}, "sourceFile": {"name": "bad.csv"}}
    assert found["quarantinedRows"]["edges"] == [{"node": row}]
    assert found["none"]["edges"] == []
    assert found["sourceFiles"]["edges"][0]["node"]["name"] == "bad.csv"
    assert found["games"]["edges"][0]["node"]["qualityIssues"] == [{"rule": "game_unknown"}]


async def test_a_day_is_a_day_of_the_league(league: League, ask: Ask) -> None:
    await league.load([game(3)])

    found = await ask(
        "query ($day: Date!) { games(date: $day) { totalCount } }", day=str(dt.date(2018, 10, 3))
    )

    assert found["games"]["totalCount"] == 1


async def test_two_teams_met_are_counted_once_each(league: League, ask: Ask) -> None:
    await league.load([game(1), game(2, home=PHI, away=BOS), game(3, home=LAL, away=PHI)])

    found = await ask('{ team(abbreviation: "PHI") { games(season: "2018-19") { totalCount } } }')

    assert found["team"]["games"]["totalCount"] == 3
