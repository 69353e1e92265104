from collections.abc import AsyncIterator
from typing import Any

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from app.core.ids import encode_global_id
from app.core.runs import claim_run
from app.governance.scopes import Scope
from app.stats.events import game_topic
from app.stats.replay import execute_replay, replay_game
from resolvers.context import Context
from schema.execution import Contract, extensions_for
from schema.scalars import SCALARS
from schema.stats_replays import StatsMutation, StatsSubscription
from tests.schema.conftest import LIMITS, LeagueQuery, actor_with
from tests.stats.make import BOS, League, game, play

FOLLOW = """subscription ($id: ID!, $after: EventCursor) { game(id: $id, after: $after) { __typename
    ... on StreamEvent { cursor }
    ... on PlayRecorded { play { number clock team { abbreviation } } game { id } }
    ... on GameStatusChanged { status } ... on StreamEnding { reason } } }"""
REPLAY = """mutation ($i: ReplayGameInput!) { replayGame(input: $i) { __typename
    ... on ReplayGameSuccess { replayed run { id state speed game { id } } game { id } }
    ... on Error { message code path } ... on ConflictError { currentId } } }"""
GAME = encode_global_id("Game", game().id)


@strawberry.type
class Mutation(StatsMutation):
    """What can be done with the league."""


@strawberry.type
class Subscription(StatsSubscription):
    """What can be watched of the league."""


@pytest.fixture(scope="module")
def contract() -> Contract:
    config = StrawberryConfig(scalar_map=SCALARS)
    return Contract(LeagueQuery, Mutation, Subscription, config=config, extensions=extensions_for(LIMITS))


@pytest.fixture
async def following(context: Context) -> AsyncIterator[Context]:
    await context.platform.feed.start()
    yield context
    await context.platform.feed.stop()


async def follow(contract: Contract, context: Context, **variables: object) -> list[dict[str, Any]]:
    results = [each async for each in await contract.subscribe(FOLLOW, variables, context)]  # type: ignore[union-attr]
    assert not any(each.errors for each in results), results
    return [each.data["game"] for each in results]


async def replay(contract: Contract, context: Context, **wish: object) -> dict[str, Any]:
    result = await contract.execute(REPLAY, {"i": {"idempotencyKey": "k", **wish}}, context)
    assert result.data is not None, result.errors
    answer: dict[str, Any] = result.data["replayGame"]
    return answer


async def tell(league: League) -> None:
    async def no_wait(_seconds: float) -> None:
        """Let the clock run."""

    def writing() -> Any:  # noqa: ANN401 - a context manager
        return league.database.writing(league.workspace_id)

    await replay_game(writing, league.database, game().id, sleep=no_wait)


async def test_a_telling_is_followed_to_its_end(
    league: League, contract: Contract, following: Context
) -> None:
    await league.load([game(), *(play(game(), number, team_id=BOS) for number in (1, 2, 3))])
    await tell(league)

    events = await follow(contract, following, id=GAME)

    kinds = [event["__typename"] for event in events]
    assert kinds == ["GameStatusChanged", *["PlayRecorded"] * 3, "GameStatusChanged", "StreamEnding"]
    first = {"number": 1, "clock": "PT11M59S", "team": {"abbreviation": "BOS"}}
    assert events[1]["play"] == first
    assert (events[0]["status"], events[4]["status"]) == ("LIVE", "FINAL")
    assert events[5]["reason"] == "TERMINAL_STATE"


async def test_any_cursor_goes_on_right_behind_it(
    league: League, contract: Contract, following: Context
) -> None:
    await league.load([game(), *(play(game(), number) for number in (1, 2, 3))])
    await tell(league)
    whole = await follow(contract, following, id=GAME)

    rests = [await follow(contract, following, id=GAME, after=event["cursor"]) for event in whole[:4]]

    assert rests == [whole[place:] for place in range(1, 5)]


async def test_without_a_cursor_the_newest_telling_is_followed(
    league: League, contract: Contract, following: Context
) -> None:
    await league.load([game(), play(game())])
    await tell(league)
    await tell(league)

    assert len(await follow(contract, following, id=GAME)) == 4


async def test_an_unknown_game_and_a_strange_cursor_end_with_an_error(
    league: League, contract: Contract, following: Context
) -> None:
    await league.load([game()])

    async def error(**variables: object) -> str:
        results = [each async for each in await contract.subscribe(FOLLOW, variables, following)]  # type: ignore[union-attr]
        return str(results[-1].errors[0].extensions["code"])

    assert await error(id=encode_global_id("Team", BOS)) == "NOT_FOUND"
    assert await error(id=GAME, after="nonsense") == "VALIDATION"
    assert await error(id=GAME, after="ZTk5") == "VALIDATION"


async def test_a_replay_is_a_run_that_a_worker_does(
    league: League, contract: Contract, following: Context
) -> None:
    await league.load([game(1), game(2), play(game())])

    started = await replay(contract, following, speed=9_999.0)
    again = await replay(contract, following, speed=9_999.0)
    run_id = await league.database.fetch("select id from run")  # no workspace: nothing is seen
    assert run_id == []
    async with following.reading() as connection:
        run_id = await connection.fetchval("select id from run")
    run = await claim_run(league.database, league.workspace_id, run_id, "tester")
    await execute_replay(run)
    await run.complete()

    assert started["game"]["id"] == started["run"]["game"]["id"] == GAME
    assert (started["replayed"], again["replayed"]) == (False, True)
    assert started["run"]["id"] == again["run"]["id"] == encode_global_id("ReplayRun", run_id)
    assert len(await follow(contract, following, id=GAME)) == 4
    assert await following.platform.feed.last_sequence(game_topic(game().id)) == 3


async def test_each_refusal_is_typed(league: League, contract: Contract, context: Context) -> None:
    nothing = await replay(contract, context)
    await league.load([game(), play(game())])

    foreign = await replay(contract, context, game=encode_global_id("Team", BOS))
    unknown = await replay(contract, context, game=encode_global_id("Game", "0029999999"))
    too_fast = await replay(contract, context, speed=0.0)
    started = await replay(contract, context)
    mismatch = await replay(contract, context, speed=2.0)
    second = await replay(contract, context, idempotencyKey="other")

    assert [each["code"] for each in (nothing, foreign, unknown)] == ["NOT_FOUND"] * 3
    assert (too_fast["code"], too_fast["path"]) == ("VALIDATION", ["speed"])
    assert mismatch["code"] == "IDEMPOTENCY_MISMATCH"
    assert second["currentId"] == started["run"]["id"]


async def test_a_replay_asks_for_its_scope(league: League, contract: Contract, context: Context) -> None:
    await league.load([game(), play(game())])
    context.caller = actor_with(league.workspace_id, Scope.STATS_READ)

    assert (await replay(contract, context))["code"] == "FORBIDDEN"
