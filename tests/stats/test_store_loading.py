import datetime as dt
from dataclasses import replace

import pytest

from app.core.database import Database
from app.stats.rows import BoxScore, GameStatus, Origin, PlayerRow, SeasonType, TeamRow
from app.stats.store.kinds import GAME, PLAY, PLAYER_LINE, TEAM_LINE
from app.stats.store.loading import Span
from app.stats.store.merging import Outcome
from app.stats.store.names import insert_players, insert_teams
from tests.stats.make import BOS, LAL, PHI, UNKNOWN, League, box, game, play, player_line, team_lines


async def _points(database: Database) -> dict[int, int]:
    return {
        row["team_id"]: row["points"] for row in await database.fetch("select team_id, points from team_line")
    }


async def _totals(database: Database) -> dict[tuple[int, str], tuple[int, int, str]]:
    rows = await database.fetch("select * from season_totals")
    return {
        (row["player_id"], row["season_type"]): (row["games"], row["points"], row["origin"]) for row in rows
    }


async def test_new_rows_are_stored_and_their_days_are_told(league: League) -> None:
    early, late = game(1), game(3)

    merged = await league.load([early, late, *team_lines(early), *team_lines(late)])

    assert merged.outcomes[GAME] == Outcome(2, 0, 0, (early.id, late.id))
    assert merged.outcomes[TEAM_LINE].stored == 4
    assert merged.changed == Span(early.date, late.date)


async def test_the_same_rows_again_are_duplicates_and_rewrite_nothing(league: League) -> None:
    rows = [game(), *team_lines(game()), player_line(game()), play(game())]
    await league.load(rows)
    versions = "select xmin::text from game union all select xmin::text from team_line"
    before = await league.database.fetch(versions)

    merged = await league.load(rows)

    assert {kind.table: (each.stored, each.duplicate) for kind, each in merged.outcomes.items()} == {
        "game": (0, 1), "team_line": (0, 2), "player_line": (0, 1), "play": (0, 1),
    }  # fmt: skip
    assert merged.changed is None
    assert await league.database.fetch(versions) == before


@pytest.mark.parametrize("more_trusted_first", [True, False])
async def test_the_more_trusted_source_stands_whichever_came_first(
    league: League, more_trusted_first: bool
) -> None:
    home, away = team_lines(game())
    trusted, doubted = (40, [replace(home, box=box(100))]), (20, [replace(home, box=box(99))])
    await league.load([game(), away])
    first, second = (trusted, doubted) if more_trusted_first else (doubted, trusted)
    await league.load(first[1], trust=first[0])

    merged = await league.load(second[1], trust=second[0])

    assert (await _points(league.database))[BOS] == 100
    outcome = merged.outcomes[TEAM_LINE]
    assert (outcome.stored, outcome.superseded) == ((0, 1) if more_trusted_first else (1, 0))


async def test_the_newest_of_equally_trusted_sources_is_a_correction(league: League) -> None:
    home, _ = team_lines(game())
    await league.load([game(), home])

    merged = await league.load([replace(home, box=box(101))])

    assert merged.outcomes[TEAM_LINE] == Outcome(1, 0, 0, (game().id,))
    assert await _points(league.database) == {BOS: 101}


async def test_a_value_that_is_not_known_differs_from_zero(league: League) -> None:
    home, _ = team_lines(game())
    await league.load([game(), replace(home, box=box(100, steals=None))])

    merged = await league.load([replace(home, box=box(100, steals=0))])

    assert merged.outcomes[TEAM_LINE].stored == 1


async def test_a_more_trusted_source_that_agrees_lends_its_trust(league: League) -> None:
    home, _ = team_lines(game())
    await league.load([game(), home], trust=10)
    await league.load([home], trust=40)

    merged = await league.load([replace(home, box=box(55))], trust=20)

    assert merged.outcomes[TEAM_LINE].superseded == 1
    assert await _points(league.database) == {BOS: 100}


async def test_a_game_that_was_played_is_never_unplayed_again(league: League) -> None:
    await league.load([game()])

    merged = await league.load(
        [game(status=GameStatus.SCHEDULED, home_score=None, away_score=None)], trust=90
    )

    assert merged.outcomes[GAME].superseded == 1


async def test_a_row_that_a_source_states_twice_counts_as_read_twice(league: League) -> None:
    merged = await league.load([game(), game()])

    assert merged.outcomes[GAME] == Outcome(1, 0, 1, (game().id,))


