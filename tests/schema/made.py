"""A contract of one team that needs no database: what it answers with is decided by its arguments."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import strawberry
from strawberry import ID

from app.core.errors import Conflict, Forbidden, IdempotencyMismatch, Invalid, Issue, NotFound, Unavailable
from app.core.paging import Page, page_of
from app.core.settings import Settings
from app.governance.scopes import Scope
from app.stats.views import PlayerView, TeamView
from resolvers.context import Context, Platform
from schema.execution import Contract, extensions_for
from schema.fields import Argument, Terms, act, each, one, stream
from schema.limits import Limits
from schema.problems import (
    ConflictError,
    DependencyDownError,
    ForbiddenError,
    NotFoundError,
    ValidationError,
)
from schema.relay import Connection, Node, global_id, shows

FAILURES = {
    "missing": NotFound("no such team", missing_id="X"),
    "wrong": Invalid("a bad name", issues=[Issue(("name",), "form", "not a name")], path=("name",)),
    "again": IdempotencyMismatch("the key came back with another name"),
    "taken": Conflict("somebody has it", current_id="Y"),
    "down": Unavailable("no answer", dependency="postgresql"),
    "barred": Forbidden("not you", required_scope=Scope.TRAIN_WRITE),
}
CALLS: list[tuple[int, str]] = []


def _team(number: int) -> TeamView:
    return TeamView(number, f"T{number}", f"Team {number}", None, None)


def _fail(name: str) -> None:
    if name == "boom":
        raise RuntimeError("the secret is 42")
    if name in FAILURES:
        raise FAILURES[name]


async def give_teams(_ctx: Context, *, first: int = 3, after: str | None = None) -> Page[TeamView]:
    rows = [_team(number) for number in range(1, 6)]
    return page_of(rows, first=first, after=after, key=lambda team: (team.id,))


async def give_players(parents: Sequence[TeamView], _ctx: Context, *, named: str) -> list[list[PlayerView]]:
    CALLS.append((len(parents), named))
    _fail(named)
    return [[PlayerView(10 * parent.id, named, None)] for parent in parents]


@dataclass(frozen=True, slots=True)
class Opening:
    day: int


@dataclass(frozen=True, slots=True)
class Founded:
    team: TeamView
    day: int | None


async def found_team(_ctx: Context, *, name: str, opening: Opening | None = None) -> Founded:
    _fail(name)
    return Founded(_team(1), None if opening is None else opening.day)


async def watch_teams(_ctx: Context, *, count: int) -> AsyncIterator[TeamView]:
    for number in range(1, count + 1):
        _fail("boom" if number == 3 else "")
        yield _team(number)


@shows(PlayerView, "A player.")
class Player(Node):
    id: ID = global_id("Player")
    full_name: str = strawberry.field(description="Name.")


@shows(TeamView, "A team.")
class Team(Node):
    id: ID = global_id("Team")
    abbreviation: str = strawberry.field(description="Letters.")
    players: list[Player] | None = each(
        give_players, "Players.", arguments={"named": Argument("Their name.")}
    )


@strawberry.input(description="An opening.")
class OpeningInput:
    day: int = strawberry.field(description="Day.")

    def to_domain(self) -> Opening:
        return Opening(self.day)


@strawberry.input(description="A wish.")
class FoundInput:
    name: str = strawberry.field(description="Name.")
    opening: OpeningInput | None = strawberry.field(default=strawberry.UNSET, description="Opening.")
    client_mutation_id: str | None = strawberry.field(default=strawberry.UNSET, description="Echo.")


@strawberry.type(description="Done.")
class FoundSuccess:
    client_mutation_id: str | None = strawberry.field(description="Echo.")
    team: Team = strawberry.field(description="Team.")
    day: int | None = strawberry.field(description="Day.")


FoundResult = Annotated[
    FoundSuccess | NotFoundError | ValidationError | ConflictError | ForbiddenError | DependencyDownError,
    strawberry.union("FoundResult", description="What came of it."),
]
NarrowResult = Annotated[FoundSuccess | NotFoundError, strawberry.union("NarrowResult", description="Less.")]
WRITE = Terms(requires=Scope.TRAIN_WRITE)


@strawberry.type
class Query:
    teams: Connection[Team] = one(
        give_teams, "Teams.", arguments={"first": Argument("How many."), "after": Argument("Behind.")}
    )
    guarded: Connection[Team] | None = one(
        give_teams,
        "Teams, for some.",
        arguments={"first": Argument("How many."), "after": Argument("Behind.")},
        terms=Terms(requires=Scope.AUDIT_READ, cost=7, multipliers=("first",)),
    )


@strawberry.type
class Mutation:
    found: FoundResult = act(
        found_team, "Found.", takes=FoundInput, success=FoundSuccess, answers=FoundResult, terms=WRITE
    )
    narrow: NarrowResult = act(
        found_team, "Found.", takes=FoundInput, success=FoundSuccess, answers=NarrowResult, terms=WRITE
    )


@strawberry.type
class Subscription:
    watch: Team = stream(
        watch_teams,
        "Teams, one by one.",
        events=Team,
        arguments={"count": Argument("How many.")},
        terms=WRITE,
    )


def platform() -> Platform:
    """Settings, and nothing else behind the contract."""
    nothing: Any = None
    return Platform(Settings(), nothing, nothing, nothing)


def contract() -> Contract:
    limits = Limits(cost=1_000, depth=15, tokens=1_000, aliases=10)
    return Contract(Query, Mutation, Subscription, extensions=extensions_for(limits))
