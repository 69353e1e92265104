"""What training mutations take and answer."""

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import ID, UNSET

from app.training.templates import ParamWish
from schema.problems import (
    ConflictError,
    DependencyDownError,
    ForbiddenError,
    NotFoundError,
    ValidationError,
)

if TYPE_CHECKING:
    from schema.training import Run, TrainingRun


@strawberry.input(description="A parameter of a template.")
class ParamInput:
    """Becomes a `ParamWish`."""

    key: str = strawberry.field(description="Its name, as c or test_season.")
    value: str = strawberry.field(description="Its value as text: 0.5, 2023-24.")

    def to_domain(self) -> ParamWish:
        """Give what the domain calls it."""
        return ParamWish(self.key, self.value)


@strawberry.input(description="What to train.")
class LaunchTrainingInput:
    """Becomes a `LaunchWish`."""

    idempotency_key: str = strawberry.field(
        description="Any text of your own: the same key with the same input returns the same run."
    )
    template: str = strawberry.field(description="What to train: win-probability.")
    experiment: str = strawberry.field(description="The folder to put the run in; made if it is missing.")
    params: list[ParamInput] | None = strawberry.field(
        default=UNSET, description="Parameters that differ from the template's defaults."
    )
    seed: int | None = strawberry.field(
        default=UNSET, description="Seed of everything random; 0 if not given."
    )
    dataset_version: ID | None = strawberry.field(
        default=UNSET,
        description="Rows of an earlier run, to be trained on again; today's games if not given.",
    )
    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Comes back as it is.")


@strawberry.type(description="The run waits for a worker.")
class LaunchTrainingSuccess:
    """What was done."""

    client_mutation_id: str | None = strawberry.field(description="As it was given.")
    run: Annotated["TrainingRun", strawberry.lazy("schema.training")] = strawberry.field(
        description="The run that does it."
    )
    replayed: bool = strawberry.field(description="Whether an earlier request with this key has made it.")


LaunchTrainingResult = Annotated[
    LaunchTrainingSuccess
    | ValidationError
    | NotFoundError
    | ForbiddenError
    | ConflictError
    | DependencyDownError,
    strawberry.union("LaunchTrainingResult", description="What came of launching a training."),
]


@strawberry.input(description="Which run is to end.")
class CancelRunInput:
    """Becomes arguments of `cancel_run`."""

    run: ID = strawberry.field(description="The id of the run.")
    reason: str = strawberry.field(description="Why, for the audit trail.")
    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Comes back as it is.")


@strawberry.type(description="The run was asked to end.")
class CancelRunSuccess:
    """What was done."""

    client_mutation_id: str | None = strawberry.field(description="As it was given.")
    run: Annotated["Run", strawberry.lazy("schema.training")] = strawberry.field(
        description="The run: cancelled if it waited, else ending now."
    )


CancelRunResult = Annotated[
    CancelRunSuccess | NotFoundError | ValidationError | ForbiddenError | ConflictError,
    strawberry.union("CancelRunResult", description="What came of cancelling a run."),
]
