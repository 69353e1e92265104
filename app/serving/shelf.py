"""The models that one process holds for one workspace, and which of them answers for which endpoint.

`look` reads what is wanted and swaps to what is in memory already; `keep_up` also loads what is missing, in a
thread, and ends the rollouts of what it has loaded, or could not load.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import structlog

from app.core.database import Database
from app.core.errors import NotFound, PlatformError
from app.core.ids import DeploymentId, ModelVersionId, RolloutId, WorkspaceId, encode_global_id
from app.features.definitions import FEATURE_NAMES
from app.serving.loading import Floats, Predictor, load_predictor
from app.serving.rollouts import fail, promote
from app.serving.store.reading import find_deployment_to_hold, list_held
from app.serving.views import HeldDeployment

log = structlog.get_logger()

ROWS_IN_PLACE: Final = 100
"""More rows than this are predicted in a thread: they would hold up the requests of others."""


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A deployment in memory."""

    deployment_id: DeploymentId
    endpoint_id: UUID
    endpoint_name: str
    revision: int
    model_version_id: ModelVersionId
    predictor: Predictor

    async def answer(self, features: Floats) -> Floats:
        """Give the probability of each row, shape (n_rows,)."""
        if len(features) <= ROWS_IN_PLACE:
            return self.predictor(features)
        return await asyncio.to_thread(self.predictor, features)


class Shelf:
    """One workspace's models in this process."""

    def __init__(
        self,
        database: Database,
        workspace_id: WorkspaceId,
        directory: Path,
        *,
        process: str,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._database = database
        self._workspace_id = workspace_id
        self._directory = directory
        self._process = process
        self._now = now
        self._loading = asyncio.Lock()
        self._held: dict[DeploymentId, ServedModel] = {}
        self._serving: dict[str, ServedModel] = {}
        self._wanted: Sequence[HeldDeployment] | None = None
        self._failures: dict[DeploymentId, str] = {}
        self._pinned: set[DeploymentId] = set()
        self._changes = 0

    def find(self, endpoint: str) -> ServedModel | None:
        """Return what answers for an endpoint."""
        return self._serving.get(endpoint)

    def missing(self) -> list[str]:
        """Say of each stable deployment that does not answer here why not."""
        if self._wanted is None:
            return ["the deployments have not been looked up yet"]
        return [self._unloaded(each) for each in self._wanted if each.is_stable and each.id not in self._held]

    def reason(self, endpoint: str) -> str:
        """Say why nothing answers for an endpoint."""
        stable = [each for each in self._wanted or () if each.endpoint_name == endpoint and each.is_stable]
        if stable:
            return f"{self._unloaded(stable[0])}; try again in a moment."
        return f"Nothing serves on {endpoint} yet: start a rollout, or wait until the open one is promoted."

    async def look(self) -> Sequence[HeldDeployment]:
        """Read what is to be held, let what is in memory answer, and let go of what nobody wants any more."""
        seen = -1
        while seen != self._changes:  # what was read beside a change says nothing about what came of it
            seen = self._changes
            async with self._database.reading(self._workspace_id) as connection:
                wanted = await list_held(connection)
        self._changes += 1
        self._wanted = wanted
        kept = {each.id for each in wanted} | self._pinned
        self._held = {id_: model for id_, model in self._held.items() if id_ in kept}
        self._failures = {id_: reason for id_, reason in self._failures.items() if id_ in kept}
        for each in wanted:
            if each.is_stable and each.id in self._held:
                self._serve(self._held[each.id])
        return wanted

    async def keep_up(self) -> None:
        """Load what is missing and take each open rollout to its end."""
        async with self._loading:
            for each in await self.look():
                await self._take_in(each)

    @asynccontextmanager
    async def pinned(self, deployment_id: DeploymentId) -> AsyncIterator[None]:
        """Hold a deployment in memory meanwhile, wanted or not; raise what loading it raises."""
        async with self._database.reading(self._workspace_id) as connection:
            found = await find_deployment_to_hold(connection, deployment_id)
        if found is None:
            missing = encode_global_id("Deployment", deployment_id)
            raise NotFound("No such deployment.", missing_id=missing)
        self._pinned.add(deployment_id)
        try:
            async with self._loading:
                if deployment_id not in self._held:
                    self._hold(await self._load(found))
            yield
        finally:
            self._pinned.discard(deployment_id)

    async def _take_in(self, wanted: HeldDeployment) -> None:
        if wanted.id not in self._held:
            try:
                self._hold(await self._load(wanted))
            except PlatformError as error:
                await self._note_failure(wanted, error.message)
                return
            self._failures.pop(wanted.id, None)
        if wanted.rollout_id is not None:
            await self._promote(wanted, wanted.rollout_id)
        elif wanted.is_stable:
            self._serve(self._held[wanted.id])

    async def _load(self, wanted: HeldDeployment) -> ServedModel:
        predictor = await asyncio.to_thread(
            load_predictor, self._directory, wanted.file_name, wanted.digest, feature_names=FEATURE_NAMES
        )
        log.info("model.loaded", deployment=wanted.name, deployment_id=str(wanted.id), digest=wanted.digest)
        return ServedModel(
            deployment_id=wanted.id,
            endpoint_id=wanted.endpoint_id,
            endpoint_name=wanted.endpoint_name,
            revision=wanted.revision,
            model_version_id=wanted.model_version_id,
            predictor=predictor,
        )

    async def _note_failure(self, wanted: HeldDeployment, reason: str) -> None:
        if self._failures.get(wanted.id) != reason:
            log.error("model.not_loaded", deployment=wanted.name, reason=reason)
        self._failures[wanted.id] = reason
        if wanted.rollout_id is not None:
            async with self._database.writing(self._workspace_id) as session:
                await fail(session, wanted.rollout_id, reason=reason, now=self._now())

    async def _promote(self, wanted: HeldDeployment, rollout_id: RolloutId) -> None:
        async with self._database.writing(self._workspace_id) as session:
            done = await promote(session, rollout_id, loaded_by=self._process, now=self._now())
        if done:  # else another process has: what it made of it is seen at the next look
            self._changes += 1
            self._serve(self._held[wanted.id])

    def _hold(self, model: ServedModel) -> None:
        self._changes += 1
        self._held[model.deployment_id] = model

    def _serve(self, model: ServedModel) -> None:
        former = self._serving.get(model.endpoint_name)
        self._serving[model.endpoint_name] = model
        if former is None or former.deployment_id != model.deployment_id:
            log.info("endpoint.swapped", endpoint=model.endpoint_name, revision=model.revision)

    def _unloaded(self, wanted: HeldDeployment) -> str:
        reason = self._failures.get(wanted.id, "it is being loaded")
        return f"{wanted.name} is not in memory: {reason}"
