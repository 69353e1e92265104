"""Writing the registry, in the caller's transaction; a model's row locks its versions and aliases."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import Integer, String, Uuid, column, func, text
from sqlmodel import col, select

from app.core.ids import ModelVersionId, WorkspaceId, new_id
from app.core.session import Session
from app.registry.tables import AliasChange, ModelAlias, ModelVersion, RegisteredModel

_OPEN_MODEL: Final = text("""
    insert into registered_model (id, name, task) values (:id, :name, :task)
    on conflict (workspace_id, name) do nothing
""")
_POINT: Final = text("""
    insert into model_alias (model_id, alias, model_version_id, set_by)
    values (:model_id, :alias, :version_id, :set_by)
    on conflict (model_id, alias) do update
    set model_version_id = excluded.model_version_id, set_by = excluded.set_by, set_at = now()
""")
_MIRRORED: Final = text("""
    select v.id as version_id, v.workspace_id, m.name as model_name, v.version, v.digest, t.mlflow_run_id
    from model_version v join registered_model m on m.id = v.model_id
    join training_run t on t.run_id = v.run_id
    where v.id = :id
""").columns(
    column("version_id", Uuid),
    column("workspace_id", Uuid),
    column("model_name", String),
    column("version", Integer),
    column("digest", String),
    column("mlflow_run_id", String),
)
_MARK_MIRRORED: Final = text("update model_version set mirrored_at = now() where id = :id")


@dataclass(frozen=True, slots=True)
class Mirrored:
    """What MLflow is told of a version."""

    version_id: ModelVersionId
    workspace_id: WorkspaceId
    model_name: str
    version: int
    digest: str
    mlflow_run_id: str


async def open_model(session: Session, name: str, *, task: str) -> RegisteredModel:
    """Return the model of this name, made if it is missing, locked until the transaction ends."""
    await session.execute(_OPEN_MODEL, {"id": new_id(), "name": name, "task": task})
    found = await lock_model(session, name)
    assert found is not None  # noqa: S101 - made one line above
    return found


async def lock_model(session: Session, name: str) -> RegisteredModel | None:
    """Return the model of this name, locked until the transaction ends."""
    return (
        await session.exec(select(RegisteredModel).where(RegisteredModel.name == name).with_for_update())
    ).one_or_none()


async def next_version(session: Session, model_id: UUID) -> int:
    """Return the number after the model's newest version; call it with the model locked."""
    newest = await session.exec(
        select(func.coalesce(func.max(ModelVersion.version), 0)).where(ModelVersion.model_id == model_id)
    )
    return newest.one() + 1


async def find_version(session: Session, model_id: UUID, version: int) -> ModelVersion | None:
    """Return a version by its number."""
    wanted = select(ModelVersion).where(ModelVersion.model_id == model_id, ModelVersion.version == version)
    return (await session.exec(wanted)).one_or_none()


async def find_version_of_run(session: Session, run_id: UUID) -> ModelVersion | None:
    """Return the version that a run has registered."""
    return (await session.exec(select(ModelVersion).where(ModelVersion.run_id == run_id))).one_or_none()


async def find_aliased(session: Session, model_id: UUID, alias: str) -> ModelVersion | None:
    """Return the version to which the alias points now."""
    pointed = select(ModelVersion).join(ModelAlias, col(ModelAlias.model_version_id) == col(ModelVersion.id))
    wanted = pointed.where(ModelAlias.model_id == model_id, ModelAlias.alias == alias)
    return (await session.exec(wanted)).one_or_none()


async def find_last_change(session: Session, model_id: UUID, alias: str) -> AliasChange | None:
    """Return the newest move of the alias."""
    changes = select(AliasChange).where(AliasChange.model_id == model_id, AliasChange.alias == alias)
    return (await session.exec(changes.order_by(col(AliasChange.id).desc()).limit(1))).one_or_none()


async def point_alias(session: Session, model_id: UUID, alias: str, version_id: UUID, *, set_by: str) -> None:
    """Let the alias point to the version."""
    values = {"model_id": model_id, "alias": alias, "version_id": version_id, "set_by": set_by}
    await session.execute(_POINT, values)


async def get_mirrored(session: Session, version_id: ModelVersionId) -> Mirrored:
    """Return what MLflow is told of a version that a run has registered."""
    return Mirrored(*(await session.execute(_MIRRORED, {"id": version_id})).one())


async def mark_mirrored(session: Session, version_id: ModelVersionId) -> None:
    """Note that MLflow knows the version."""
    await session.execute(_MARK_MIRRORED, {"id": version_id})
