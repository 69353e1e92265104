"""Valid rows and loads from nothing: a test names only what matters to it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.core.database import Database
from app.core.ids import WorkspaceId
from app.stats.rows import (
    BoxScore,
    GameRow,
    GameStatus,
    PlayerLineRow,
    PlayerRow,
    PlayKind,
    PlayRow,
    SeasonType,
    TeamLineRow,
)
from app.stats.store.kinds import LeagueRow
from app.stats.store.loading import Loading, Merged, lock_league
from app.stats.store.names import insert_players, insert_teams
from app.stats.store.sources import begin_source

BOS, PHI, LAL = 1610612738, 1610612755, 1610612747
UNKNOWN = 99_000_001
"""A player of whom nobody has heard."""
EMPTY = BoxScore(*(None,) * 17)


def box(points: int | None = 100, **counts: int | None) -> BoxScore:
    return replace(EMPTY, points=points, **counts)


def game(number: int = 1, home: int = BOS, away: int = PHI, **changes: object) -> GameRow:
    """A finished game of 2018-19, on the day of October that is its number; it ends 100 to 90."""
    row = GameRow(
        id=f"00218{number:05}",
        season_start_year=2018,
        season_type=SeasonType.REGULAR_SEASON,
        date=dt.date(2018, 10, 1) + dt.timedelta(days=number - 1),
        status=GameStatus.FINAL,
        home_team_id=home,
        away_team_id=away,
        neutral_site=False,
        home_score=100,
        away_score=90,
    )
    return replace(row, **changes)  # type: ignore[arg-type]


def team_lines(of: GameRow) -> list[TeamLineRow]:
    return [
        TeamLineRow(of.id, of.home_team_id, is_home=True, box=box(of.home_score)),
        TeamLineRow(of.id, of.away_team_id, is_home=False, box=box(of.away_score)),
    ]


def player_line(
    of: GameRow, player_id: int = UNKNOWN, points: int | None = 20, **counts: int | None
) -> PlayerLineRow:
    return PlayerLineRow(of.id, player_id, of.home_team_id, box(points, **counts))


def play(of: GameRow, number: int = 1, **changes: object) -> PlayRow:
    row = PlayRow(of.id, number, 1, 720.0 - number, PlayKind.MADE_SHOT, "Someone 2' Layup", 2 * number, 0)
    return replace(row, **changes)  # type: ignore[arg-type]


@dataclass(slots=True)
class League:
    """The way to load rows in one call; each load is a source of its own."""

    database: Database
    workspace_id: WorkspaceId
    loads: int = 0

    async def load(self, rows: Sequence[LeagueRow], *, trust: int = 10) -> Merged:
        self.loads += 1
        async with self.database.writing(self.workspace_id) as session:
            driver = await session.driver()
            await lock_league(driver)
            await insert_teams(driver, [])
            players = {row.player_id for row in rows if isinstance(row, PlayerLineRow)}
            await insert_players(driver, [PlayerRow(each, f"Player {each}") for each in players])
            source = await begin_source(driver, digest=f"{self.loads}", name="made", format_name="MADE")
            loading = Loading(driver, source, trust)
            await loading.stage(rows)
            return await loading.merge()
