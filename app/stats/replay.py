"""Telling a finished game again, play by play, at a multiple of the pace of its clock.

The stored game is not altered: a replay is a row of events. A worker that takes over goes on behind the
last play that was told.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from itertools import groupby
from typing import Final

from app.core.errors import NotFound
from app.core.paging import MAX_PAGE_SIZE
from app.core.runs import ClaimedRun
from app.core.session import Session
from app.stats.events import GameStatusChanged, PlayRecorded
from app.stats.invented_plays import invent_plays
from app.stats.rows import GameStatus, Origin
from app.stats.store.games import find_games
from app.stats.store.plays import plays_of_games
from app.stats.store.reading import Reader
from app.stats.store.replays import find_last_told
from app.stats.views import PlayView

REGULATION_PERIODS: Final = 4
PERIOD_SECONDS: Final = 720.0
OVERTIME_SECONDS: Final = 300.0

Writing = Callable[[], AbstractAsyncContextManager[Session]]
Sleep = Callable[[float], Awaitable[object]]


async def execute_replay(run: ClaimedRun) -> None:
    """Do the work of a replay's run."""
    game_id, speed = str(run.input["game_id"]), float(run.input["speed"])
    await replay_game(run.writing, run.database, game_id, speed=speed, is_resumed=run.epoch > 1)


async def replay_game(
    writing: Writing,
    reader: Reader,
    game_id: str,
    *,
    speed: float = 60.0,
    is_resumed: bool = False,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Tell a game: LIVE, its plays paced by its clock, FINAL. Stops wherever it is cancelled.

    Parameters
    ----------
    writing
        Opens a transaction for a few events.
    reader
        Where the game is read from.
    game_id
        The league's id.
    speed
        Seconds of the game's clock that pass in a second, above 0.
    is_resumed
        Whether to go on behind the last play of a telling that was broken off.
    sleep
        Waits for so many seconds.

    Raises
    ------
    NotFound
        If there is no such game, or a real one whose plays no source has told.
    """
    plays = await _plays_to_tell(writing, reader, game_id)
    told = await find_last_told(reader, game_id) if is_resumed else None
    if told is None:
        await _say(writing, [GameStatusChanged(game_id, GameStatus.LIVE)])
    before = 0.0
    for elapsed, moment in groupby(plays, key=elapsed_seconds):
        fresh = [play for play in moment if play.number > (told or 0)]
        if fresh:
            await sleep(max(0.0, elapsed - before) / speed)
            await _say(writing, [_recorded(play) for play in fresh])
        before = max(before, elapsed)
    await _say(writing, [GameStatusChanged(game_id, GameStatus.FINAL)])


def elapsed_seconds(play: PlayView) -> float:
    """Give the seconds of play since the opening tip.

    Four periods of 720 s, then overtimes of 300 s (NBA rule 5, sections II and III).
    """
    overtimes = max(0, play.period - REGULATION_PERIODS - 1)
    if play.period > REGULATION_PERIODS:
        through = REGULATION_PERIODS * PERIOD_SECONDS + (overtimes + 1) * OVERTIME_SECONDS
    else:
        through = play.period * PERIOD_SECONDS
    return through - play.seconds_left


async def read_all_plays(reader: Reader, game_id: str) -> list[PlayView]:
    """Read the whole play-by-play of a game, in its order."""
    plays: list[PlayView] = []
    after: str | None = None
    while True:
        page = (await plays_of_games(reader, [game_id], first=MAX_PAGE_SIZE, after=after))[0]
        plays += [edge.node for edge in page.edges]
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page:
            return plays


async def _plays_to_tell(writing: Writing, reader: Reader, game_id: str) -> list[PlayView]:
    plays = await read_all_plays(reader, game_id)
    if plays:
        return plays
    game = (await find_games(reader, [game_id]))[0]
    if game is None:
        raise NotFound(f"There is no game {game_id}: use one that `games` returned.", missing_id=game_id)
    if game.origin is not Origin.SIMULATED:
        message = f"No source has told the plays of game {game_id}: ingest its play-by-play first."
        raise NotFound(message, missing_id=game_id)
    async with writing() as session:
        await invent_plays(session, game)
    return await read_all_plays(reader, game_id)


async def _say(writing: Writing, happened: Sequence[PlayRecorded | GameStatusChanged]) -> None:
    async with writing() as session:
        for each in happened:
            session.emit(each)


def _recorded(play: PlayView) -> PlayRecorded:
    return PlayRecorded(
        game_id=play.game_id,
        number=play.number,
        period=play.period,
        seconds_left=play.seconds_left,
        play_kind=play.kind,
        description=play.description,
        home_score=play.home_score,
        away_score=play.away_score,
        team_id=play.team_id,
        player_id=play.player_id,
    )
