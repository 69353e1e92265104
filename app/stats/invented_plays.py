"""The play-by-play of a simulated game, made up from its box scores when somebody first wants to see it.

A real game never gets one: what did not happen is not told of what did.
"""

import hashlib
from dataclasses import fields
from typing import Final

from app.core.session import Session
from app.stats.rows import BoxScore, GameRow, PlayerLineRow, TeamLineRow
from app.stats.simulation import simulate_plays
from app.stats.store.kinds import PLAY
from app.stats.store.lines import player_lines_of_games, team_lines_of_games
from app.stats.store.loading import Loading, lock_league
from app.stats.store.sources import Counts, SourceState, begin_source, finish_source
from app.stats.views import GameView, LineView

FORMAT: Final = "SIMULATION"
TRUST: Final = 0
SEED: Final = 1
"""The plays follow from the game's id and lines: one seed for all."""


async def invent_plays(session: Session, game: GameView) -> None:
    """Make up and store the plays of a simulated game; raises Invalid where its lines do not suffice."""
    driver = await session.driver()
    await lock_league(driver)
    teams = (await team_lines_of_games(driver, [game.id]))[0]
    players = (await player_lines_of_games(driver, [game.id]))[0]
    plays = simulate_plays(
        _game_row(game),
        [TeamLineRow(game.id, line.team_id, line.is_home, _box(line)) for line in teams],
        [PlayerLineRow(game.id, line.player_id, line.team_id, _box(line)) for line in players],
        SEED,
    )
    name = f"simulated play-by-play of {game.id}"
    digest = hashlib.sha256(f"{FORMAT}\n{name}".encode()).hexdigest()
    source_id = await begin_source(driver, digest=digest, name=name, format_name=FORMAT)
    loading = Loading(driver, source_id, TRUST)
    await loading.stage(plays)
    outcome = (await loading.merge()).outcomes[PLAY]
    counts = Counts(outcome.stored, outcome.superseded, outcome.duplicate)
    await finish_source(driver, source_id, counts, SourceState.LOADED, None)


def _game_row(game: GameView) -> GameRow:
    return GameRow(**{field.name: getattr(game, field.name) for field in fields(GameRow)})


def _box(line: LineView) -> BoxScore:
    return BoxScore(**{field.name: getattr(line, field.name) for field in fields(BoxScore)})
