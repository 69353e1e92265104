from itertools import islice

from app.core.database import Database
from app.core.ids import WorkspaceId
from app.datasets.ingestion import ingest_paths, ingest_simulated
from app.stats.rows import Origin
from app.stats.simulation.seasons import simulate_seasons
from app.stats.store.games import GameFilter, count_games, list_games
from app.stats.store.leaders import leaders_of_seasons
from app.stats.store.lines import player_lines_of_games
from app.stats.store.sources import Counts
from app.stats.views import LeaderMetric
from tests.datasets.conftest import WriteFile, team_rows

NAME = "simulated league, seed 7, season 2018-19, 60 games"


async def test_made_up_games_are_loaded_once_and_each_says_what_it_is(
    database: Database, workspace_id: WorkspaceId
) -> None:
    games = list(islice(simulate_seasons(2018, 1, seed=7), 60))

    summary = await ingest_simulated(database, workspace_id, iter(games), name=NAME)
    again = await ingest_simulated(database, workspace_id, iter(games), name=NAME)

    page = await list_games(database, first=500)
    lines = await player_lines_of_games(database, [edge.node.id for edge in page.edges])
    assert [(file.format, file.counts) for file in summary.files] == [("SIMULATION", Counts(stored=60))]
    assert again.files == []
    assert {edge.node.origin for edge in page.edges} == {Origin.SIMULATED}
    assert {len(of_game) for of_game in lines} == {20}
    assert sum(line.points or 0 for line in lines[0]) == sum(
        score or 0 for score in (page.edges[0].node.home_score, page.edges[0].node.away_score)
    )


async def test_players_of_made_up_games_are_real_persons_and_lead_a_simulated_season(
    database: Database, workspace_id: WorkspaceId
) -> None:
    await ingest_simulated(database, workspace_id, islice(simulate_seasons(2018, 1, seed=7), 60), name=NAME)

    (leaders,) = await leaders_of_seasons(database, [2018], metric=LeaderMetric.POINTS)
    rows = await database.fetch("select count(*) from player where full_name like 'Player %'")

    assert {leader.origin for leader in leaders} == {Origin.SIMULATED}
    assert rows[0][0] == 0


async def test_real_games_stand_beside_made_up_ones(
    database: Database, workspace_id: WorkspaceId, write_file: WriteFile
) -> None:
    await ingest_simulated(database, workspace_id, islice(simulate_seasons(2018, 1, seed=7), 60), name=NAME)

    await ingest_paths(database, workspace_id, [write_file("teams.csv", team_rows())])

    assert await count_games(database, GameFilter(origin=Origin.SIMULATED)) == 60
    assert await count_games(database, GameFilter(origin=Origin.REAL)) == 1
