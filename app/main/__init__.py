"""The ASGI roof: everything that answers a request, put together once and handed down.

Nothing here decides anything about basketball, models or who may do what.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute

from app.core.database import Database
from app.core.feed import EventFeed
from app.core.migrations import expected_revision
from app.core.settings import Settings
from app.governance.authentication import Authenticator
from app.main.explorer import explorer_routes
from app.main.graphql import GraphQLEndpoint
from app.main.health import database_probe, health_routes, migrations_probe, worker_probe
from app.main.metrics import Metered, Meters
from app.main.middleware import BodyLimit, RequestLine
from app.serving.pool import ModelPool
from resolvers.context import Platform
from schema.contract import build_schema
from schema.limits import Limits

log = structlog.get_logger()


def create_app(settings: Settings, database: Database) -> Starlette:
    """Return the application over an open database; its lifespan starts and stops the rest."""
    feed = EventFeed(database)
    meters = Meters()
    platform = Platform(
        settings, database, feed, ModelPool(database, feed, settings, registry=meters.registry)
    )
    schema = build_schema(
        Limits(
            cost=settings.max_query_cost,
            depth=settings.max_query_depth,
            tokens=settings.max_query_tokens,
            aliases=settings.max_query_aliases,
        )
    )
    endpoint = GraphQLEndpoint(schema, platform, Authenticator(database))
    probes = {
        "database": database_probe(database),
        "migrations": migrations_probe(database, expected_revision()),
        "worker": worker_probe(database, settings.worker_stalled_seconds),
        "models": platform.models.probe,
    }

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await feed.start()
        await platform.models.start()
        log.info("server.started", host=settings.host, port=settings.port)
        yield
        await platform.models.stop()
        await feed.stop()
        log.info("server.stopped")

    return Starlette(
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
