"""Reading the registry. Functions that answer for parents take all of them at once and ask once."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from app.core.grouping import by_key
from app.core.ids import ModelVersionId, RunId
from app.core.session import Connection
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

_MODEL: Final = "m.id, m.name, m.task, m.description, m.created_at"
_VERSION: Final = (
    "v.id, v.model_id, m.name as model_name, v.version, v.run_id, v.digest, v.format, v.file_name, "
    "v.size_bytes, v.input_schema, v.created_at"
)
_VERSIONS_FROM: Final = "from model_version v join registered_model m on m.id = v.model_id"
_MODELS: Final = f"select {_MODEL} from registered_model m where m.id = any($1)"
_MODEL_NAMED: Final = f"select {_MODEL} from registered_model m where m.name = $1"
_MODELS_PAGE: Final = (
    f"select {_MODEL} from registered_model m where $1::text is null or m.name > $1 order by m.name limit $2"
)
_VERSIONS: Final = f"select {_VERSION} {_VERSIONS_FROM} where v.id = any($1)"
_VERSIONS_OF_RUNS: Final = f"select {_VERSION} {_VERSIONS_FROM} where v.run_id = any($1)"
_VERSIONS_OF_MODELS: Final = f"""
    select {_VERSION} from unnest($1::uuid[]) as wanted (id) join registered_model m on m.id = wanted.id
    cross join lateral (
        select * from model_version v where v.model_id = m.id and ($2::bigint is null or v.version < $2)
        order by v.version desc limit $3
    ) v order by v.version desc"""
_ALIASES: Final = """
    select model_id, alias, model_version_id, set_at, set_by from model_alias
    where model_id = any($1) order by alias"""
_ALIASED: Final = f"""
    select {_VERSION} {_VERSIONS_FROM} join model_alias a on a.model_version_id = v.id
    where a.model_id = any($1) and a.alias = $2"""
_ALIASES_OF_VERSIONS: Final = """
    select model_version_id, alias from model_alias where model_version_id = any($1) order by alias"""
_CHANGE: Final = "c.id, c.model_id, c.alias, c.from_version_id, c.to_version_id, c.at, c.actor_name, c.reason"
_CHANGES: Final = f"select {_CHANGE} from alias_change c where c.id = any($1)"
_CHANGES_OF_MODELS: Final = f"""
    select {_CHANGE} from unnest($1::uuid[]) as wanted (id) cross join lateral (
        select * from alias_change c where c.model_id = wanted.id and ($2::uuid is null or c.id < $2)
        order by c.id desc limit $3
    ) c order by c.id desc"""
_EVALUATIONS: Final = """
    select id, model_version_id, dataset_version_id, population, games, metrics, baseline_metrics,
        calibration, at
    from evaluation where model_version_id = any($1) order by id"""


async def find_model(connection: Connection, name: str) -> ModelView | None:
    """Return the model of this name."""
    row = await connection.fetchrow(_MODEL_NAMED, name)
    return None if row is None else ModelView(*row)


async def list_models(connection: Connection, *, after: str | None, limit: int) -> list[ModelView]:
    """List models by name, those behind `after`."""
    return [ModelView(*row) for row in await connection.fetch(_MODELS_PAGE, after, limit)]


async def models_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, ModelView]:
    """Return the models with these ids, those that there are."""
    return {row["id"]: ModelView(*row) for row in await connection.fetch(_MODELS, list(ids))}


async def versions_by_id(
    connection: Connection, ids: Sequence[ModelVersionId]
) -> dict[ModelVersionId, VersionView]:
    """Return the versions with these ids, those that there are."""
    return {row["id"]: VersionView(*row) for row in await connection.fetch(_VERSIONS, list(ids))}


async def versions_by_run(connection: Connection, ids: Sequence[RunId]) -> dict[RunId, VersionView]:
    """Return what these runs have produced."""
    return {row["run_id"]: VersionView(*row) for row in await connection.fetch(_VERSIONS_OF_RUNS, list(ids))}


async def versions_of_models(
    connection: Connection, ids: Sequence[UUID], *, before: int | None, limit: int
) -> dict[UUID, list[VersionView]]:
    """Return up to `limit` versions of each model, newest first, those below number `before`."""
    rows = await connection.fetch(_VERSIONS_OF_MODELS, list(ids), before, limit)
    return by_key((row["model_id"], VersionView(*row)) for row in rows)


async def aliased_versions(
    connection: Connection, ids: Sequence[UUID], alias: str
) -> dict[UUID, VersionView]:
    """Return the version to which the alias of each model points."""
    return {row["model_id"]: VersionView(*row) for row in await connection.fetch(_ALIASED, list(ids), alias)}


async def aliases_of_models(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, list[AliasView]]:
    """Return the aliases of each model, by name."""
    rows = await connection.fetch(_ALIASES, list(ids))
    return by_key((row["model_id"], AliasView(*row)) for row in rows)


async def aliases_of_versions(
    connection: Connection, ids: Sequence[ModelVersionId]
) -> dict[ModelVersionId, list[str]]:
    """Return the names of the aliases that point to each version."""
    rows = await connection.fetch(_ALIASES_OF_VERSIONS, list(ids))
    return by_key((row["model_version_id"], str(row["alias"])) for row in rows)


async def changes_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, AliasChangeView]:
    """Return the changes with these ids, those that there are."""
    return {row["id"]: AliasChangeView(*row) for row in await connection.fetch(_CHANGES, list(ids))}


async def changes_of_models(
    connection: Connection, ids: Sequence[UUID], *, before: UUID | None, limit: int
) -> dict[UUID, list[AliasChangeView]]:
    """Return up to `limit` changes of each model's aliases, newest first, those older than `before`."""
    rows = await connection.fetch(_CHANGES_OF_MODELS, list(ids), before, limit)
    return by_key((row["model_id"], AliasChangeView(*row)) for row in rows)


async def evaluations_of_versions(
    connection: Connection, ids: Sequence[ModelVersionId]
) -> dict[ModelVersionId, list[EvaluationView]]:
    """Return the evaluations of each version, oldest first."""
    rows = await connection.fetch(_EVALUATIONS, list(ids))
    return by_key((row["model_version_id"], _evaluation(row)) for row in rows)


def _evaluation(row: asyncpg.Record) -> EvaluationView:
    gaps = row["metrics"]["gaps"].items()
    return EvaluationView(
        id=row["id"],
        model_version_id=row["model_version_id"],
        dataset_version_id=row["dataset_version_id"],
        population=row["population"],
        games=row["games"],
        metrics=_figures(row["metrics"]["values"]),
        baseline=_figures(row["baseline_metrics"]["values"]),
        gaps=[Figure(key, gap["estimate"], Bounds(gap["lower"], gap["upper"])) for key, gap in gaps],
        calibration=_bins(row["calibration"]["model"]),
        baseline_calibration=_bins(row["calibration"]["baseline"]),
        at=row["at"],
    )


def _figures(values: Mapping[str, float]) -> list[Figure]:
    return [Figure(key, value) for key, value in values.items()]


def _bins(stored: Sequence[Mapping[str, Any]]) -> list[ReliabilityBin]:
    return [
        ReliabilityBin(
            each["mean_predicted"], each["observed"], each["games"], each["lowest"], each["highest"]
        )
        for each in stored
    ]
