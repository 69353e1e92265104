"""A small contract with one of each thing that can happen to a request."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import strawberry
from strawberry.schema.config import StrawberryConfig

from app.core.events import Event
from app.core.session import Session
from app.governance.scopes import Scope
from resolvers.context import Context
from resolvers.streams import follow
from schema.execution import Contract, extensions_for
from schema.fields import Argument, Terms, act, one, stream
from schema.limits import Limits
from schema.problems import ForbiddenError
from schema.scalars import SCALARS
from schema.streams import StreamEnding, StreamEvent, StreamGap, StreamHeartbeat, event_type, payload

SECRET = "what-nobody-may-read"  # noqa: S105 - it opens nothing
CALLS: list[str] = []
TOPIC = "bell"


@dataclass(frozen=True, slots=True)
class Rung(Event):
    kind: ClassVar[str] = "Rung"

    times: int

    @property
    def topic(self) -> str:
        return TOPIC


@dataclass(frozen=True, slots=True)
class Done:
    word: str


async def ping(_ctx: Context) -> str:
    CALLS.append("ping")
    return "pong"


async def fail(_ctx: Context) -> str:
    raise RuntimeError(SECRET)


async def wait(ctx: Context, *, seconds: float) -> str:
    CALLS.append("wait")
    try:
        async with ctx.reading() as connection:
            await connection.execute("select pg_sleep($1)", seconds)
    except asyncio.CancelledError:
        CALLS.append("cancelled")
        raise
    return "waited"


async def repeat(_ctx: Context, *, times: int = 1) -> str:
    return "la" * times


async def do(_ctx: Context, *, word: str) -> Done:
    CALLS.append("do")
    return Done(word)


async def ring(session: Session, times: int) -> None:
    session.emit(Rung(times))


async def listen(ctx: Context, *, after: str | None = None) -> AsyncIterator[object]:
    CALLS.append("listening")
    try:
        async with aclosing(follow(ctx, TOPIC, after=after)) as items:
            async for item in items:
                yield item
    finally:
        CALLS.append("left")


async def break_off(_ctx: Context) -> AsyncIterator[object]:
    for _ in range(2):
        yield None
        raise RuntimeError(SECRET)


@event_type("Rung", "The bell was rung.")
class BellRung(StreamEvent):
    times: int = payload("times", "How often.")


@strawberry.input(description="A wish.")
class DoInput:
    word: str = strawberry.field(description="What to say.")
    client_mutation_id: str | None = strawberry.field(default=strawberry.UNSET, description="Echo.")


@strawberry.type(description="Done.")
class DoSuccess:
    client_mutation_id: str | None = strawberry.field(description="Echo.")
    word: str = strawberry.field(description="What was said.")


DoResult = Annotated[DoSuccess | ForbiddenError, strawberry.union("DoResult", description="What came of it.")]
BellEvent = Annotated[
    BellRung | StreamGap | StreamHeartbeat | StreamEnding, strawberry.union("BellEvent", description="News.")
]
READ, WRITE = Terms(requires=Scope.STATS_READ), Terms(requires=Scope.TRAIN_WRITE)


@strawberry.type
class Query:
    ping: str = one(ping, "A sign of life.", terms=READ)
    failing: str | None = one(fail, "Always a fault.")
    waiting: str | None = one(wait, "Slow.", arguments={"seconds": Argument("How long.")})
    song: str = one(
        repeat,
        "Dear where it is long.",
        arguments={"times": Argument("How long.")},
        terms=Terms(cost=2, multipliers=("times",)),
    )


@strawberry.type
class Mutation:
    do: DoResult = act(do, "Done.", takes=DoInput, success=DoSuccess, answers=DoResult, terms=WRITE)


@strawberry.type
class Subscription:
    bell: BellEvent = stream(
        listen, "The bell.", events=BellEvent, arguments={"after": Argument("Cursor.")}, terms=READ
    )
    broken: BellEvent | None = stream(break_off, "Breaks off.", events=BellEvent | None, arguments={})


def build(limits: Limits) -> Contract:
    config = StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True)
    return Contract(Query, Mutation, Subscription, config=config, extensions=extensions_for(limits))


BELL = """subscription ($after: String) { bell(after: $after) {
  __typename ... on StreamEvent { cursor } ... on BellRung { times } ... on StreamEnding { reason } } }"""
DO = "{ __typename ... on DoSuccess { word } ... on ForbiddenError { code requiredScope } }"
DO = 'mutation { do(input: {word: "hello"}) ' + DO + " }"
Lines = list[dict[str, Any]]
