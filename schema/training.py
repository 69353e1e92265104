"""Training runs and their experiments: what is known of them, and what can be watched."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import ID

from app.core.ids import encode_global_id
from app.core.runs import RunStateChanged as RunStateChangedEvent
from app.governance.scopes import Scope
from app.training.events import MetricSampled as MetricSampledEvent
from app.training.views import ExperimentView, TrainingRunView
from resolvers import registry, training, training_streams
from schema.datasets import DatasetsQuery, DatasetVersion
from schema.features import FeaturesQuery
from schema.fields import Argument, Terms, act, derived, each, named, one, stream
from schema.paging import AFTER, FIRST
from schema.relay import Connection, Node, global_id, register_node, shows
from schema.runs import RunState
from schema.scalars import EventCursor
from schema.streams import StreamEnding, StreamEvent, StreamGap, StreamHeartbeat, event_type, payload
from schema.training_changes import (
    CancelRunInput,
    CancelRunResult,
    CancelRunSuccess,
    LaunchTrainingInput,
    LaunchTrainingResult,
    LaunchTrainingSuccess,
)
from schema.training_parts import MetricPoint, MetricSummary, Param, Progress, RunFailure

if TYPE_CHECKING:
    from schema.registry import ModelVersion

READ = Terms(requires=Scope.STATS_READ)
PAGED = Terms(requires=Scope.STATS_READ, multipliers=("first",))


@strawberry.interface(description="Work that outlives a request.")
class Run(Node):
    """What all runs have."""

    state: RunState = strawberry.field(description="How far it has come.")
    created_at: dt.datetime = strawberry.field(description="When it was asked for.")
    started_at: dt.datetime | None = strawberry.field(description="When a worker first took it.")
    ended_at: dt.datetime | None = strawberry.field(description="When it ended.")
    failure: RunFailure | None = strawberry.field(description="Why it failed, if it did.")
    progress: Progress = strawberry.field(description="How far it has come, and what it does now.")


@shows(TrainingRunView, "A run that trains a model.")
class TrainingRun(Run):
    """Shows `TrainingRunView`."""

    id: ID = global_id("TrainingRun")
    template: str = strawberry.field(description="What is trained: win-probability.")
    seed: int = strawberry.field(description="Seed of everything random.")
    experiment: "Experiment" = each(training.experiments_of, "The folder that it lies in.")
    mlflow_run_id: str | None = strawberry.field(
        description="Its run in MLflow; null before it was recorded there."
    )
    params: list[Param] = strawberry.field(description="Its parameters, chosen and default, by name.")
    metrics: list[MetricSummary] = each(training.metrics_of, "What it has measured so far, by name.")
    metric_history: list[MetricPoint] = each(
        training.histories_of,
        "One metric by step.",
        arguments={
            "key": Argument("The name of the metric, as validation_log_loss."),
            "max_points": Argument("How many points at most, 2 to 5000; more are thinned evenly."),
        },
        terms=Terms(cost=2),
    )
    produced: Annotated["ModelVersion", strawberry.lazy("schema.registry")] | None = each(
        registry.produced_by, "The version that it registered; null before that."
    )
    inputs: list[DatasetVersion] = each(
        training.inputs_of, "The rows that it was trained and measured on; none before they were taken."
    )
    outputs: list[DatasetVersion] = each(
        training.outputs_of, "The versions of datasets that it was the first to write."
    )


@shows(ExperimentView, "A folder for runs that are compared; MLflow knows it by the same name.")
class Experiment(Node):
    """Shows `ExperimentView`."""

    id: ID = global_id("Experiment")
    name: str = strawberry.field(description="Its name.")
    mlflow_experiment_id: str | None = strawberry.field(
        description="Its id in MLflow; null before a run of it was recorded there."
    )
    runs: Connection[TrainingRun] = each(
        training.experiment_runs,
        "Its runs, the newest first.",
        arguments={"first": FIRST, "after": AFTER},
        terms=PAGED,
    )


@event_type(MetricSampledEvent.kind, "A metric of a run has a value at a step.")
class MetricSampled(StreamEvent):
    """Shows the event of that name."""

    run: ID = derived(
        lambda event: ID(encode_global_id("TrainingRun", event.payload["run_id"])), "The id of the run."
    )
    key: str = payload("key", "The name of the metric.")
    step: int = payload("step", "Where it was measured: the year in which a season starts.")
    value: float = payload("value", "Its value.")


@event_type(RunStateChangedEvent.kind, "A run passed into another state.")
class RunStateChanged(StreamEvent):
    """Shows the event of that name."""

    run: Run = each(training.runs_of_events, "The run, as it stands now.")
    from_: RunState | None = named(
        "from", derived(lambda event: _state(event.payload["from_state"]), "The state before, if any.")
    )
    to: RunState = derived(lambda event: _state(event.payload["to_state"]), "The state since.")


def _state(name: str | None) -> RunState | None:
    return None if name is None else RunState(name)


TrainingEvent = Annotated[
    MetricSampled | RunStateChanged | StreamGap | StreamHeartbeat | StreamEnding,
    strawberry.union("TrainingEvent", description="What the subscription `trainingRun` sends."),
]


@strawberry.type
class TrainingQuery(DatasetsQuery, FeaturesQuery):
    """Roots that ask about training and what goes into it."""

    run: Run | None = one(
        training.run, "The run of an id.", arguments={"id": Argument("Its id.", ID)}, terms=READ
    )
    experiment: Experiment | None = one(
        training.experiment,
        "The experiment of a name.",
        arguments={"name": Argument("Its name, as it was given when a run was launched.")},
        terms=READ,
    )


@strawberry.type
class TrainingMutation:
    """Roots that start and end training."""

    launch_training: LaunchTrainingResult = act(
        training.launch_training,
        "Train a model: answers at once with a run that a worker takes up.",
        takes=LaunchTrainingInput,
        success=LaunchTrainingSuccess,
        answers=LaunchTrainingResult,
        terms=Terms(requires=Scope.TRAIN_WRITE, cost=100),
    )
    cancel_run: CancelRunResult = act(
        training.cancel_run,
        "Ask a run to end: one that waits ends at once, one that runs within a second.",
        takes=CancelRunInput,
        success=CancelRunSuccess,
        answers=CancelRunResult,
        terms=Terms(requires=Scope.TRAIN_WRITE),
    )


@strawberry.type
class TrainingSubscription:
    """What can be watched of training."""

    training_run: TrainingEvent = stream(
        training_streams.training_run,
        "All that a run says, from its first word or behind a cursor, up to its end.",
        events=TrainingEvent,
        arguments={
            "run": Argument("The id of the run.", ID),
            "after": Argument("The cursor of the last event that you have.", EventCursor | None),
            "metrics": Argument("Only these metrics; null for all."),
        },
        terms=READ,
    )


register_node("TrainingRun", training.runs_by_key)
register_node("Experiment", training.experiments_by_key)
