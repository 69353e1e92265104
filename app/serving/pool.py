"""The models of this process, in memory: loaded beside the requests, swapped without losing one.

What is to be held stands in the database and is looked at whenever it changes, and every few seconds in any
case: a process that died in the middle goes on from there. A request never loads a model nor waits for one.
"""

import asyncio
import datetime as dt
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Final

import structlog
from prometheus_client import CollectorRegistry

from app.core.database import Database
from app.core.errors import NotFound, PlatformError, Unavailable
from app.core.feed import EventFeed
from app.core.ids import DeploymentId, WorkspaceId
from app.core.settings import Settings
from app.serving.events import deployments_topic
from app.serving.shelf import ServedModel, Shelf
from app.serving.store.reading import find_endpoint
from app.serving.windows import LiveFigures, Source

log = structlog.get_logger()

LOOK_AGAIN_SECONDS: Final = 5.0
"""How often the database is looked at while it says nothing; what failed to load is tried again then."""


class ModelPool:
    """Every stable deployment and every candidate of every workspace, held by one process."""

    def __init__(
        self,
        database: Database,
        feed: EventFeed,
        settings: Settings,
        *,
        registry: CollectorRegistry,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._database = database
        self._feed = feed
        self._directory = settings.artifacts_directory
        self._now = now
        self._shelves: dict[WorkspaceId, Shelf] = {}
        self._followers: dict[WorkspaceId, asyncio.Task[None]] = {}
        self._finder: asyncio.Task[None] | None = None
        self.figures = LiveFigures(database, registry, now=now)

    async def start(self) -> None:
        """Begin to load, without waiting for it: `probe` says when all is there."""
        self._finder = asyncio.create_task(self._find_workspaces(), name="courtside-model-pool")
        await self.figures.start()

    async def stop(self) -> None:
        """Stop following; requests that are under way keep the model that they hold."""
        tasks = [*self._followers.values(), *([self._finder] if self._finder else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._followers.clear()
        self._finder = None
        await self.figures.stop()

    async def probe(self) -> str | None:
        """Return None when every stable deployment is in memory, else one sentence that says which is not."""
        if self._finder is None or not self._shelves:
            return "the deployments have not been looked up yet"
        missing = [text for shelf in self._shelves.values() for text in shelf.missing()]
        return "; ".join(missing) or None

    async def get(self, workspace_id: WorkspaceId, endpoint: str) -> ServedModel:
        """Return what answers for an endpoint now.

        Raises `NotFound` for an unknown endpoint, `Unavailable` while nothing serves on it in this process.
        """
        shelf = self._shelf(workspace_id)
        model = shelf.find(endpoint)
        if model is not None:
            return model
        await shelf.look()  # another process may have promoted it this moment
        model = shelf.find(endpoint)
        if model is not None:
            return model
        async with self._database.reading(workspace_id) as connection:
            found = await find_endpoint(connection, endpoint)
        if found is None:
            message = f"No endpoint is named “{endpoint[:80]}”: `endpoints` lists those that there are."
            raise NotFound(message, missing_id=endpoint[:80], path=["endpoint"])
        raise Unavailable(shelf.reason(endpoint), dependency="model")

    def pinned(
        self, workspace_id: WorkspaceId, deployment_id: DeploymentId
    ) -> AbstractAsyncContextManager[None]:
        """Hold a deployment in memory while it is being restored; raises what loading it raises."""
        return self._shelf(workspace_id).pinned(deployment_id)

    async def refresh(self, workspace_id: WorkspaceId) -> None:
        """See at once what this process has just changed."""
        await self._shelf(workspace_id).look()

    def find(self, workspace_id: WorkspaceId, endpoint: str) -> ServedModel | None:
        """Return what answers for an endpoint now, None where nothing does in this process."""
        return self._shelf(workspace_id).find(endpoint)

    def reason(self, workspace_id: WorkspaceId, endpoint: str) -> str:
        """Say why nothing answers for an endpoint in this process."""
        return self._shelf(workspace_id).reason(endpoint)

    @contextmanager
    def failures_counted(self, workspace_id: WorkspaceId, endpoint: str) -> Iterator[None]:
        """Count a request that fails by our fault; a mistake of the caller's is none of ours."""
        try:
            yield
        except Exception as error:
            model = self.find(workspace_id, endpoint)
            is_ours = isinstance(error, Unavailable) or not isinstance(error, PlatformError)
            if model is not None and is_ours:
                self.figures.failed(_source(workspace_id, model), endpoint)
            raise

    def answered(self, workspace_id: WorkspaceId, endpoint: str, *, rows: int, milliseconds: float) -> None:
        """Count a request that was answered."""
        model = self.find(workspace_id, endpoint)
        if model is not None:
            source = _source(workspace_id, model)
            self.figures.answered(source, endpoint, rows=rows, milliseconds=milliseconds)

    async def _find_workspaces(self) -> None:
        while True:
            try:
                rows = await self._database.fetch("select workspace_ids()")
            except Unavailable as error:
                log.info("model_pool.postponed", reason=error.message)
                rows = []
            for (workspace_id,) in rows:
                follower = self._followers.get(workspace_id)
                if follower is not None and follower.done() and follower.exception() is not None:
                    log.error("model_pool.follower_died", exc_info=follower.exception())
                if follower is None or follower.done():
                    self._followers[workspace_id] = asyncio.create_task(
                        self._follow(workspace_id), name=f"courtside-models-{workspace_id}"
                    )
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _follow(self, workspace_id: WorkspaceId) -> None:
        """Look once, then after every event and every silence; should it end, the finder starts it anew."""
        topic, shelf = deployments_topic(workspace_id), self._shelf(workspace_id)
        stream = self._feed.follow(
            topic, workspace_id=workspace_id, after=None, heartbeat_seconds=LOOK_AGAIN_SECONDS
        )
        try:
            async for _item in stream:
                await shelf.keep_up()
        except PlatformError as error:
            log.info("model_pool.postponed", reason=error.message)

    def _shelf(self, workspace_id: WorkspaceId) -> Shelf:
        if workspace_id not in self._shelves:
            self._shelves[workspace_id] = Shelf(
                self._database, workspace_id, self._directory, process=socket.gethostname(), now=self._now
            )
        return self._shelves[workspace_id]


def _source(workspace_id: WorkspaceId, model: ServedModel) -> Source:
    return Source(workspace_id, model.endpoint_id, model.deployment_id)
