"""What Prometheus may read: the requests and sockets of this process, and what its parts measure."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
CLIENT_GONE = 499
"""Counted where a client hung up before there was an answer: HTTP has no number for it."""


class Meters:
    """The meters of one process, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self.requests = Counter(
            "courtside_http_requests_total",
            "HTTP requests answered.",
            ["route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "courtside_http_request_seconds",
            "Time until the answer to an HTTP request began, in seconds.",
            ["route"],
            buckets=BUCKETS,
            registry=self.registry,
        )

        self.sockets = Gauge("courtside_sockets_open", "WebSockets that are open.", registry=self.registry)

    def routes(self) -> list[Route]:
        """Return /metrics."""

        async def metrics(_request: Request) -> Response:
            headers = {"content-type": CONTENT_TYPE_LATEST}  # it names its own charset
            return Response(generate_latest(self.registry), headers=headers)

        return [Route("/metrics", metrics)]


class Metered:
    """Counts and times requests by the first part of their path: a bounded set of labels."""

    ROUTES = frozenset({"graphql", "explorer", "healthz", "metrics"})

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self.app = app
        self.meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve and count one request or one socket."""
        if scope["type"] == "websocket":
            with self.meters.sockets.track_inprogress():
                await self.app(scope, receive, send)
        elif scope["type"] == "http":
            await self._count(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        first = scope["path"].strip("/").partition("/")[0]
        route = first if first in self.ROUTES else "other"
        began, is_answered = time.perf_counter(), False

        def answered(status: int) -> None:
            nonlocal is_answered
            is_answered = True
            self.meters.requests.labels(route, str(status)).inc()
            self.meters.seconds.labels(route).observe(time.perf_counter() - began)

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":  # a stream lasts as long as its reader likes
                answered(message["status"])
            await send(message)

        try:
            await self.app(scope, receive, send_counted)
        except Exception:
            if not is_answered:
                answered(500)
            raise
        if not is_answered:
            answered(CLIENT_GONE)
