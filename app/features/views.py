"""Feature views: named definitions of features. Other definitions are another version, never a change."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final
from uuid import UUID

import orjson
from sqlmodel import col, select

from app.core.ids import new_id
from app.core.session import Connection, Session
from app.features.definitions import FEATURES, FeatureDefinition
from app.features.tables import FeatureView

WIN_PROBABILITY: Final = "win-probability"
ENTITY: Final = "game"

_COLUMNS: Final = "id, name, version, entity, definitions, digest, created_at, materialized_to"
_NAMED: Final = f"""
    select {_COLUMNS} from feature_view where name = $1 and ($2::int is null or version = $2)
    order by version desc limit 1"""  # noqa: S608 - constants
_BY_ID: Final = f"select {_COLUMNS} from feature_view where id = any($1)"  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class FeatureRow:
    """One feature of a view, as it was defined when the view's version was made."""

    view_id: UUID
    name: str
    description: str
    transformation: str
    unit: str
    dtype: str

    @property
    def key(self) -> str:
        """What its global id is made of."""
        return f"{self.view_id}.{self.name}"


@dataclass(frozen=True, slots=True)
class FeatureViewRow:
    """A version of a feature view."""

    id: UUID
    name: str
    version: int
    entity: str
    definitions: Mapping[str, Any]
    digest: str
    created_at: dt.datetime
    materialized_to: dt.datetime | None

    @property
    def features(self) -> Sequence[FeatureRow]:
        """The features, in the order of the model's columns."""
        return [FeatureRow(self.id, **each) for each in self.definitions["features"]]


async def find_view(connection: Connection, name: str, version: int | None) -> FeatureViewRow | None:
    """Return a version of the view, the newest where none is named."""
    row = await connection.fetchrow(_NAMED, name, version)
    return None if row is None else FeatureViewRow(*row)


async def views_by_id(connection: Connection, ids: Sequence[UUID]) -> dict[UUID, FeatureViewRow]:
    """Return the views with these ids, those that there are."""
    return {row["id"]: FeatureViewRow(*row) for row in await connection.fetch(_BY_ID, list(ids))}


async def record_view(session: Session, *, materialized_to: dt.date | None) -> UUID:
    """Return the id of the view of today's definitions, made if it is missing, and say how far it reaches."""
    definitions = {"features": [asdict(feature) for feature in FEATURES]}
    digest = digest_of(FEATURES)
    named = select(FeatureView).where(FeatureView.name == WIN_PROBABILITY).with_for_update()
    newest = (await session.exec(named.order_by(col(FeatureView.version).desc()).limit(1))).one_or_none()
    if newest is None or newest.digest != digest:
        version = 1 if newest is None else newest.version + 1
        newest = FeatureView(
            id=new_id(),
            name=WIN_PROBABILITY,
            version=version,
            entity=ENTITY,
            definitions=definitions,
            digest=digest,
        )
    if materialized_to is not None:
        newest.materialized_to = dt.datetime.combine(materialized_to, dt.time(), dt.UTC)
    session.add(newest)
    await session.flush()
    return newest.id


def digest_of(features: Sequence[FeatureDefinition]) -> str:
    """Give the SHA-256 of definitions: their names, order and every word of how they are made.

    >>> digest_of(FEATURES) == digest_of(FEATURES[::-1])
    False
    """
    return hashlib.sha256(orjson.dumps([asdict(feature) for feature in features])).hexdigest()
