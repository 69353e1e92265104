"""The small parts of a run: how far it is, what it measured, why it failed."""

import datetime as dt

import strawberry

from app.training import views
from schema.relay import shows


@shows(views.Progress, "How far a run has come.")
class Progress:
    """Shows `app.training.views.Progress`."""

    fraction: float | None = strawberry.field(description="Between 0 and 1; null before a worker took it.")
    message: str | None = strawberry.field(description="What it does now.")


@shows(views.Failure, "Why a run failed.")
class RunFailure:
    """Shows `app.training.views.Failure`."""

    kind: str = strawberry.field(description="Stable name of what went wrong.")
    message: str = strawberry.field(description="What went wrong, and what to do, for a person.")
    attempt: int = strawberry.field(description="How often a worker had taken it up.")


@shows(views.Param, "A parameter of a run.")
class Param:
    """Shows `app.training.views.Param`."""

    key: str = strawberry.field(description="Its name.")
    value: str = strawberry.field(description="Its value as text.")


@shows(views.MetricSummary, "A metric over all steps of a run.")
class MetricSummary:
    """Shows `app.training.views.MetricSummary`."""

    key: str = strawberry.field(description="Its name.")
    last: float = strawberry.field(description="Its value at the last step.")
    best: float = strawberry.field(description="The best value: the highest accuracy, the lowest of others.")


@shows(views.MetricPointView, "One value of a metric.")
class MetricPoint:
    """Shows `app.training.views.MetricPointView`."""

    step: int = strawberry.field(description="Where it was measured: the year in which a season starts.")
    at: dt.datetime = strawberry.field(description="When it was measured.")
    value: float = strawberry.field(description="Its value.")
