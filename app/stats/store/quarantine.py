"""Reading the refused rows of all sources, the newest first, all or those that broke one rule."""

from typing import Final
from uuid import UUID

import orjson

from app.core.paging import Page, check_page_size, page_of
from app.core.sort_keys import NEWEST_FIRST, resume_behind
from app.stats.store.reading import Reader
from app.stats.views import QuarantinedRowView

_LIST: Final = """
    select q.id, q.source_file_id, q.line_number, q.rule, q.detail, q.raw::text as raw, q.game_id
    from quarantined_row q where q.id < $1::uuid and ($2::text is null or q.rule = $2)
    order by q.id desc limit $3"""


async def list_quarantined_rows(
    reader: Reader, *, rule: str | None = None, first: int, after: str | None = None
) -> Page[QuarantinedRowView]:
    """List the refused rows, the newest first."""
    check_page_size(first)
    rows = await reader.fetch(_LIST, *resume_behind(after, NEWEST_FIRST), rule, first + 1)
    refused = [_refused(*row) for row in rows]
    return page_of(refused, first=first, after=after, key=lambda row: (str(row.id),))


def _refused(  # the columns of _LIST
    row_id: UUID,
    source_file_id: UUID,
    line_number: int,
    rule: str,
    detail: str,
    raw: str,
    game_id: str | None,
) -> QuarantinedRowView:
    return QuarantinedRowView(row_id, source_file_id, line_number, rule, detail, orjson.loads(raw), game_id)
