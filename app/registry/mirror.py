"""MLflow's copy of versions and aliases, made by handlers of our events: each may run twice without harm.

Our tables hold the truth; a handler always mirrors what stands in them now. While MLflow is away a handler
fails and is tried again; nothing waits for it.
"""

import asyncio
from typing import Any, Final
from uuid import UUID

import structlog

from app.core.errors import Conflict
from app.core.events import RecordedEvent
from app.core.ids import ModelVersionId
from app.core.session import Session
from app.registry.store import writing
from app.registry.store.writing import Mirrored
from app.training.tracking import DIGEST_TAG, MODEL_URI_TAG, Tracking, absence_explained, mlflow_name

log = structlog.get_logger()

VERSION_TAG: Final = "courtside.model_version_id"
NUMBER_TAG: Final = "courtside.version"


class NotYetMirrored(Conflict):
    """An alias can't be mirrored before its version is; trying again later helps."""


class Mirror:
    """The handlers of one worker."""

    def __init__(self, tracking: Tracking) -> None:
        self._tracking = tracking

    async def mirror_version(self, session: Session, happened: RecordedEvent) -> None:
        """Copy a version; for `ModelVersionRegistered`."""
        version_id = ModelVersionId(UUID(happened.payload["model_version_id"]))
        standing = await writing.get_mirrored(session, version_id)
        number = await asyncio.to_thread(self._copy_version, standing)
        await writing.mark_mirrored(session, version_id)
        log.info("model_version.mirrored", model_version_id=str(version_id), mlflow_version=number)

    async def mirror_alias(self, session: Session, happened: RecordedEvent) -> None:
        """Let MLflow's alias point where ours points now; for `AliasChanged`."""
        model_id, alias = UUID(happened.payload["model_id"]), str(happened.payload["alias"])
        pointed = await writing.find_aliased(session, model_id, alias)
        if pointed is None:
            return
        standing = await writing.get_mirrored(session, ModelVersionId(pointed.id))
        await asyncio.to_thread(self._point_alias, standing, alias)
        log.info("model_alias.mirrored", model=standing.model_name, alias=alias)

    def _copy_version(self, standing: Mirrored) -> str:
        client = self._tracking.client()
        name = mlflow_name(standing.workspace_id, standing.model_name)
        with absence_explained():
            _open_model(client, name)
            found = _find_copy(client, name, standing.version_id)
            if found is not None:
                return found
            source = client.get_run(standing.mlflow_run_id).data.tags[MODEL_URI_TAG]
            tags = {
                VERSION_TAG: str(standing.version_id),
                NUMBER_TAG: str(standing.version),
                DIGEST_TAG: standing.digest,
            }
            # the model's own id ties the version to what was logged: `models:/<id>` is its address
            model_id = source.removeprefix("models:/")
            made = client.create_model_version(
                name, source, run_id=standing.mlflow_run_id, tags=tags, model_id=model_id
            )
        return str(made.version)

    def _point_alias(self, standing: Mirrored, alias: str) -> None:
        client = self._tracking.client()
        name = mlflow_name(standing.workspace_id, standing.model_name)
        with absence_explained():
            number = _find_copy(client, name, standing.version_id)
            if number is None:
                message = f"MLflow has no copy of {name} version {standing.version} yet: tried again later."
                raise NotYetMirrored(message)
            client.set_registered_model_alias(name, alias, number)


def _open_model(client: Any, name: str) -> None:  # noqa: ANN401 - MLflow publishes no types
    from mlflow.exceptions import MlflowException  # noqa: PLC0415 - heavy, wanted in the worker only

    try:
        client.create_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


def _find_copy(client: Any, name: str, version_id: ModelVersionId) -> str | None:  # noqa: ANN401 - see above
    """Return MLflow's number of our version; MLflow counts by itself, so the numbers may differ."""
    found = client.search_model_versions(f"name = '{name}' and tags.`{VERSION_TAG}` = '{version_id}'")
    return str(found[0].version) if found else None
