"""Live figures of this process: counted in memory, told once a second, never in a request's way.

A sample carries its whole histogram, so that samples of several processes and seconds merge into one window.
What was asked wrongly is the caller's mistake and is not counted: errors are requests that we failed to
answer.
"""

import asyncio
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import CollectorRegistry, Counter
from prometheus_client import Histogram as Meter

from app.core.database import Database
from app.core.errors import Unavailable
from app.core.ids import DeploymentId, WorkspaceId
from app.serving.events import ServingSampled
from app.serving.histogram import Histogram

log = structlog.get_logger()

SAMPLE_SECONDS = 1.0
METER_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)


@dataclass(frozen=True, slots=True)
class ServingWindow:
    """What a deployment did between two instants; the latencies of answered requests, None of none."""

    since: dt.datetime
    until: dt.datetime
    requests: int
    errors: int
    latencies: Histogram

    @property
    def p50_ms(self) -> float | None:
        """The latency that half of the answers did not exceed."""
        return self.latencies.quantile(0.5)

    @property
    def p95_ms(self) -> float | None:
        """The latency that 95 % of the answers did not exceed."""
        return self.latencies.quantile(0.95)

    @property
    def p99_ms(self) -> float | None:
        """The latency that 99 % of the answers did not exceed."""
        return self.latencies.quantile(0.99)


@dataclass(frozen=True, slots=True)
class Source:
    """Whose figures they are."""

    workspace_id: WorkspaceId
    endpoint_id: UUID
    deployment_id: DeploymentId


@dataclass(slots=True)
class _Open:
    since: dt.datetime
    requests: int = 0
    errors: int = 0
    coalesced: int = 0
    latencies: Histogram = field(default_factory=Histogram)


def merge_samples(
    samples: Iterable[Mapping[str, Any]], *, since: dt.datetime, until: dt.datetime
) -> ServingWindow:
    """Return the window that these payloads of `ServingSampled` make together."""
    merged, requests, errors = Histogram(), 0, 0
    for sample in samples:
        merged.merge(Histogram.restored(sample["buckets"]))
        requests += sample["requests"]
        errors += sample["errors"]
    return ServingWindow(since, until, requests, errors, merged)


class LiveFigures:
    """Counts what this process answers and tells it; `start` it once, `stop` tells the rest."""

    def __init__(
        self,
        database: Database,
        registry: CollectorRegistry,
        *,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._database = database
        self._now = now
        self._open: dict[Source, _Open] = {}
        self._task: asyncio.Task[None] | None = None
        self._requests = Counter(
            "courtside_predict_requests",
            "Requests for predictions, by endpoint and outcome.",
            ["endpoint", "outcome"],
            registry=registry,
        )
        self._rows = Counter(
            "courtside_predictions", "Predictions given, by endpoint.", ["endpoint"], registry=registry
        )
        self._seconds = Meter(
            "courtside_predict_seconds",
            "Time from the request to the model's answer.",
            ["endpoint"],
            buckets=METER_BUCKETS,
            registry=registry,
        )

    async def start(self) -> None:
        """Begin to tell."""
        self._task = asyncio.create_task(self._tell_forever(), name="courtside-live-figures")

    async def stop(self) -> None:
        """Tell what is left, and end."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None
            await self.tell()

    def answered(self, source: Source, endpoint: str, *, rows: int, milliseconds: float) -> None:
        """Count a request that was answered."""
        figures = self._figures(source)
        figures.requests += 1
        figures.latencies.count(milliseconds)
        self._requests.labels(endpoint, "answered").inc()
        self._rows.labels(endpoint).inc(rows)
        self._seconds.labels(endpoint).observe(milliseconds / 1000)

    def failed(self, source: Source, endpoint: str) -> None:
        """Count a request that we failed to answer."""
        figures = self._figures(source)
        figures.requests += 1
        figures.errors += 1
        self._requests.labels(endpoint, "failed").inc()

    async def tell(self) -> None:
        """Write a sample for each deployment that was asked since the last; keep them where that fails."""
        opened, self._open = self._open, {}
        for source, figures in opened.items():
            figures.coalesced += 1
            try:
                async with self._database.writing(source.workspace_id) as session:
                    session.emit(self._sample(source, figures))
            except Unavailable as error:
                log.info("serving_sample.postponed", reason=error.message)
                self._take_back(source, figures)

    async def _tell_forever(self) -> None:
        while True:
            await asyncio.sleep(SAMPLE_SECONDS)
            try:
                await self.tell()
            except Exception:  # a loop of this process: one fault must not end the live figures unseen
                log.exception("serving_sample.failed")

    def _figures(self, source: Source) -> _Open:
        if source not in self._open:
            self._open[source] = _Open(self._now())
        return self._open[source]

    def _sample(self, source: Source, figures: _Open) -> ServingSampled:
        return ServingSampled(
            endpoint_id=source.endpoint_id,
            deployment_id=source.deployment_id,
            since=figures.since,
            until=self._now(),
            requests=figures.requests,
            errors=figures.errors,
            coalesced=figures.coalesced,
            buckets=figures.latencies.shown(),
        )

    def _take_back(self, source: Source, earlier: _Open) -> None:
        later = self._open.get(source)
        if later is not None:
            earlier.requests += later.requests
            earlier.errors += later.errors
            earlier.latencies.merge(later.latencies)
        self._open[source] = earlier
