import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable, Sequence

import pytest

from app.core.database import Database
from app.core.errors import IdempotencyMismatch, Invalid, NotFound, Unavailable
from app.core.ids import RolloutId, WorkspaceId
from app.features.definitions import FEATURE_NAMES
from app.serving.events import PredictionsStored
from app.serving.pool import ModelPool
from app.serving.predicting import Answer, RowWish, predict
from app.serving.store.predictions import predictions_by_id
from tests.serving import make
from tests.serving.conftest import Ended, OpenPool, Register
from tests.stats.make import BOS, LAL, PHI

NOW = dt.datetime(2018, 10, 4, 12, tzinfo=dt.UTC)
DAY = dt.date(2018, 10, 5)
FIRST_GAME, SECOND_GAME = "0021800001", "0021800003"

Predict = Callable[..., Awaitable[Answer]]


@pytest.fixture
async def pool(
    played: None,  # noqa: ARG001 - it is there
    database: Database,
    workspace_id: WorkspaceId,
    register: Register,
    open_pool: OpenPool,
    ended: Ended,
) -> ModelPool:
    """A process that answers 0.75 for every game."""
    pool = await open_pool()
    await ended(await make.start(database, workspace_id, await register(0.75)))
    return pool


@pytest.fixture
def ask(database: Database, workspace_id: WorkspaceId, pool: ModelPool) -> Predict:
    async def do(*rows: RowWish, endpoint: str = make.MODEL, key: str | None = None) -> Answer:
        async with database.writing(workspace_id) as session:
            return await predict(session, pool, endpoint, rows, now=NOW, key=key, request_id="request")

    return do


async def test_known_and_planned_games_are_answered_in_their_order(ask: Predict) -> None:
    answer = await ask(RowWish(SECOND_GAME), RowWish(None, BOS, PHI, DAY))

    known, planned = answer.predictions
    assert (known.game_id, known.home_team_id, known.away_team_id) == (SECOND_GAME, PHI, BOS)
    assert (planned.game_id, planned.home_team_id, planned.date) == (None, BOS, DAY)
    assert known.probability == pytest.approx(0.75)
    assert list(known.features) == list(FEATURE_NAMES)


async def test_a_game_is_predicted_from_earlier_days_only(ask: Predict) -> None:
    answer = await ask(RowWish(FIRST_GAME), RowWish(SECOND_GAME))

    first, second = answer.predictions
    assert first.features["home_rest_days"] is None
    assert second.features["home_rest_days"] == 2
    assert second.features["elo_difference"] != first.features["elo_difference"]


async def test_a_planned_game_and_the_same_game_known_have_the_same_features(ask: Predict) -> None:
    answer = await ask(RowWish(SECOND_GAME), RowWish(None, PHI, BOS, dt.date(2018, 10, 3)))

    known, planned = answer.predictions
    assert known.features == planned.features


async def test_every_answer_is_kept_with_what_it_was_made_of(
    ask: Predict, database: Database, workspace_id: WorkspaceId
) -> None:
    answer = await ask(RowWish(SECOND_GAME), RowWish(None, BOS, LAL, DAY))

    ids = [prediction.id for prediction in answer.predictions]
    async with database.reading(workspace_id) as connection:
        kept = await predictions_by_id(connection, ids)
        told = await connection.fetch(
            "select payload from event_pending where kind = $1", PredictionsStored.kind
        )
    assert [kept[id_] for id_ in ids] == list(answer.predictions)
    assert [row["payload"]["prediction_ids"] for row in told] == [[str(id_) for id_ in ids]]


async def test_a_repeated_key_gets_the_same_predictions(ask: Predict) -> None:
    rows = [RowWish(SECOND_GAME), RowWish(None, BOS, PHI, DAY)]

    first, second = [await ask(*rows, key="once") for _ in range(2)]

    assert (first.replayed, second.replayed) == (False, True)
    assert second.predictions == first.predictions
    with pytest.raises(IdempotencyMismatch):
        await ask(RowWish(FIRST_GAME), key="once")


async def test_two_requests_with_one_key_at_once_are_answered_alike(ask: Predict) -> None:
    first, second = await asyncio.gather(*(ask(RowWish(SECOND_GAME), key="once") for _ in range(2)))

    assert first.predictions == second.predictions
    assert {first.replayed, second.replayed} == {True, False}


