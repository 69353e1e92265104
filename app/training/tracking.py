"""MLflow's copy of a run: an ordinary run of its experiment, with params, metrics, the model and its picture.

Our tables hold the truth. MLflow is imported here and in registry/mirror.py only, inside functions, and
called from threads of the worker: its client blocks. It lives in the schema `mlflow` of our database.
"""

import datetime as dt
import os
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import psycopg
import structlog
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from app.core.errors import Unavailable
from app.core.ids import DEFAULT_WORKSPACE, RunId, WorkspaceId
from app.training.win_probability import TRUSTED_TYPES

log = structlog.get_logger()

RUN_TAG: Final = "courtside.run_id"
REQUEST_TAG: Final = "courtside.request_id"
DIGEST_TAG: Final = "courtside.model_digest"
MODEL_URI_TAG: Final = "courtside.model_uri"
PICTURE: Final = "reliability.png"
_POINTS_A_CALL: Final = 1_000  # MLflow's own limit
_AWAY: Final = frozenset({"TEMPORARILY_UNAVAILABLE", "INTERNAL_ERROR"})
"""What MLflow calls its errors when it is not the request's fault."""
_LOCK: Final = "select pg_advisory_lock(hashtext('courtside.mlflow'))"


@dataclass(frozen=True, slots=True)
class TrackedPoint:
    """One value of a metric."""

    key: str
    step: int
    value: float
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class TrackedRun:
    """What MLflow is told of a run."""

    workspace_id: WorkspaceId
    run_id: RunId
    request_id: str | None
    experiment: str
    params: Mapping[str, str]
    points: Sequence[TrackedPoint]
    model: Any
    model_digest: str
    picture: bytes


@dataclass(frozen=True, slots=True)
class Tracked:
    """Where MLflow keeps a run."""

    mlflow_run_id: str
    mlflow_experiment_id: str


def mlflow_name(workspace_id: WorkspaceId, name: str) -> str:
    """Give the name under which MLflow knows something: its own names know no workspaces.

    >>> mlflow_name(DEFAULT_WORKSPACE, "win-probability")
    'win-probability'
    """
    return name if workspace_id == DEFAULT_WORKSPACE else f"{workspace_id}.{name}"


def mlflow_uri(dsn: str) -> str:
    """Give the address of MLflow's tables: our database, its own schema."""
    address = make_url(dsn).set(drivername="postgresql+psycopg")
    given = address.query.get("options", "")
    options = f"{given} -csearch_path=mlflow".strip()
    return address.update_query_dict({"options": options}).render_as_string(hide_password=False)


@contextmanager
def absence_explained() -> Iterator[None]:
    """Turn MLflow's absence into `Unavailable`, to be tried again; what it refuses stays so."""
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - heavy, wanted in the worker only

    try:
        yield
    except MlflowException as error:
        if error.error_code not in _AWAY:
            raise
        raise _unavailable(error) from error
    except (DBAPIError, psycopg.Error, OSError) as error:
        raise _unavailable(error) from error


def _unavailable(error: Exception) -> Unavailable:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return Unavailable(f"MLflow does not answer ({reason}): it will be tried again.", dependency="mlflow")


