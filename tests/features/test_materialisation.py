"""Forms in a real database: true to the games, blind to the future, the same however they came about."""

import asyncio
import datetime as dt

import asyncpg
import pytest

from app.core.database import Database
from app.core.ids import WorkspaceId
from app.features import store
from app.features.matchup import feature_matrix
from app.features.materialisation import Materialised, materialise
from app.features.store import PlannedGame, PlayedMatchup
from tests.features.seasons import load_seasons

MIDWINTER = dt.date(2023, 1, 15)
FORMS = "select * from team_form order by team_id, game_id"


@pytest.fixture(autouse=True)
async def _league(database: Database, workspace_id: WorkspaceId) -> None:
    await load_seasons(database, workspace_id, 2022, 1, seed=3)


async def bring_up_to_date(database: Database, workspace_id: WorkspaceId) -> Materialised:
    async with database.writing(workspace_id) as session:
        return await materialise(session)


async def change(database: Database, workspace_id: WorkspaceId, *statements: str) -> None:
    async with database.writing(workspace_id) as session:
        connection = await session.driver()
        for statement in statements:
            await connection.execute(statement)


async def matchups(database: Database, workspace_id: WorkspaceId) -> list[PlayedMatchup]:
    async with database.reading(workspace_id) as connection:
        return await store.played_matchups(connection, first_season=2022, last_season=2022)


async def forms(database: Database) -> list[asyncpg.Record]:
    return await database.fetch(FORMS)


async def test_a_world_without_the_future_gives_the_same_rows_for_earlier_games(
    database: Database, workspace_id: WorkspaceId
) -> None:
    await bring_up_to_date(database, workspace_id)
    known = [each for each in await matchups(database, workspace_id) if each.matchup.date < MIDWINTER]

    await change(
        database,
        workspace_id,
        "delete from team_form",
        "delete from team_line using game where game.id = game_id and date >= '2023-01-15'",
        "delete from game where date >= '2023-01-15'",
    )
    await bring_up_to_date(database, workspace_id)

    assert len(known) > 400
    assert await matchups(database, workspace_id) == known


async def test_no_row_knows_its_own_game_or_a_later_one(
    database: Database, workspace_id: WorkspaceId
) -> None:
    await bring_up_to_date(database, workspace_id)

    rows = await matchups(database, workspace_id)

    sides = [(row, form) for row in rows for form in (row.matchup.home, row.matchup.away) if form]
    assert len(sides) > 2400
    assert all(form.date < row.matchup.date and form.game_id != row.game_id for row, form in sides)


async def test_a_planned_game_has_the_features_of_the_played_one(
    database: Database, workspace_id: WorkspaceId
) -> None:
    await bring_up_to_date(database, workspace_id)
    played = (await matchups(database, workspace_id))[600:640]
    async with database.reading(workspace_id) as connection:
        ids = [each.game_id for each in played]
        games = {
            row["id"]: row for row in await connection.fetch("select * from game where id = any($1)", ids)
        }
        planned = [
            PlannedGame(game["home_team_id"], game["away_team_id"], game["date"], game["season_start_year"])
            for game in (games[each.game_id] for each in played)
        ]

        found = await store.matchup_rows(connection, planned)

    assert found == [each.matchup for each in played]
    assert feature_matrix(found).shape == (40, 17)


async def test_a_team_that_nobody_saw_has_no_form(database: Database, workspace_id: WorkspaceId) -> None:
    async with database.reading(workspace_id) as connection:
        [found] = await store.matchup_rows(connection, [PlannedGame(1, 2, MIDWINTER, 2022)])

    assert (found.home, found.away, found.date) == (None, None, MIDWINTER)


async def test_what_is_up_to_date_is_left_alone(database: Database, workspace_id: WorkspaceId) -> None:
    first = await bring_up_to_date(database, workspace_id)

    second = await bring_up_to_date(database, workspace_id)

    assert first.games == 1230
    assert (second.since, second.games, second.last_date) == (None, 0, first.last_date)


@pytest.mark.parametrize(
    "correction",
    [
        "update game set home_score = home_score + away_score where date = '2023-01-15'",
        "update team_line set turnovers = 25 from game where game.id = game_id and date = '2023-01-15'",
        "update game set status = 'POSTPONED' where date = '2023-01-15'",
        "update game set neutral_site = true where date = '2023-01-15'",
    ],
)
async def test_a_correction_moves_everything_from_its_day_on_and_nothing_before(
    correction: str, database: Database, workspace_id: WorkspaceId
) -> None:
    await bring_up_to_date(database, workspace_id)
    before = await database.fetch(
        "select * from team_form where date < $1 order by team_id, game_id", MIDWINTER
    )

    await change(database, workspace_id, correction)
    corrected = await bring_up_to_date(database, workspace_id)
    stepwise = await forms(database)
    await change(database, workspace_id, "delete from team_form")
    await bring_up_to_date(database, workspace_id)

    assert corrected.since == MIDWINTER
    assert await forms(database) == stepwise
    assert [row for row in stepwise if row["date"] < MIDWINTER] == before


async def test_two_at_once_give_one_result(database: Database, workspace_id: WorkspaceId) -> None:
    done = await asyncio.gather(*(bring_up_to_date(database, workspace_id) for _ in range(2)))

    assert sorted(each.games for each in done) == [0, 1230]
    assert len(await forms(database)) == 2460


async def test_a_failed_transaction_leaves_no_forms(database: Database, workspace_id: WorkspaceId) -> None:
    async def fail() -> None:
        async with database.writing(workspace_id) as session:
            await materialise(session)
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await fail()

    assert await forms(database) == []
