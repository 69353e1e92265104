"""How a game is told again, and how the telling is followed."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from app.core.errors import NotFound
from app.core.events import RecordedEvent, encode_event_cursor
from app.core.feed import StreamItem
from app.core.ids import NO_ID, encode_global_id, key_of, uuid_or_none
from app.stats.events import GameStatusChanged, game_topic
from app.stats.replaying import ReplayWish, launch_replay
from app.stats.rows import GameStatus, PlayKind
from app.stats.store.games import find_games
from app.stats.store.replays import find_replays, find_start_of_telling
from app.stats.views import GameView, PlayView, ReplayView
from resolvers.context import Context
from resolvers.streams import Ending, follow


@dataclass(frozen=True, slots=True)
class ReplayStarted:
    """The run, its game, and whether it had been started before under this key."""

    run: ReplayView
    game: GameView
    replayed: bool


async def replay_game(
    ctx: Context, *, idempotency_key: str, game: str | None = None, speed: float = 60.0
) -> ReplayStarted:
    """Start to tell a game again."""
    game_id = None if game is None else key_of(game, "Game")
    if game is not None and game_id is None:
        message = "`game` is not the id of a game: use an `id` that a query returned."
        raise NotFound(message, missing_id=game, path=["game"])
    wish = ReplayWish(game_id, speed)
    async with ctx.writing() as session:
        launched = await launch_replay(
            session, ctx.actor, wish, key=idempotency_key, request_id=ctx.request_id
        )
    run = (await replays_by_key([str(launched.run_id)], ctx))[0]
    found = None if run is None else (await find_games(ctx.database, [run.game_id]))[0]
    if run is None or found is None:
        message = "The replay was started, but its run or its game is gone: look at the audit trail."
        raise NotFound(message, missing_id=encode_global_id("ReplayRun", launched.run_id))
    return ReplayStarted(run, found, launched.replayed)


async def game_events(
    ctx: Context,
    *,
    id: str,  # noqa: A002 - the contract's word
    after: str | None = None,
) -> AsyncIterator[StreamItem | Ending]:
    """Yield what is told of a game behind a cursor, or from the beginning of the newest telling."""
    game_id = key_of(id, "Game") or ""
    if (await find_games(ctx.database, [game_id]))[0] is None:
        raise NotFound("There is no such game: use an `id` that a query returned.", missing_id=id)
    if after is None:
        async with ctx.reading() as connection:
            after = encode_event_cursor(await find_start_of_telling(connection, game_id))
    async with aclosing(follow(ctx, game_topic(game_id), after=after, is_last=_is_over)) as stream:
        async for item in stream:
            yield item


async def plays_of_events(events: Sequence[RecordedEvent], _ctx: Context) -> list[PlayView]:
    """Give for each event the play that it tells of, as it was told."""
    return [_play(event) for event in events]


async def games_of_events(events: Sequence[RecordedEvent], ctx: Context) -> list[GameView | None]:
    """Give for each event its game, as it is stored."""
    return await find_games(ctx.database, [str(event.payload["game_id"]) for event in events])


async def games_of_replays(replays: Sequence[ReplayView], ctx: Context) -> list[GameView | None]:
    """Give for each replay its game."""
    return await find_games(ctx.database, [each.game_id for each in replays])


async def replays_by_key(keys: Sequence[str], ctx: Context) -> list[ReplayView | None]:
    """Give the replay of each key of a global id."""
    async with ctx.reading() as connection:
        return await find_replays(connection, [uuid_or_none(key) or NO_ID for key in keys])


def _is_over(event: RecordedEvent) -> bool:
    return event.kind == GameStatusChanged.kind and event.payload["status"] == GameStatus.FINAL


def _play(event: RecordedEvent) -> PlayView:
    told = event.payload
    return PlayView(
        game_id=told["game_id"],
        number=told["number"],
        period=told["period"],
        seconds_left=told["seconds_left"],
        kind=PlayKind(told["play_kind"]),
        description=told["description"],
        home_score=told["home_score"],
        away_score=told["away_score"],
        team_id=told["team_id"],
        player_id=told["player_id"],
    )