class Tracking:
    """The way to MLflow; made at once, opened when it is first needed."""

    def __init__(self, dsn: str, artifacts_directory: Path) -> None:
        self._dsn = dsn
        self._uri = mlflow_uri(dsn)
        self._artifacts_directory = artifacts_directory.resolve()
        self._opening = threading.Lock()
        self._client: Any = None

    def client(self) -> Any:  # noqa: ANN401 - MLflow publishes no types
        """Return a client; the first one of all makes MLflow's tables while others wait for it."""
        with self._opening:
            if self._client is None:
                # MLflow would report its use to its makers
                os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
                from mlflow import MlflowClient  # noqa: PLC0415 - heavy, wanted in the worker only

                with absence_explained(), psycopg.connect(self._dsn, autocommit=True) as connection:
                    connection.execute(_LOCK)  # its migration knows nothing of a second process
                    self._client = MlflowClient(tracking_uri=self._uri, registry_uri=self._uri)
                log.info("mlflow.opened")
            return self._client

    def record(self, tracked: TrackedRun) -> Tracked:
        """Record a run, or finish the record that somebody left unfinished; blocks for seconds."""
        client = self.client()
        with absence_explained():
            experiment_id = self._open_experiment(
                client, mlflow_name(tracked.workspace_id, tracked.experiment)
            )
            run = _find_or_create(client, experiment_id, tracked)
            mlflow_run_id: str = run.info.run_id
            if run.info.status != "FINISHED":
                _log_figures(client, mlflow_run_id, tracked)
                _log_picture(client, mlflow_run_id, tracked.picture)
                self._log_model(client, mlflow_run_id, tracked.model)
        return Tracked(mlflow_run_id, experiment_id)

    def _open_experiment(self, client: Any, name: str) -> str:  # noqa: ANN401 - MLflow publishes no types
        from mlflow.exceptions import MlflowException  # noqa: PLC0415 - heavy, wanted in the worker only

        found = client.get_experiment_by_name(name)
        if found is None:
            try:
                made: str = client.create_experiment(
                    name, artifact_location=self._artifacts_directory.as_uri()
                )
            except MlflowException:  # another worker was faster
                found = client.get_experiment_by_name(name)
                if found is None:
                    raise
            else:
                return made
        known: str = found.experiment_id
        return known

    def _log_model(self, client: Any, mlflow_run_id: str, model: Any) -> None:  # noqa: ANN401 - see above
        """Add the model and its address; leaving the block is what ends the run."""
        import mlflow.sklearn  # noqa: PLC0415 - heavy, wanted in the worker only

        mlflow.set_tracking_uri(self._uri)
        # to be named: else MLflow fits an environment for ten seconds
        requirements = [f"{package}=={version(package)}" for package in ("scikit-learn", "skops", "numpy")]
        with mlflow.start_run(run_id=mlflow_run_id):
            logged = mlflow.sklearn.log_model(
                model,
                name="model",
                serialization_format="skops",
                skops_trusted_types=list(TRUSTED_TYPES),
                pip_requirements=requirements,
            )
            client.set_tag(mlflow_run_id, MODEL_URI_TAG, logged.model_uri)


def _find_or_create(client: Any, experiment_id: str, tracked: TrackedRun) -> Any:  # noqa: ANN401 - see above
    found = client.search_runs([experiment_id], f"tags.`{RUN_TAG}` = '{tracked.run_id}'", max_results=1)
    if found:
        return found[0]
    tags = {RUN_TAG: str(tracked.run_id), DIGEST_TAG: tracked.model_digest}
    if tracked.request_id is not None:
        tags[REQUEST_TAG] = tracked.request_id
    return client.create_run(experiment_id, tags=tags, run_name=str(tracked.run_id))


def _log_figures(client: Any, mlflow_run_id: str, tracked: TrackedRun) -> None:  # noqa: ANN401 - see above
    from mlflow.entities import Metric, Param  # noqa: PLC0415 - heavy, wanted in the worker only

    params = [Param(key, value) for key, value in tracked.params.items()]
    metrics = [
        Metric(point.key, point.value, round(point.at.timestamp() * 1000), point.step)
        for point in tracked.points
    ]
    client.log_batch(mlflow_run_id, params=params)
    for start in range(0, len(metrics), _POINTS_A_CALL):
        client.log_batch(mlflow_run_id, metrics=metrics[start : start + _POINTS_A_CALL])


def _log_picture(client: Any, mlflow_run_id: str, picture: bytes) -> None:  # noqa: ANN401 - see above
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / PICTURE
        path.write_bytes(picture)
        client.log_artifact(mlflow_run_id, str(path))
