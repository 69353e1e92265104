"""Feature views: what a model knows before a game, and how each feature is made."""

import datetime as dt

import strawberry
from strawberry import ID

from app.features.views import FeatureRow, FeatureViewRow
from app.governance.scopes import Scope
from resolvers import features
from schema.fields import Argument, Terms, one
from schema.lineage_nodes import LineageNode
from schema.relay import global_id, register_node, shows


@shows(FeatureRow, "One feature of a view, as it was defined when the view's version was made.")
class Feature:
    """Shows `FeatureRow`."""

    name: str = strawberry.field(description="Its name: that of the model's column.")
    description: str = strawberry.field(description="What it says.")
    transformation: str = strawberry.field(description="How it is made.")
    unit: str = strawberry.field(description="Its unit.")
    dtype: str = strawberry.field(description="Its numpy type.")


@shows(FeatureViewRow, "A named list of features; other definitions are another version.")
class FeatureView(LineageNode):
    """Shows `FeatureViewRow`."""

    id: ID = global_id("FeatureView")
    name: str = strawberry.field(description="Its name.")
    version: int = strawberry.field(description="Its number, from 1.")
    entity: str = strawberry.field(description="What it describes: a game before it begins.")
    digest: str = strawberry.field(description="SHA-256 of its definitions.")
    features: list[Feature] = strawberry.field(description="Its features, in the order of the columns.")
    materialized_to: dt.datetime | None = strawberry.field(
        description="The date of the newest game that went into it."
    )


@strawberry.type
class FeaturesQuery:
    """Roots that ask for feature views."""

    feature_view: FeatureView | None = one(
        features.feature_view,
        "A version of a feature view.",
        arguments={
            "name": Argument("Its name, as win-probability."),
            "version": Argument("Its number; null for the newest."),
        },
        terms=Terms(requires=Scope.STATS_READ),
    )


register_node("FeatureView", features.views_by_key)
