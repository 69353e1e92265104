"""How the sources of the league are answered, and the rows of them that were refused."""

from collections.abc import Sequence

from app.core.ids import NO_ID, uuid_or_none
from app.core.paging import Page
from app.stats.store.provenance import (
    find_source_files,
    list_source_files,
    quarantined_rows_of_files,
    quarantined_rows_of_games,
)
from app.stats.store.quarantine import list_quarantined_rows
from app.stats.views import GameView, QuarantinedRowView, SourceFileView
from resolvers.context import Context
from resolvers.stats import storable_text


async def source_files(ctx: Context, *, first: int = 20, after: str | None = None) -> Page[SourceFileView]:
    """Give a page of the files and responses that were read, the newest first."""
    return await list_source_files(ctx.database, first=first, after=after)


async def all_quarantined_rows(
    ctx: Context, *, rule: str | None = None, first: int = 20, after: str | None = None
) -> Page[QuarantinedRowView]:
    """Give a page of the refused rows of all sources, the newest first."""
    wanted = None if rule is None else storable_text(rule)
    return await list_quarantined_rows(ctx.database, rule=wanted, first=first, after=after)


async def quarantined_rows(
    files: Sequence[SourceFileView], ctx: Context, *, first: int = 20, after: str | None = None
) -> list[Page[QuarantinedRowView]]:
    """Give for each file a page of its refused rows."""
    ids = [each.id for each in files]
    return await quarantined_rows_of_files(ctx.database, ids, first=first, after=after)


async def quality_issues(games: Sequence[GameView], ctx: Context) -> list[list[QuarantinedRowView]]:
    """Give for each game the refused rows that speak of it."""
    return await quarantined_rows_of_games(ctx.database, [each.id for each in games])


async def files_of(
    rows: Sequence[GameView | QuarantinedRowView], ctx: Context
) -> list[SourceFileView | None]:
    """Give for each row the file that it came from."""
    return await find_source_files(ctx.database, [row.source_file_id or NO_ID for row in rows])


async def source_files_by_key(keys: Sequence[str], ctx: Context) -> list[SourceFileView | None]:
    """Give the source of each key of a global id."""
    return await find_source_files(ctx.database, [uuid_or_none(key) or NO_ID for key in keys])
