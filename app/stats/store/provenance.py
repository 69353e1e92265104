"""Reading where league rows came from: source files, and the rows of them that were refused."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Final
from uuid import UUID

import asyncpg
import orjson

from app.core.grouping import grouped, in_order
from app.core.paging import Page, check_page_size, page_of
from app.core.sort_keys import NEWEST_FIRST, SortKey, parse_number, parse_uuid, resume_behind
from app.stats.store.reading import Reader
from app.stats.views import QuarantinedRowView, SourceFileView

_BY_LINE: Final = SortKey((parse_number, parse_uuid), (-1, UUID(int=0)))
_FILE_COLUMNS: Final = ", ".join(each.name for each in fields(SourceFileView))
_ROW_COLUMNS: Final = "q.id, q.source_file_id, q.line_number, q.rule, q.detail, q.raw::text as raw, q.game_id"
_FIND_FILES: Final = f"select {_FILE_COLUMNS} from source_file where id = any($1::uuid[])"
_LIST_FILES: Final = f"select {_FILE_COLUMNS} from source_file where id < $1::uuid order by id desc limit $2"
_ROWS_OF_FILES: Final = f"""
    select {_ROW_COLUMNS}
    from (select distinct id from unnest($1::uuid[]) as given (id)) file cross join lateral (
        select * from quarantined_row q where q.source_file_id = file.id
            and (q.line_number, q.id) > ($2::bigint, $3::uuid)
        order by q.line_number, q.id limit $4
    ) q order by q.source_file_id, q.line_number, q.id"""
_ROWS_OF_GAMES: Final = f"""
    select {_ROW_COLUMNS} from quarantined_row q where q.game_id = any($1::text[])
    order by q.game_id, q.source_file_id, q.line_number"""


async def find_source_files(reader: Reader, file_ids: Sequence[UUID]) -> list[SourceFileView | None]:
    """Give the source of each id, None where there is none."""
    rows = await reader.fetch(_FIND_FILES, list(file_ids))
    return in_order(file_ids, {row["id"]: SourceFileView(*row) for row in rows})


async def list_source_files(reader: Reader, *, first: int, after: str | None = None) -> Page[SourceFileView]:
    """List the sources that were read, the newest first."""
    check_page_size(first)
    rows = await reader.fetch(_LIST_FILES, *resume_behind(after, NEWEST_FIRST), first + 1)
    files = [SourceFileView(*row) for row in rows]
    return page_of(files, first=first, after=after, key=lambda file: (str(file.id),))


async def quarantined_rows_of_files(
    reader: Reader, file_ids: Sequence[UUID], *, first: int, after: str | None = None
) -> list[Page[QuarantinedRowView]]:
    """Give for each source a page of its refused rows, in the order of its lines."""
    check_page_size(first)
    rows = await reader.fetch(_ROWS_OF_FILES, list(file_ids), *resume_behind(after, _BY_LINE), first + 1)
    groups = grouped(file_ids, ((row["source_file_id"], _refused(row)) for row in rows))
    return [page_of(each, first=first, after=after, key=_line_key) for each in groups]


async def quarantined_rows_of_games(
    reader: Reader, game_ids: Sequence[str]
) -> list[list[QuarantinedRowView]]:
    """Give for each game the refused rows that speak of it."""
    rows = await reader.fetch(_ROWS_OF_GAMES, list(game_ids))
    return grouped(game_ids, ((row["game_id"], _refused(row)) for row in rows))


def _line_key(row: QuarantinedRowView) -> tuple[int, str]:
    return row.line_number, str(row.id)


def _refused(row: asyncpg.Record) -> QuarantinedRowView:
    return QuarantinedRowView(
        id=row["id"],
        source_file_id=row["source_file_id"],
        line_number=row["line_number"],
        rule=row["rule"],
        detail=row["detail"],
        raw=orjson.loads(row["raw"]),
        game_id=row["game_id"],
    )
