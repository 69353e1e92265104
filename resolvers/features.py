"""How feature views are answered."""

from collections.abc import Sequence

from app.core.ids import uuid_or_none
from app.features import views
from app.features.views import FeatureViewRow
from resolvers.context import Context


async def feature_view(ctx: Context, *, name: str, version: int | None = None) -> FeatureViewRow | None:
    """Give a version of a feature view, the newest where none is named."""
    async with ctx.reading() as connection:
        return await views.find_view(connection, name, version)


async def views_by_key(keys: Sequence[str], ctx: Context) -> list[FeatureViewRow | None]:
    """Give the feature view of each key of a global id."""
    ids = [uuid_or_none(key) for key in keys]
    async with ctx.reading() as connection:
        found = await views.views_by_id(connection, [each for each in ids if each])
    return [None if each is None else found.get(each) for each in ids]
