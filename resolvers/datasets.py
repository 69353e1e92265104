"""How datasets are answered; each level by one statement."""

from collections.abc import Sequence
from uuid import UUID

from app.core.ids import NO_ID, uuid_or_none
from app.core.paging import Page
from app.datasets import store
from app.datasets.views import DatasetVersionView, DatasetView
from resolvers.context import Context


async def dataset(ctx: Context, *, namespace: str, name: str) -> DatasetView | None:
    """Give the dataset of a name."""
    async with ctx.reading() as connection:
        return await store.find_dataset(connection, namespace, name)


async def datasets_by_key(keys: Sequence[str], ctx: Context) -> list[DatasetView | None]:
    """Give the dataset of each key of a global id."""
    return await _datasets([uuid_or_none(key) or NO_ID for key in keys], ctx)


async def datasets_of(versions: Sequence[DatasetVersionView], ctx: Context) -> list[DatasetView | None]:
    """Give for each version its dataset."""
    return await _datasets([each.dataset_id for each in versions], ctx)


async def names_of(versions: Sequence[DatasetVersionView], ctx: Context) -> list[str]:
    """Give for each version what it is called."""
    found = await datasets_of(versions, ctx)
    return [
        f"{version.version}" if dataset is None else f"{dataset.namespace}/{dataset.name}/{version.version}"
        for version, dataset in zip(versions, found, strict=True)
    ]


async def versions_by_key(keys: Sequence[str], ctx: Context) -> list[DatasetVersionView | None]:
    """Give the version of each key of a global id."""
    async with ctx.reading() as connection:
        return await store.find_dataset_versions(connection, [uuid_or_none(key) or NO_ID for key in keys])


async def versions_of(
    datasets: Sequence[DatasetView], ctx: Context, *, first: int = 20, after: str | None = None
) -> list[Page[DatasetVersionView]]:
    """Give for each dataset a page of its versions, the newest first."""
    async with ctx.reading() as connection:
        ids = [each.id for each in datasets]
        return await store.versions_of_datasets(connection, ids, first=first, after=after)


async def _datasets(ids: Sequence[UUID], ctx: Context) -> list[DatasetView | None]:
    async with ctx.reading() as connection:
        return await store.find_datasets(connection, ids)
