"""Where league rows came from, and the rows that were refused: nothing bad is hidden."""

import datetime as dt

import strawberry
from strawberry import ID

from app.stats.store.sources import SourceState
from app.stats.views import SourceFileView
from resolvers import stats_sources
from schema.fields import each
from schema.lineage_nodes import LineageNode
from schema.paging import AFTER, FIRST, PAGED
from schema.relay import Connection, global_id, register_node, shows
from schema.scalars import JSON


@strawberry.type(description="A row that broke a rule: kept as it came, seen by everyone, used by nothing.")
class QuarantinedRow:
    """Shows `QuarantinedRowView`."""

    line_number: int = strawberry.field(description="Its line in the source, the header being line 1.")
    rule: str = strawberry.field(description="Stable name of the rule that it broke.")
    detail: str = strawberry.field(description="What was found.")
    raw: JSON = strawberry.field(description="The row as it came, by the source's own columns.")
    source_file: "SourceFile" = each(stats_sources.files_of, "The source that it came from.")


@shows(SourceFileView, "A file or response that was read, and what came of each of its rows.")
class SourceFile(LineageNode):
    """Shows `SourceFileView`."""

    id: ID = global_id("SourceFile")
    name: str = strawberry.field(description="File name.")
    digest: str = strawberry.field(description="SHA-256 of its content.")
    format: str = strawberry.field(description="The format that its columns told.")
    state: SourceState = strawberry.field(description="How far its loading has come.")
    rows_read: int = strawberry.field(description="All its rows: the sum of the other four.")
    rows_stored: int = strawberry.field(description="Rows that are new or replaced another.")
    rows_superseded: int = strawberry.field(description="Rows that gave way to a source of more trust.")
    rows_duplicate: int = strawberry.field(description="Rows that said what was known.")
    rows_quarantined: int = strawberry.field(description="Rows that were refused.")
    started_at: dt.datetime = strawberry.field(description="When its reading began.")
    finished_at: dt.datetime | None = strawberry.field(description="When all its rows were in place.")
    quarantined_rows: Connection[QuarantinedRow] = each(
        stats_sources.quarantined_rows,
        "Its refused rows, by line.",
        arguments={"first": FIRST, "after": AFTER},
        terms=PAGED,
    )


register_node("SourceFile", stats_sources.source_files_by_key)
