"""Metrics of a running fit on their way to the database and to whoever watches: a few batches a second."""

import time
from collections.abc import Callable
from typing import Final

from app.core.runs import ClaimedRun
from app.training.events import MetricSampled
from app.training.store import writing
from app.training.store.writing import MetricValue

BATCH_SECONDS: Final = 0.25


class MetricBatches:
    """Collects points and writes them together, each once, with its event; `flush` at the end."""

    def __init__(self, run: ClaimedRun, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._run = run
        self._monotonic = monotonic
        self._waiting: list[MetricValue] = []
        self._written_at = float("-inf")

    async def add(self, point: MetricValue) -> bool:
        """Take a point; write what waits if the last batch is long enough ago, and say whether it was."""
        self._waiting.append(point)
        is_time = self._monotonic() - self._written_at >= BATCH_SECONDS
        if is_time:
            await self.flush()
        return is_time

    async def flush(self) -> None:
        """Write what waits, and emit an event for each point that is new."""
        if not self._waiting:
            return
        async with self._run.writing() as session:
            for point in await writing.add_points(session, self._run.id, self._waiting):
                session.emit(MetricSampled(self._run.id, point.key, point.step, point.value))
        self._waiting.clear()
        self._written_at = self._monotonic()
