"""What changes an endpoint and what asks it: the inputs, and what may come of them."""

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import ID, UNSET

from app.serving.rollouts import BlueGreenWish
from resolvers.serving_changes import AskedRow
from schema.problems import (
    ConflictError,
    DependencyDownError,
    ForbiddenError,
    NotFoundError,
    ValidationError,
)
from schema.scalars import Duration
from schema.serving_types import Deployment, Endpoint, Prediction, Rollout


@strawberry.input(description="All requests move at once, as soon as the new model is loaded and verified.")
class BlueGreenInput:
    """Becomes a `BlueGreenWish`."""

    keep_old_for: Duration = strawberry.field(
        default=Duration("PT1H"),
        description="How long the old model stays loaded, to go back to at once: an ISO 8601 duration.",
    )

    def to_domain(self) -> BlueGreenWish:
        """Give the wish of the floors below."""
        return BlueGreenWish(self.keep_old_for)


@strawberry.input(one_of=True, description="How requests move to the new model: exactly one of these.")
class RolloutStrategyInput:
    """Becomes the wish of the strategy that was chosen."""

    blue_green: BlueGreenInput | None = strawberry.field(default=UNSET, description="All at once.")

    def to_domain(self) -> BlueGreenWish:
        """Give the wish of the floors below."""
        assert isinstance(self.blue_green, BlueGreenInput)  # noqa: S101 - @oneOf: one is given, and not null
        return self.blue_green.to_domain()


@strawberry.input(description="Which model version is to go onto which endpoint, and how.")
class StartRolloutInput:
    """What `startRollout` takes."""

    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Given back as it came.")
    idempotency_key: str = strawberry.field(
        description="Your name for this wish: repeated, it starts nothing and answers the same."
    )
    endpoint: str = strawberry.field(description="The endpoint's name; made if it is new.")
    model_version: ID = strawberry.field(description="The id of the model version.")
    strategy: RolloutStrategyInput = strawberry.field(description="How requests move.")


@strawberry.type(description="The rollout is under way.")
class StartRolloutSuccess:
    """What `startRollout` answers when all is well."""

    client_mutation_id: str | None = strawberry.field(description="As it was given.")
    rollout: Rollout = strawberry.field(description="The rollout: PROMOTED once a process serves it.")
    replayed: bool = strawberry.field(description="Whether it had been started before under this key.")


StartRolloutResult = Annotated[
    StartRolloutSuccess | NotFoundError | ConflictError | ForbiddenError | ValidationError,
    strawberry.union("StartRolloutResult", description="What may come of `startRollout`."),
]


@strawberry.input(description="Which endpoint is to go back, to what, and why.")
class RollbackInput:
    """What `rollback` takes."""

    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Given back as it came.")
    endpoint: str = strawberry.field(description="The endpoint's name.")
    to_revision: int | None = strawberry.field(
        default=UNSET, description="A revision that has served; left out: what served before the present one."
    )
    reason: str = strawberry.field(
        description="Why; it is kept in the rollout's history and the audit trail."
    )


@strawberry.type(description="The endpoint went back.")
class RollbackSuccess:
    """What `rollback` answers when all is well."""

    client_mutation_id: str | None = strawberry.field(description="As it was given.")
    endpoint: Endpoint = strawberry.field(description="The endpoint.")
    restored: Deployment = strawberry.field(
        description="What answers again, already in this process's memory."
    )
    took_ms: int = strawberry.field(description="How long it took, in milliseconds.")


RollbackResult = Annotated[
    RollbackSuccess | NotFoundError | ConflictError | ForbiddenError | ValidationError | DependencyDownError,
    strawberry.union("RollbackResult", description="What may come of `rollback`."),
]


@strawberry.input(description="A game: a known one (`game`), or a planned one (`home`, `away` and `date`).")
class PredictRowInput:
    """Becomes an `AskedRow`."""

    game: ID | None = strawberry.field(default=UNSET, description="The id of a known game, played or not.")
    home: ID | None = strawberry.field(default=UNSET, description="The id of the home side's team.")
    away: ID | None = strawberry.field(default=UNSET, description="The id of the visiting side's team.")
    date: dt.date | None = strawberry.field(default=UNSET, description="The day of the game.")

    def to_domain(self) -> AskedRow:
        """Give the row as it was asked for."""
        given = {name: getattr(self, name) for name in ("game", "home", "away", "date")}
        return AskedRow(**{name: None if value is UNSET else value for name, value in given.items()})


@strawberry.input(description="Which endpoint is asked, about which games.")
class PredictInput:
    """What `predict` takes."""

    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Given back as it came.")
    idempotency_key: str | None = strawberry.field(
        default=UNSET,
        description="Your name for this request: repeated, it answers with the same predictions.",
    )
    endpoint: str = strawberry.field(description="The endpoint's name.")
    rows: list[PredictRowInput] = strawberry.field(description="The games, 1 to 500.")


@strawberry.type(description="The answer to each row.")
class PredictSuccess:
    """What `predict` answers when all is well."""

    client_mutation_id: str | None = strawberry.field(description="As it was given.")
    predictions: list[Prediction] = strawberry.field(description="One for each row, in their order.")


PredictResult = Annotated[
    PredictSuccess | ValidationError | NotFoundError | DependencyDownError | ForbiddenError,
    strawberry.union("PredictResult", description="What may come of `predict`."),
]
