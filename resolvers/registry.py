"""How the registry is answered: models, versions, aliases and their history; each level by one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from app.core.ids import NO_ID, ModelVersionId, RunId, uuid_or_none
from app.core.paging import Page, check_page_size, page_of
from app.core.sort_keys import BY_NAME, DESCENDING, NEWEST_FIRST, resume_behind
from app.datasets.store import find_dataset_versions
from app.datasets.views import DatasetVersionView
from app.registry.aliases import AliasWish, set_alias
from app.registry.store import reading
from app.registry.views import AliasChangeView, AliasView, EvaluationView, ModelView, VersionView
from app.training.views import TrainingRunView
from resolvers.context import Context


class OfModel(Protocol):
    """A row that names a model."""

    @property
    def model_id(self) -> UUID:
        """The model's id."""


class OfVersion(Protocol):
    """A row that names a model version."""

    @property
    def model_version_id(self) -> ModelVersionId:
        """The version's id."""


@dataclass(frozen=True, slots=True)
class AliasSet:
    """The move that put the alias where it was wanted."""

    change: AliasChangeView


async def set_model_alias(
    ctx: Context, *, model: str, alias: str, version: int, reason: str, expected_version: int | None = None
) -> AliasSet:
    """Point an alias of a model to a version."""
    wish = AliasWish(model, alias, version, reason, expected_version)
    async with ctx.writing() as session:
        change = await set_alias(session, ctx.actor, wish, request_id=ctx.request_id)
    async with ctx.reading() as connection:
        return AliasSet((await reading.changes_by_id(connection, [change.id]))[change.id])


async def registered_model(ctx: Context, *, name: str) -> ModelView | None:
    """Give the model of a name."""
    async with ctx.reading() as connection:
        return await reading.find_model(connection, name)


async def registered_models(ctx: Context, *, first: int = 20, after: str | None = None) -> Page[ModelView]:
    """Give a page of the models, by name."""
    check_page_size(first)
    [behind] = resume_behind(after, BY_NAME)
    async with ctx.reading() as connection:
        rows = await reading.list_models(connection, after=behind, limit=first + 1)
    return page_of(rows, first=first, after=after, key=lambda model: (model.name,))


async def models_by_key(keys: Sequence[str], ctx: Context) -> list[ModelView | None]:
    """Give the model of each key of a global id."""
    async with ctx.reading() as connection:
        found = await reading.models_by_id(connection, _uuids(keys))
    return [found.get(each) for each in _uuids(keys)]


async def models_of(rows: Sequence[OfModel], ctx: Context) -> list[ModelView]:
    """Give for each row its model."""
    async with ctx.reading() as connection:
        found = await reading.models_by_id(connection, [row.model_id for row in rows])
    return [found[row.model_id] for row in rows]


async def versions_by_key(keys: Sequence[str], ctx: Context) -> list[VersionView | None]:
    """Give the version of each key of a global id."""
    async with ctx.reading() as connection:
        found = await reading.versions_by_id(connection, [ModelVersionId(each) for each in _uuids(keys)])
    return [found.get(ModelVersionId(each)) for each in _uuids(keys)]


async def versions_of(rows: Sequence[OfVersion], ctx: Context) -> list[VersionView]:
    """Give for each row its model version."""
    async with ctx.reading() as connection:
        found = await reading.versions_by_id(connection, [row.model_version_id for row in rows])
    return [found[row.model_version_id] for row in rows]


async def model_versions(
    models: Sequence[ModelView], ctx: Context, *, first: int = 20, after: str | None = None
) -> list[Page[VersionView]]:
    """Give for each model a page of its versions, the newest first."""
    check_page_size(first)
    [before] = resume_behind(after, DESCENDING)
    async with ctx.reading() as connection:
        ids = [each.id for each in models]
        found = await reading.versions_of_models(connection, ids, before=before, limit=first + 1)
    return [
        page_of(found.get(each.id, []), first=first, after=after, key=lambda row: (row.version,))
        for each in models
    ]


async def aliased(models: Sequence[ModelView], ctx: Context, *, name: str) -> list[VersionView | None]:
    """Give for each model the version to which an alias points."""
    async with ctx.reading() as connection:
        found = await reading.aliased_versions(connection, [each.id for each in models], name)
    return [found.get(each.id) for each in models]


async def aliases_of(models: Sequence[ModelView], ctx: Context) -> list[list[AliasView]]:
    """Give for each model its aliases, by name."""
    async with ctx.reading() as connection:
        found = await reading.aliases_of_models(connection, [each.id for each in models])
    return [found.get(each.id, []) for each in models]


async def alias_names_of(versions: Sequence[VersionView], ctx: Context) -> list[list[str]]:
    """Give for each version the aliases that point to it, by name."""
    async with ctx.reading() as connection:
        found = await reading.aliases_of_versions(connection, [each.id for each in versions])
    return [found.get(each.id, []) for each in versions]


async def alias_history(
    models: Sequence[ModelView], ctx: Context, *, first: int = 20, after: str | None = None
) -> list[Page[AliasChangeView]]:
    """Give for each model a page of the moves of its aliases, the newest first."""
    check_page_size(first)
    [before] = resume_behind(after, NEWEST_FIRST)
    async with ctx.reading() as connection:
        ids = [each.id for each in models]
        found = await reading.changes_of_models(connection, ids, before=before, limit=first + 1)
    return [
        page_of(found.get(each.id, []), first=first, after=after, key=lambda row: (str(row.id),))
        for each in models
    ]


async def changes_by_key(keys: Sequence[str], ctx: Context) -> list[AliasChangeView | None]:
    """Give the move of each key of a global id."""
    async with ctx.reading() as connection:
        found = await reading.changes_by_id(connection, _uuids(keys))
    return [found.get(each) for each in _uuids(keys)]


async def moved_from(changes: Sequence[AliasChangeView], ctx: Context) -> list[VersionView | None]:
    """Give for each move the version that the alias left, None where it pointed nowhere."""
    return await _versions_or_none([each.from_version_id for each in changes], ctx)


async def moved_to(changes: Sequence[AliasChangeView], ctx: Context) -> list[VersionView | None]:
    """Give for each move the version that the alias points to since."""
    return await _versions_or_none([each.to_version_id for each in changes], ctx)


async def produced_by(runs: Sequence[TrainingRunView], ctx: Context) -> list[VersionView | None]:
    """Give for each run the version that it registered."""
    async with ctx.reading() as connection:
        found = await reading.versions_by_run(connection, [RunId(each.id) for each in runs])
    return [found.get(each.id) for each in runs]


async def evaluations_of(versions: Sequence[VersionView], ctx: Context) -> list[list[EvaluationView]]:
    """Give for each version how it was measured, the oldest first."""
    async with ctx.reading() as connection:
        found = await reading.evaluations_of_versions(connection, [each.id for each in versions])
    return [found.get(each.id, []) for each in versions]


async def datasets_of(evaluations: Sequence[EvaluationView], ctx: Context) -> list[DatasetVersionView | None]:
    """Give for each evaluation the version of the rows that it was made on."""
    async with ctx.reading() as connection:
        return await find_dataset_versions(connection, [each.dataset_version_id for each in evaluations])


async def _versions_or_none(ids: Sequence[ModelVersionId | None], ctx: Context) -> list[VersionView | None]:
    async with ctx.reading() as connection:
        found = await reading.versions_by_id(connection, [each for each in ids if each])
    return [None if each is None else found.get(each) for each in ids]


def _uuids(keys: Sequence[str]) -> list[UUID]:
    return [uuid_or_none(key) or NO_ID for key in keys]
