"""Telling a game again, and following it."""

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import ID

from app.governance.scopes import Scope
from app.stats.events import GameStatusChanged as GameStatusChangedEvent
from app.stats.events import PlayRecorded as PlayRecordedEvent
from app.stats.rows import GameStatus
from app.stats.views import ReplayView
from resolvers import stats_replays
from schema.fields import Argument, Terms, act, derived, each, stream
from schema.problems import ConflictError, ForbiddenError, NotFoundError, ValidationError
from schema.relay import Node, global_id, register_node, shows
from schema.runs import RunState
from schema.scalars import EventCursor
from schema.stats_games import Game, Play
from schema.streams import StreamEnding, StreamEvent, StreamGap, StreamHeartbeat, event_type


@shows(ReplayView, "A run that tells a finished game again.")
class ReplayRun(Node):
    """Shows `ReplayView`."""

    id: ID = global_id("ReplayRun")
    game: Game = each(stats_replays.games_of_replays, "The game that it tells.")
    speed: float = strawberry.field(description="Seconds of the game's clock that pass in a second.")
    state: RunState = strawberry.field(description="How far it has come.")
    started_at: dt.datetime | None = strawberry.field(description="When a worker first took it.")
    ended_at: dt.datetime | None = strawberry.field(description="When it ended.")
    failure_message: str | None = strawberry.field(description="What went wrong, if anything did.")


@strawberry.input(description="Which game to tell again.")
class ReplayGameInput:
    """Input of `replayGame`."""

    idempotency_key: str = strawberry.field(
        description="Any text of your own; the same key again returns the same run."
    )
    game: ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The game; the newest whose plays are known where it is left out.",
    )
    speed: float = strawberry.field(
        default=60.0, description="Seconds of the game's clock that pass in a second, above 0."
    )
    client_mutation_id: str | None = strawberry.field(
        default=strawberry.UNSET, description="Comes back in the answer as it is."
    )


@strawberry.type(description="The replay is on its way.")
class ReplayGameSuccess:
    """Shows `ReplayStarted`."""

    client_mutation_id: str | None = strawberry.field(description="The one of the input.")
    run: ReplayRun = strawberry.field(description="The run that does it.")
    game: Game = strawberry.field(description="The game that is told: follow it by the subscription `game`.")
    replayed: bool = strawberry.field(
        description="Whether the key had been used before, and this is the first one's answer."
    )


ReplayGameResult = Annotated[
    ReplayGameSuccess | NotFoundError | ValidationError | ConflictError | ForbiddenError,
    strawberry.union("ReplayGameResult", description="What came of the wish to tell a game again."),
]


@strawberry.type
class StatsMutation:
    """Roots that do something with the league."""

    replay_game: ReplayGameResult = act(
        stats_replays.replay_game,
        "Tell a finished game again, play by play, at a multiple of its pace: the stored game stays.",
        takes=ReplayGameInput,
        success=ReplayGameSuccess,
        answers=ReplayGameResult,
        terms=Terms(requires=Scope.DATASET_WRITE, cost=10),
    )


@event_type(PlayRecordedEvent.kind, "Something happened on the floor.")
class PlayRecorded(StreamEvent):
    """Shows the event of that name."""

    game: Game = each(stats_replays.games_of_events, "The game, as it is stored.")
    play: Play = each(stats_replays.plays_of_events, "What happened.")


@event_type(GameStatusChangedEvent.kind, "The telling of a game begins or is over.")
class GameStatusChanged(StreamEvent):
    """Shows the event of that name."""

    game: Game = each(stats_replays.games_of_events, "The game, as it is stored.")
    status: GameStatus = derived(
        lambda event: GameStatus(event.payload["status"]),
        "Where the telling stands: LIVE when it begins, FINAL when it is over.",
    )


GameEvent = Annotated[
    PlayRecorded | GameStatusChanged | StreamGap | StreamHeartbeat | StreamEnding,
    strawberry.union("GameEvent", description="What the subscription `game` sends."),
]


@strawberry.type
class StatsSubscription:
    """What can be watched of the league."""

    game: GameEvent = stream(
        stats_replays.game_events,
        "A game while it is told: its plays in order, its end. Without a cursor from the beginning.",
        events=GameEvent,
        arguments={
            "id": Argument("The id of a game.", ID),
            "after": Argument("The cursor of the last event that you have.", EventCursor | None),
        },
        terms=Terms(requires=Scope.STATS_READ),
    )


register_node("ReplayRun", stats_replays.replays_by_key)
