"""Asking for a replay: the run, the audit line and the key in one transaction; a worker does the rest."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.core.errors import Conflict, Invalid, Issue, NotFound
from app.core.idempotency import recall, remember
from app.core.ids import encode_global_id
from app.core.runs import RunKind, create_run
from app.core.session import Session
from app.governance import audit
from app.governance.actors import Actor
from app.stats.store.games import find_games
from app.stats.store.replays import find_open_replay, pick_game

OPERATION: Final = "replayGame"
LARGEST_SPEED: Final = 10_000.0


@dataclass(frozen=True, slots=True)
class ReplayWish:
    """Which game to tell again, the newest that can be where it is None, and how fast."""

    game_id: str | None
    speed: float


@dataclass(frozen=True, slots=True)
class LaunchedReplay:
    """The run that does it, and whether it had been asked for before under this key."""

    run_id: UUID
    replayed: bool


async def launch_replay(
    session: Session, actor: Actor, wish: ReplayWish, *, key: str, request_id: str | None
) -> LaunchedReplay:
    """Start a replay; raises NotFound, Invalid, Conflict where one of the game is under way."""
    asked = {"game_id": wish.game_id, "speed": wish.speed}
    known = await recall(session, operation=OPERATION, key=key, input=asked)
    if known is not None:
        return LaunchedReplay(known, replayed=True)
    _check_speed(wish.speed)
    game_id = await _choose(session, wish.game_id)
    if (running := await find_open_replay(session, game_id)) is not None:
        message = f"Game {game_id} is being replayed by run {running}: follow it, or wait until it has ended."
        raise Conflict(message, current_id=encode_global_id("ReplayRun", running))
    run = await create_run(
        session,
        kind=RunKind.REPLAY,
        job_name=f"replay {game_id}",
        input={"game_id": game_id, "speed": wish.speed},
        request_id=request_id,
    )
    await remember(session, operation=OPERATION, key=key, input=asked, result_id=run.id)
    await audit.record(session, actor, OPERATION, f"game:{game_id}", details=asked, request_id=request_id)
    return LaunchedReplay(run.id, replayed=False)


def _check_speed(speed: float) -> None:
    if not 0 < speed <= LARGEST_SPEED:
        message = f"`speed` is {speed:g}: ask for more than 0 and at most {LARGEST_SPEED:g}."
        raise Invalid(message, path=["speed"], issues=[Issue(("speed",), "range", message)])


async def _choose(session: Session, game_id: str | None) -> str:
    if game_id is None:
        picked = await pick_game(session)
        if picked is None:
            raise NotFound("There is no game whose plays could be told: bring in games first.")
        return picked
    if (await find_games(await session.driver(), [game_id]))[0] is None:
        raise NotFound(f"There is no game {game_id}: use one that `games` returned.", missing_id=game_id)
    return game_id