async def test_a_moved_game_takes_its_player_lines_along(league: League) -> None:
    await league.load([game(), player_line(game())])
    moved = game(date=dt.date(2018, 12, 24))

    await league.load([moved])

    rows = await league.database.fetch("select game_date from player_line")
    assert [row["game_date"] for row in rows] == [moved.date]


async def test_plays_of_a_game_are_replaced_together(league: League) -> None:
    other = game(2)
    await league.load([game(), other, *(play(game(), number) for number in (1, 2, 3)), play(other)])

    merged = await league.load([play(game(), 1), play(game(), 2, description="Another")])

    assert merged.outcomes[PLAY] == Outcome(2, 0, 0, (game().id,))
    rows = await league.database.fetch("select game_id, number, description from play order by 1, 2")
    assert [tuple(row) for row in rows] == [
        (game().id, 1, play(game()).description), (game().id, 2, "Another"),
        (other.id, 1, play(other).description),
    ]  # fmt: skip


async def test_plays_of_a_less_trusted_source_do_not_mix_in(league: League) -> None:
    await league.load([game(), play(game())], trust=20)

    merged = await league.load([play(game()), play(game(), 2)], trust=10)

    assert merged.outcomes[PLAY] == Outcome(0, 2, 0, ())


async def test_sums_follow_the_lines_of_their_part_of_the_season(league: League) -> None:
    playoff = game(id="0041800101", season_type=SeasonType.PLAYOFFS, date=dt.date(2019, 4, 20))
    await league.load([game(1), game(2), player_line(game(1), points=20), player_line(game(2), points=None)])
    await league.load([playoff, player_line(playoff, points=7)])

    await league.load([player_line(game(1), points=25)])

    assert await _totals(league.database) == {
        (UNKNOWN, "REGULAR_SEASON"): (2, 25, "REAL"),
        (UNKNOWN, "PLAYOFFS"): (1, 7, "REAL"),
    }


async def test_simulated_lines_do_not_count_once_a_season_has_real_games(league: League) -> None:
    made_up = game(90001, origin=Origin.SIMULATED)
    await league.load([made_up, player_line(made_up, points=50)], trust=0)
    simulated = await _totals(league.database)

    await league.load([game(), player_line(game(), points=20)])

    assert simulated == {(UNKNOWN, "REGULAR_SEASON"): (1, 50, "SIMULATED")}
    assert await _totals(league.database) == {(UNKNOWN, "REGULAR_SEASON"): (1, 20, "REAL")}


async def test_a_franchise_keeps_todays_name_and_a_dissolved_one_its_own(league: League) -> None:
    mentioned = [TeamRow(LAL, "MNL", "Minneapolis Lakers"), TeamRow(1610610036, "WAS", "Washington Capitols")]

    async with league.database.writing(league.workspace_id) as session:
        await insert_teams(await session.driver(), mentioned)

    rows = await league.database.fetch(
        "select id, name, conference from team where id in ($1, $2, $3)", LAL, PHI, 1610610036
    )
    assert {(row["name"], row["conference"]) for row in rows} == {
        ("Los Angeles Lakers", "West"), ("Philadelphia 76ers", "East"), ("Washington Capitols", None),
    }  # fmt: skip
    assert len(await league.database.fetch("select from team")) == 31


async def test_a_player_gets_the_first_name_that_is_told_unless_he_is_known(league: League) -> None:
    async with league.database.writing(league.workspace_id) as session:
        driver = await session.driver()
        await insert_players(driver, [PlayerRow(UNKNOWN, "New Cömer"), PlayerRow(1629029, "L. Doncic")])
        await insert_players(driver, [PlayerRow(UNKNOWN, "Someone Else")])

    rows = await league.database.fetch("select full_name, folded_name from player order by id")
    assert [tuple(row) for row in rows] == [("Luka Dončić", "luka doncic"), ("New Cömer", "new comer")]


async def test_every_count_of_a_box_score_arrives(league: League) -> None:
    full = BoxScore(*range(1, 17), plus_minus=-3.5)

    await league.load(
        [game(), replace(player_line(game()), box=full), replace(team_lines(game())[0], box=full)]
    )

    for table in (PLAYER_LINE.table, TEAM_LINE.table):
        row = (await league.database.fetch(f"select * from {table}"))[0]  # noqa: S608 - a name of ours
        assert [row[name] for name in PLAYER_LINE.values[1:]] == [*range(1, 17), -3.5]
