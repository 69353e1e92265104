"""The ASGI roof: everything that answers a request, put together once and handed down.

Nothing here decides anything about basketball, models or who may do what.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute

from app.core.database import Database
from app.core.feed import EventFeed
from app.core.migrations import expected_revision
from app.core.settings import Settings
from app.governance.authentication import Authenticator
from app.main.bodies import BodyLimit
from app.main.explorer import explorer_routes
from app.main.graphql import GraphQLEndpoint
from app.main.health import database_probe, health_routes, migrations_probe, worker_probe
from app.main.metrics import Metered, Meters
from app.main.middleware import RequestLine
from app.serving.pool import ModelPool
from resolvers.context import Platform
from schema.contract import build_schema
from schema.execution import Contract
from schema.limits import Limits

log = structlog.get_logger()


def create_app(
    settings: Settings, database: Database, *, build: Callable[[Limits], Contract] = build_schema
) -> Starlette:
    """Return the application over an open database; its lifespan starts and stops the rest.

    `app.state.drain` ends every stream with a word of farewell: for a server that is about to stop.
    """
    feed, meters = EventFeed(database), Meters()
    models = ModelPool(database, feed, settings, registry=meters.registry)
    authenticator = Authenticator(database)
    endpoint = GraphQLEndpoint(
        build(_limits(settings)), Platform(settings, database, feed, models), authenticator
    )
    probes = {
        "database": database_probe(database),
        "migrations": migrations_probe(database, expected_revision()),
        "worker": worker_probe(database, settings.worker_stalled_seconds),
        "models": models.probe,
    }

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as parts:
            parts.push_async_callback(authenticator.close)
            parts.push_async_callback(feed.stop)
            await feed.start()
            parts.push_async_callback(models.stop)
            await models.start()
            log.info("server.started", host=settings.host, port=settings.port)
            yield
        log.info("server.stopped")

    app = Starlette(
        lifespan=lifespan,
        routes=[
            Route("/graphql", endpoint),
            WebSocketRoute("/graphql", endpoint),
            *health_routes(probes),
            *meters.routes(),
            *explorer_routes(),
        ],
        middleware=[
            Middleware(RequestLine),
            Middleware(Metered, meters=meters),
            Middleware(BodyLimit, max_bytes=settings.max_body_bytes),
        ],
    )
    app.state.drain = feed.stop
    return app


def _limits(settings: Settings) -> Limits:
    return Limits(
        cost=settings.max_query_cost,
        depth=settings.max_query_depth,
        tokens=settings.max_query_tokens,
        aliases=settings.max_query_aliases,
    )
