"""Writing endpoints, deployments and rollouts, in the caller's transaction. An endpoint's row is its lock."""

import uuid
from typing import Final

from sqlalchemy import func, text
from sqlmodel import col, select

from app.core.ids import RolloutId, new_id
from app.core.session import Session
from app.registry.tables import ModelVersion, RegisteredModel
from app.serving.tables import Deployment, Endpoint, Rollout
from app.serving.views import OPEN_PHASES, RolloutPhase

_OPEN_ENDPOINT: Final = text("""
    insert into endpoint (id, name) values (:id, :name) on conflict (workspace_id, name) do nothing
""")

_FRESH: Final = {"populate_existing": True}
"""What a lock has waited for must be seen."""


async def open_endpoint(session: Session, name: str) -> Endpoint:
    """Return the endpoint of this name, made if it is missing, locked until the transaction ends."""
    await session.execute(_OPEN_ENDPOINT, {"id": new_id(), "name": name})
    found = await lock_endpoint(session, name)
    assert found is not None  # noqa: S101 - made one line above
    return found


async def lock_endpoint(session: Session, name: str) -> Endpoint | None:
    """Return the endpoint of this name, locked until the transaction ends."""
    return (await session.exec(select(Endpoint).where(Endpoint.name == name).with_for_update())).one_or_none()


async def lock_endpoint_by_id(session: Session, endpoint_id: uuid.UUID) -> Endpoint:
    """Return the endpoint with this id, locked until the transaction ends."""
    return (await session.exec(select(Endpoint).where(Endpoint.id == endpoint_id).with_for_update())).one()


async def find_version(
    session: Session, version_id: uuid.UUID
) -> tuple[ModelVersion, RegisteredModel] | None:
    """Return a model version with its model."""
    joined = select(ModelVersion, RegisteredModel).join(
        RegisteredModel, col(RegisteredModel.id) == col(ModelVersion.model_id)
    )
    row = (await session.exec(joined.where(ModelVersion.id == version_id))).one_or_none()
    return None if row is None else (row[0], row[1])


async def next_revision(session: Session, endpoint_id: uuid.UUID) -> int:
    """Return the number after the endpoint's newest deployment; call it with the endpoint locked."""
    newest = await session.exec(
        select(func.coalesce(func.max(Deployment.revision), 0)).where(Deployment.endpoint_id == endpoint_id)
    )
    return newest.one() + 1


async def find_stable(session: Session, endpoint_id: uuid.UUID) -> Deployment | None:
    """Return the endpoint's stable deployment."""
    wanted = select(Deployment).where(Deployment.endpoint_id == endpoint_id, col(Deployment.is_stable))
    return (await session.exec(wanted)).one_or_none()


async def get_deployment(session: Session, deployment_id: uuid.UUID) -> Deployment:
    """Return a deployment that a foreign key vouches for."""
    return (await session.exec(select(Deployment).where(Deployment.id == deployment_id))).one()


async def find_revision(session: Session, endpoint_id: uuid.UUID, revision: int) -> Deployment | None:
    """Return a deployment by its number on the endpoint."""
    wanted = select(Deployment).where(Deployment.endpoint_id == endpoint_id, Deployment.revision == revision)
    return (await session.exec(wanted)).one_or_none()


async def find_open_rollout(session: Session, endpoint_id: uuid.UUID) -> Rollout | None:
    """Return the endpoint's open rollout."""
    wanted = select(Rollout).where(Rollout.endpoint_id == endpoint_id, col(Rollout.phase).in_(OPEN_PHASES))
    return (await session.exec(wanted)).one_or_none()


async def find_rollout(session: Session, rollout_id: RolloutId) -> Rollout | None:
    """Return a rollout."""
    return (await session.exec(select(Rollout).where(Rollout.id == rollout_id))).one_or_none()


async def lock_running_rollout(session: Session, rollout_id: RolloutId) -> Rollout | None:
    """Return the rollout, locked, if it still runs; None where somebody else has ended it."""
    wanted = select(Rollout).where(Rollout.id == rollout_id, Rollout.phase == RolloutPhase.RUNNING)
    return (await session.exec(wanted.with_for_update(), execution_options=_FRESH)).one_or_none()


async def find_promotion(session: Session, candidate_id: uuid.UUID) -> Rollout | None:
    """Return the rollout that made a deployment stable and was not rolled back."""
    wanted = select(Rollout).where(
        Rollout.candidate_id == candidate_id, Rollout.phase == RolloutPhase.PROMOTED
    )
    return (await session.exec(wanted.with_for_update())).one_or_none()
