"""The contract as one: every domain's roots put together, the schema built from them."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema.execution import Contract, extensions_for
from schema.limits import Limits
from schema.lineage import LineageQuery
from schema.registry import RegistryMutation, RegistryQuery
from schema.relay import NodeQuery
from schema.scalars import SCALARS
from schema.serving import ServingMutation, ServingQuery, ServingSubscription
from schema.stats import StatsQuery
from schema.stats_replays import StatsMutation, StatsSubscription
from schema.training import TrainingMutation, TrainingQuery, TrainingSubscription

UNLIMITED = Limits(cost=2**63, depth=2**31, tokens=2**31, aliases=2**31)


@strawberry.type(description="Everything that can be asked; nothing here changes anything.")
class Query(NodeQuery, StatsQuery, TrainingQuery, RegistryQuery, ServingQuery, LineageQuery):
    """The query root."""


@strawberry.type(description="Everything that can be done: each takes one `input` and answers a union.")
class Mutation(StatsMutation, TrainingMutation, RegistryMutation, ServingMutation):
    """The mutation root."""


@strawberry.type(description="Everything that can be watched; each event carries the cursor to resume from.")
class Subscription(StatsSubscription, TrainingSubscription, ServingSubscription):
    """The subscription root."""


def build_schema(limits: Limits = UNLIMITED) -> Contract:
    """Return the executable contract."""
    return Contract(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
        extensions=extensions_for(limits),
    )
