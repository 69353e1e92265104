"""The queue that wakes workers, and the one place that knows of procrastinate.

A job carries no truth: the `run` row does, and every write of a worker is fenced by it (app/core/runs).
So a job may be lost (a sweep asks again), doubled or late without harm to what is stored.
"""

from app.core.queue.waking import defer, defer_asleep, live_workers
from app.core.queue.worker import Handler, Queue

__all__ = ["Handler", "Queue", "defer", "defer_asleep", "live_workers"]
