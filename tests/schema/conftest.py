"""A league and a contract over it: questions go in as the text that a client would send."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

import asyncpg
import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from app.core.database import Database
from app.core.feed import EventFeed
from app.core.ids import WorkspaceId
from app.core.settings import Settings
from app.governance.actors import Actor, ActorKind
from app.governance.scopes import ALL_SCOPES, Scope
from app.serving.pool import ModelPool
from resolvers.context import Context, Platform
from schema.execution import Contract, extensions_for
from schema.limits import Limits
from schema.relay import NodeQuery
from schema.scalars import SCALARS
from schema.stats import StatsQuery
from tests.stats.make import League

LIMITS = Limits(cost=100_000, depth=15, tokens=4_000, aliases=60)


@strawberry.type
class LeagueQuery(NodeQuery, StatsQuery):
    """The roots that need nothing but the league."""


@pytest.fixture(scope="session")
def league_contract() -> Contract:
    config = StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True)
    return Contract(query=LeagueQuery, config=config, extensions=extensions_for(LIMITS))


@pytest.fixture
def league(database: Database, workspace_id: WorkspaceId) -> League:
    return League(database, workspace_id)


@pytest.fixture
def context(database: Database, workspace_id: WorkspaceId) -> Context:
    """A caller who may do everything; nothing that is served stands behind it."""
    platform = Platform(Settings(), database, EventFeed(database), cast("ModelPool", None))
    return Context(platform, "test", Actor(None, "tester", ActorKind.USER, workspace_id, ALL_SCOPES))


Ask = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture
def ask(league_contract: Contract, context: Context) -> Ask:
    """Ask the league and get the data; errors fail the test."""

    async def ask(text: str, **variables: object) -> dict[str, Any]:
        result = await league_contract.execute(text, variables, context)
        assert not result.errors, result.errors
        assert result.data is not None
        return result.data

    return ask


@pytest.fixture
def statements(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement that is read with from now on."""
    sent: list[str] = []
    fetch = database.fetch

    async def counted(sql: str, *arguments: object) -> list[asyncpg.Record]:
        sent.append(sql)
        return await fetch(sql, *arguments)

    monkeypatch.setattr(database, "fetch", counted)
    return sent


def actor_with(workspace_id: WorkspaceId, *scopes: Scope) -> Actor:
    return Actor(None, "tester", ActorKind.USER, workspace_id, frozenset(scopes))
