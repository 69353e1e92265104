"""Registering a run's model as a version: at most one a run, whatever dies in between.

Everything happens in the transaction that the caller fences; this room never looks inside the file.
"""

from dataclasses import asdict
from uuid import UUID

from app.core.ids import ModelVersionId, new_id
from app.core.session import Session
from app.registry.events import ModelVersionRegistered
from app.registry.store import writing
from app.registry.tables import Evaluation, ModelVersion, RegisteredModel
from app.training.products import SKOPS, Product

__all__ = ["SKOPS", "register_version"]


async def register_version(session: Session, product: Product) -> ModelVersionId:
    """Register what a run produced, with its evaluation; a run that has a version keeps that one."""
    model = await writing.open_model(session, product.model_name, task=product.task)
    standing = await writing.find_version_of_run(session, product.run_id)
    if standing is not None:
        return ModelVersionId(standing.id)
    version = _version(model.id, product, await writing.next_version(session, model.id))
    session.add(version)
    await session.flush()
    session.add(_evaluation(version.id, product))
    session.emit(_event(session, model, version, product))
    return ModelVersionId(version.id)


def _version(model_id: UUID, product: Product, number: int) -> ModelVersion:
    return ModelVersion(
        id=new_id(),
        model_id=model_id,
        version=number,
        run_id=product.run_id,
        digest=product.file.digest,
        format=product.format,
        file_name=product.file.file_name,
        size_bytes=product.file.size_bytes,
        input_schema=product.input_schema,
    )


def _evaluation(version_id: UUID, product: Product) -> Evaluation:
    found = product.comparison
    gaps = {
        "accuracy": found.accuracy_gap,
        "log_loss": found.log_loss_gap,
        "brier_score": found.brier_score_gap,
    }
    return Evaluation(
        model_version_id=version_id,
        dataset_version_id=product.dataset_version_id,
        population=product.population,
        games=found.games,
        metrics={"values": asdict(found.model), "gaps": {name: asdict(gap) for name, gap in gaps.items()}},
        baseline_metrics={"values": asdict(found.baseline)},
        calibration={
            "model": [asdict(each) for each in found.calibration],
            "baseline": [asdict(each) for each in found.baseline_calibration],
        },
    )


def _event(
    session: Session, model: RegisteredModel, version: ModelVersion, product: Product
) -> ModelVersionRegistered:
    return ModelVersionRegistered(
        workspace_id=session.workspace_id,
        model_id=model.id,
        model_name=model.name,
        model_version_id=ModelVersionId(version.id),
        version=version.version,
        run_id=product.run_id,
        dataset_version_id=product.dataset_version_id,
        feature_view_id=product.feature_view_id,
    )
