"""Any node by its opaque id: one call for each type that is asked for, however many ids there are."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence

from app.core.errors import Invalid, Issue
from app.core.ids import GlobalId, decode_global_id
from app.core.paging import MAX_PAGE_SIZE
from resolvers.context import Context

Loader = Callable[[Sequence[str], Context], Awaitable[Sequence[object | None]]]
"""Gives the row of each key, None where there is none or where the key can't be one."""

LOADERS: dict[str, Loader] = {}


def register_node(type_name: str, loader: Loader) -> None:
    """Let ids of a type be found; each type's schema file says so once."""
    LOADERS[type_name] = loader


async def node(ctx: Context, *, id: str) -> object | None:  # noqa: A002 - the contract's word
    """Give the row behind an id, None where there is none or it is not one of ours."""
    return (await nodes(ctx, ids=[id]))[0]


async def nodes(ctx: Context, *, ids: list[str]) -> list[object | None]:
    """Give the row behind each id, in their order."""
    if len(ids) > MAX_PAGE_SIZE:
        message = f"`ids` has {len(ids)} ids: ask for up to {MAX_PAGE_SIZE} at once."
        raise Invalid(message, issues=[Issue(("ids",), "page_size", message)])
    return await load_nodes([_known(given) for given in ids], ctx)


async def load_nodes(wanted: Sequence[GlobalId | None], ctx: Context) -> list[object | None]:
    """Give the row of each id, one call a type."""
    keys: defaultdict[str, list[str]] = defaultdict(list)
    for found in wanted:
        if found is not None and found.type_name in LOADERS:
            keys[found.type_name].append(found.key)
    rows = {
        (type_name, key): row
        for type_name, asked in keys.items()
        for key, row in zip(asked, await LOADERS[type_name](asked, ctx), strict=True)
    }
    return [None if found is None else rows.get((found.type_name, found.key)) for found in wanted]


def _known(given: str) -> GlobalId | None:
    try:
        return decode_global_id(given)
    except Invalid:
        return None
