"""Models, their versions, and where aliases point: what can be asked and what can be moved."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import ID, UNSET

from app.governance.scopes import Scope
from app.registry.views import (
    AliasChangeView,
    AliasView,
    Bounds,
    EvaluationView,
    Figure,
    ModelView,
    ReliabilityBin,
    VersionView,
)
from resolvers import registry, training
from schema.actors import Actor
from schema.datasets import DatasetVersion
from schema.fields import Argument, Terms, act, derived, each, named, one
from schema.lineage_nodes import LineageNode
from schema.paging import AFTER, FIRST
from schema.problems import ConflictError, ForbiddenError, NotFoundError, ValidationError
from schema.relay import Connection, Node, global_id, register_node, shows
from schema.scalars import Long

if TYPE_CHECKING:
    from schema.training import TrainingRun

READ = Terms(requires=Scope.STATS_READ)
PAGED = Terms(requires=Scope.STATS_READ, multipliers=("first",))


@shows(Bounds, "What holds an estimate with a stated confidence.")
class Interval:
    """Shows `Bounds`."""

    low: float = derived(lambda bounds: bounds.lower, "The lower bound.")
    high: float = derived(lambda bounds: bounds.upper, "The upper bound.")
    level: float = strawberry.field(description="The confidence, 0.95 for 95 %.")


@shows(Figure, "One figure of an evaluation.")
class EvaluationMetric:
    """Shows `Figure`."""

    key: str = strawberry.field(description="accuracy, log_loss, brier_score or calibration_error.")
    value: float = strawberry.field(description="Its value.")
    interval: Interval | None = strawberry.field(
        description="What holds it with 95 % confidence (paired bootstrap over games); null where not drawn."
    )


@shows(ReliabilityBin, "Games of like probability: what was predicted, and what came of it.")
class CalibrationBin:
    """Shows `ReliabilityBin`."""

    predicted: float = strawberry.field(description="Mean predicted probability of a home win.")
    observed: float = strawberry.field(description="Share of home wins.")
    n: int = strawberry.field(description="How many games.")
    lowest: float = strawberry.field(description="The lowest probability among them.")
    highest: float = strawberry.field(description="The highest probability among them.")


@shows(EvaluationView, "A version measured on games that it never saw, beside the Elo baseline.")
class Evaluation:
    """Shows `EvaluationView`."""

    dataset: DatasetVersion = each(registry.datasets_of, "The rows that training and games came from.")
    population: str = strawberry.field(description="Which games, in words; says so if they are simulated.")
    games: int = strawberry.field(description="How many games.")
    metrics: list[EvaluationMetric] = strawberry.field(description="How good the model was.")
    baseline: list[EvaluationMetric] = strawberry.field(
        description="How good FiveThirtyEight's Elo was on the same games."
    )
    gaps: list[EvaluationMetric] = strawberry.field(
        description="Model minus baseline: below 0 speaks for the model, but for accuracy."
    )
    calibration: list[CalibrationBin] = strawberry.field(
        description="Ten bins of the model, by rising probability."
    )
    baseline_calibration: list[CalibrationBin] = strawberry.field(description="The same of the baseline.")
    at: dt.datetime = strawberry.field(description="When it was measured.")


@strawberry.type(description="A column that a model wants.")
class SchemaColumn:
    """Shows an entry of `VersionView.input_schema`."""

    name: str = derived(lambda column: column["name"], "Its name: that of a feature.")
    type: str = derived(lambda column: column["type"], "Its numpy type.")
    required: bool = derived(
        lambda column: column["required"], "Whether it must be known; the model fills what is not."
    )


@shows(VersionView, "One fitted model: never changed, known by the digest of its file.")
class ModelVersion(LineageNode):
    """Shows `VersionView`."""

    id: ID = global_id("ModelVersion")
    model: "RegisteredModel" = each(registry.models_of, "The model that it is a version of.")
    name: str = derived(lambda row: f"{row.model_name}/{row.version}", "Model and number.")
    version: int = strawberry.field(description="Its number within the model, from 1.")
    aliases: list[str] = each(registry.alias_names_of, "The aliases that point to it now, by name.")
    source: Annotated["TrainingRun", strawberry.lazy("schema.training")] | None = each(
        training.runs_of, "The run that made it."
    )
    digest: str = strawberry.field(description="SHA-256 of its file, verified before each loading.")
    format: str = strawberry.field(description="skops: scikit-learn without code.")
    size_bytes: Long = strawberry.field(description="Size of its file.")
    input_schema: list[SchemaColumn] = derived(
        lambda row: row.input_schema["columns"], "The columns that it wants, in order."
    )
    evaluations: list[Evaluation] = each(registry.evaluations_of, "How it was measured, the oldest first.")
    created_at: dt.datetime = strawberry.field(description="When it was registered.")


@shows(AliasView, "Where an alias points now.")
class ModelAlias:
    """Shows `AliasView`."""

    name: str = derived(lambda row: row.alias, "The alias.")
    version: ModelVersion = each(registry.versions_of, "The version that it points to.")
    set_at: dt.datetime = strawberry.field(description="Since when.")
    set_by: Actor = derived(lambda row: row.set_by, "Who moved it there.")


@shows(AliasChangeView, "One move of an alias: who, from where to where, when and why.")
class AliasChange(Node):
    """Shows `AliasChangeView`."""

    id: ID = global_id("AliasChange")
    alias: str = strawberry.field(description="The alias that was moved.")
    from_: ModelVersion | None = named(
        "from", each(registry.moved_from, "The version that it left, null where it pointed nowhere.")
    )
    to: ModelVersion | None = each(registry.moved_to, "The version that it points to since.")
    actor: Actor = derived(lambda row: row.actor_name, "Who moved it.")
    at: dt.datetime = strawberry.field(description="When.")
    reason: str = strawberry.field(description="Why, in the mover's words.")


@shows(ModelView, "A model by name: the line of versions that do the same task.")
class RegisteredModel(Node):
    """Shows `ModelView`."""

    id: ID = global_id("RegisteredModel")
    name: str = strawberry.field(description="Its name.")
    description: str | None = strawberry.field(description="What it is for.")
    task: str = strawberry.field(description="What it does: binary-classification.")
    versions: Connection[ModelVersion] = each(
        registry.model_versions,
        "Its versions, the newest first.",
        arguments={"first": FIRST, "after": AFTER},
        terms=PAGED,
    )
    alias: ModelVersion | None = each(
        registry.aliased,
        "The version to which an alias points, null where it points nowhere.",
        arguments={"name": Argument("The alias, as champion.")},
    )
    aliases: list[ModelAlias] = each(registry.aliases_of, "Its aliases, by name.")
    alias_history: Connection[AliasChange] = each(
        registry.alias_history,
        "The moves of its aliases, the newest first.",
        arguments={"first": FIRST, "after": AFTER},
        terms=PAGED,
    )


@strawberry.input(description="An alias to be pointed to a version.")
class SetModelAliasInput:
    """Becomes an `AliasWish`."""

    model: str = strawberry.field(description="The name of the model.")
    alias: str = strawberry.field(description="The alias: lower case letters, digits, - and _.")
    version: int = strawberry.field(description="The number of the version that it shall point to.")
    reason: str = strawberry.field(description="Why, for the history.")
    expected_version: int | None = strawberry.field(
        default=UNSET,
        description="Compare and set: the number that it points to now, 0 for nowhere; else a conflict.",
    )
    client_mutation_id: str | None = strawberry.field(default=UNSET, description="Comes back as it is.")


@strawberry.type(description="The alias points where it was wanted.")
class SetModelAliasSuccess:
    """What was done."""

    client_mutation_id: str | None = strawberry.field(description="As it was given.")
    change: AliasChange = strawberry.field(
        description="The move; a repeat of the last move changes nothing and returns that."
    )


SetModelAliasResult = Annotated[
    SetModelAliasSuccess | NotFoundError | ValidationError | ConflictError | ForbiddenError,
    strawberry.union("SetModelAliasResult", description="What came of moving an alias."),
]


@strawberry.type
class RegistryQuery:
    """Roots that ask the registry."""

    registered_model: RegisteredModel | None = one(
        registry.registered_model,
        "The model of a name.",
        arguments={"name": Argument("Its name, as win-probability.")},
        terms=READ,
    )
    registered_models: Connection[RegisteredModel] = one(
        registry.registered_models,
        "The workspace's models, by name.",
        arguments={"first": FIRST, "after": AFTER},
        terms=PAGED,
    )


@strawberry.type
class RegistryMutation:
    """Roots that change the registry."""

    set_model_alias: SetModelAliasResult = act(
        registry.set_model_alias,
        "Point an alias of a model to one of its versions.",
        takes=SetModelAliasInput,
        success=SetModelAliasSuccess,
        answers=SetModelAliasResult,
        terms=Terms(requires=Scope.REGISTRY_WRITE),
    )


register_node("RegisteredModel", registry.models_by_key)
register_node("ModelVersion", registry.versions_by_key)
register_node("AliasChange", registry.changes_by_key)