@pytest.mark.parametrize(
    ("rows", "paths"),
    [
        ([], [("rows",)]),
        ([RowWish(FIRST_GAME)] * 501, [("rows",)]),
        ([RowWish(FIRST_GAME), RowWish()], [("rows", "1")]),
        ([RowWish(FIRST_GAME, BOS, PHI, DAY)], [("rows", "0")]),
        ([RowWish(None, BOS, None, DAY), RowWish(None, BOS, PHI)], [("rows", "0"), ("rows", "1")]),
        ([RowWish(None, BOS, BOS, DAY)], [("rows", "0")]),
        ([RowWish(None, BOS, PHI, dt.date(1, 1, 1))], [("rows", "0", "date")]),
    ],
)
async def test_rows_that_say_no_game_are_refused_each_at_its_place(
    ask: Predict, rows: Sequence[RowWish], paths: list[tuple[str, ...]]
) -> None:
    with pytest.raises(Invalid) as refused:
        await ask(*rows)

    assert [issue.path for issue in refused.value.issues] == paths


@pytest.mark.parametrize(
    ("row", "path"),
    [
        (RowWish("0021899999"), ("rows", "1", "game")),
        (RowWish(None, 7, PHI, DAY), ("rows", "1", "home")),
        (RowWish(None, PHI, 2**70, DAY), ("rows", "1", "away")),
    ],
)
async def test_what_is_not_there_is_named(ask: Predict, row: RowWish, path: tuple[str, ...]) -> None:
    with pytest.raises(NotFound) as refused:
        await ask(RowWish(FIRST_GAME), row)

    assert refused.value.path == path


async def test_an_unknown_endpoint_is_not_found_and_an_empty_one_not_available(
    ask: Predict, database: Database, workspace_id: WorkspaceId, pool: ModelPool, register: Register
) -> None:
    with pytest.raises(NotFound):
        await ask(RowWish(FIRST_GAME), endpoint="nothing")

    await pool.stop()
    await make.start(database, workspace_id, await register(0.6), endpoint="waiting")
    with pytest.raises(Unavailable, match="Nothing serves on waiting yet"):
        await ask(RowWish(FIRST_GAME), endpoint="waiting")


async def test_a_failed_request_leaves_nothing_behind(
    ask: Predict, database: Database, workspace_id: WorkspaceId
) -> None:
    with pytest.raises(NotFound):
        await ask(RowWish(FIRST_GAME), RowWish("0021899999"), key="once")

    async with database.reading(workspace_id) as connection:
        assert await connection.fetchval("select count(*) from prediction") == 0
    assert not (await ask(RowWish(FIRST_GAME), key="once")).replayed


async def test_500_rows_are_one_insert_and_as_right_as_one(ask: Predict) -> None:
    answer = await ask(*[RowWish(FIRST_GAME), RowWish(SECOND_GAME)] * 250)

    single = await ask(RowWish(SECOND_GAME))
    assert len(answer.predictions) == 500
    assert answer.predictions[499].features == single.predictions[0].features


async def test_a_swap_under_load_loses_no_request(
    ask: Predict, database: Database, workspace_id: WorkspaceId, register: Register, ended: Ended
) -> None:
    versions = [await register(probability) for probability in (0.3, 0.4)]
    answers: list[Answer] = []
    swapping = asyncio.Event()

    async def keep_asking() -> None:
        while not swapping.is_set():
            answers.append(await ask(RowWish(SECOND_GAME)))

    async def swap() -> list[RolloutId]:
        done = []
        for version_id in versions:
            done.append((await ended(await make.start(database, workspace_id, version_id))).id)
            await ask(RowWish(SECOND_GAME))
        swapping.set()
        return done

    _, rollouts = await asyncio.gather(keep_asking(), swap())

    assert len(rollouts) == 2
    seen = [round(answer.predictions[0].probability, 6) for answer in answers]
    assert seen == sorted(seen, key=[0.75, 0.3, 0.4].index)
    assert (await ask(RowWish(SECOND_GAME))).predictions[0].probability == pytest.approx(0.4)
