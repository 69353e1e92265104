import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from app.core.database import Database
from app.core.errors import Forbidden, NotFound, Unavailable
from app.core.ids import DeploymentId, WorkspaceId, new_id
from app.core.session import Session
from app.serving.events import ServingSampled, serving_topic
from app.serving.pool import ModelPool
from app.serving.store.predictions import list_samples
from app.serving.windows import LiveFigures, Source, merge_samples
from tests.serving import make
from tests.serving.conftest import Ended, OpenPool, Register

LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
UNTIL = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)


@pytest.fixture
def source(workspace_id: WorkspaceId) -> Source:
    return Source(workspace_id, uuid.UUID(int=new_id().int), DeploymentId(new_id()))


async def samples(database: Database, source: Source) -> list[Any]:
    async with database.reading(source.workspace_id) as connection:
        topic = serving_topic(source.endpoint_id)
        return await list_samples(connection, [topic], kind=ServingSampled.kind, since=LONG_AGO)


async def test_requests_of_a_second_are_told_as_one_sample(database: Database, source: Source) -> None:
    figures = LiveFigures(database, CollectorRegistry())
    for milliseconds in (1.0, 2.0, 4.0):
        figures.answered(source, "wp", rows=2, milliseconds=milliseconds)
    figures.failed(source, "wp")

    await figures.tell()
    await figures.tell()

    (sample,) = await samples(database, source)
    assert (sample["requests"], sample["errors"], sample["coalesced"]) == (4, 1, 1)
    window = merge_samples([sample], since=LONG_AGO, until=UNTIL)
    assert window.p50_ms == pytest.approx(2.0, rel=0.021)


async def test_samples_of_two_processes_make_one_window(database: Database, source: Source) -> None:
    for milliseconds in (1.0, 100.0):
        process = LiveFigures(database, CollectorRegistry())
        process.answered(source, "wp", rows=1, milliseconds=milliseconds)
        await process.tell()

    window = merge_samples(await samples(database, source), since=LONG_AGO, until=UNTIL)

    assert (window.requests, window.errors) == (2, 0)
    assert window.p99_ms == pytest.approx(1.0, rel=0.021)
    assert window.latencies.quantile(1.0) == pytest.approx(100.0, rel=0.021)


async def test_a_sample_that_can_not_be_written_is_kept_for_the_next(
    database: Database, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = LiveFigures(database, CollectorRegistry())

    @asynccontextmanager
    async def away(_workspace_id: WorkspaceId) -> AsyncIterator[Session]:
        raise Unavailable("no answer", dependency="postgresql")
        yield

    figures.answered(source, "wp", rows=1, milliseconds=1.0)
    with monkeypatch.context() as patched:
        patched.setattr(database, "writing", away)
        await figures.tell()
    figures.answered(source, "wp", rows=1, milliseconds=1.0)
    await figures.tell()

    (sample,) = await samples(database, source)
    assert (sample["requests"], sample["coalesced"]) == (2, 2)


async def test_one_unforeseen_fault_does_not_end_the_live_figures(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told_again = asyncio.Event()
    figures = LiveFigures(database, CollectorRegistry())
    outcomes = iter([RuntimeError("unforeseen")])

    async def tell() -> None:
        if (fault := next(outcomes, None)) is not None:
            raise fault
        told_again.set()

    monkeypatch.setattr("app.serving.windows.SAMPLE_SECONDS", 0.01)
    monkeypatch.setattr(figures, "tell", tell)

    await figures.start()

    await asyncio.wait_for(told_again.wait(), 10)
    await figures.stop()


async def test_the_same_figures_stand_in_prometheus(database: Database, source: Source) -> None:
    registry = CollectorRegistry()
    figures = LiveFigures(database, registry)

    figures.answered(source, "wp", rows=3, milliseconds=2.0)
    figures.failed(source, "wp")

    told = generate_latest(registry).decode()
    assert 'courtside_predict_requests_total{endpoint="wp",outcome="answered"} 1.0' in told
    assert 'courtside_predict_requests_total{endpoint="wp",outcome="failed"} 1.0' in told
    assert 'courtside_predictions_total{endpoint="wp"} 3.0' in told
    assert 'courtside_predict_seconds_bucket{endpoint="wp",le="0.0025"} 1.0' in told


@pytest.mark.parametrize(
    ("error", "counted"),
    [
        (Unavailable("no answer", dependency="postgresql"), 1),
        (RuntimeError("a fault of ours"), 1),
        (NotFound("no such game"), 0),
        (Forbidden("not you", required_scope="PREDICT"), 0),
    ],
)
async def test_only_our_own_failures_are_errors(
    database: Database,
    workspace_id: WorkspaceId,
    register: Register,
    open_pool: OpenPool,
    ended: Ended,
    error: Exception,
    counted: int,
) -> None:
    pool: ModelPool = await open_pool()
    await ended(await make.start(database, workspace_id, await register()))

    with pytest.raises(type(error)), pool.failures_counted(workspace_id, make.MODEL):
        raise error

    assert sum(each.errors for each in pool.figures._open.values()) == counted
