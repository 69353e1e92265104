"""The files and responses that league rows came from, and the rows of them that were refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

import orjson

from app.core.ids import new_id
from app.core.session import Connection
from app.stats.store.loading import Span
from app.stats.store.reading import Reader


class SourceState(StrEnum):
    """How far the loading of a source has come."""

    LOADED = "LOADED"
    INCOMPLETE = "INCOMPLETE"
    """Rows were refused because nothing is known of their games yet: worth another reading later."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows of a source: `read` is the sum of the other four."""

    stored: int = 0
    superseded: int = 0
    duplicate: int = 0
    quarantined: int = 0

    @property
    def read(self) -> int:
        """All rows of the source."""
        return self.stored + self.superseded + self.duplicate + self.quarantined


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row for the quarantine."""

    line_number: int
    rule: str
    detail: str
    raw: Mapping[str, object]
    game_id: str | None


GAME_UNKNOWN: Final = "game_unknown"
"""The rule of a row whose game no source has told of: the one rule that time may heal."""

_FIND_SETTLED: Final = """
    select digest from source_file f where digest = any($1) and (state = 'LOADED' or not exists (
        select from quarantined_row q join game g on g.id = q.game_id
        where q.source_file_id = f.id and q.rule = $2))"""
_BEGIN: Final = """
    insert into source_file as f
        (id, digest, name, format, state,
        rows_read, rows_stored, rows_superseded, rows_duplicate, rows_quarantined)
    values ($1, $2, $3, $4, 'INCOMPLETE', 0, 0, 0, 0, 0)
    on conflict (digest) do update set started_at = now() returning id"""
_FINISH: Final = """
    update source_file set state = $2, rows_read = $3, rows_stored = $4, rows_superseded = $5,
        rows_duplicate = $6, rows_quarantined = $7, first_changed_date = $8, last_changed_date = $9,
        finished_at = clock_timestamp()
    where id = $1"""
_QUARANTINE: Final = """
    insert into quarantined_row (id, source_file_id, line_number, rule, detail, raw, game_id)
    select id, $1, line_number, rule, detail, raw::jsonb, game_id
    from unnest($2::uuid[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[])
        as refused (id, line_number, rule, detail, raw, game_id)"""


async def find_settled(reader: Reader, digests: Sequence[str]) -> frozenset[str]:
    """Tell which of these contents need no (further) reading."""
    return frozenset(row["digest"] for row in await reader.fetch(_FIND_SETTLED, list(digests), GAME_UNKNOWN))


async def begin_source(connection: Connection, *, digest: str, name: str, format_name: str) -> UUID:
    """Write down that a source is being read; one read before keeps its id and loses its refused rows."""
    source_file_id: UUID = await connection.fetchval(_BEGIN, new_id(), digest, name, format_name)
    await connection.execute("delete from quarantined_row where source_file_id = $1", source_file_id)
    return source_file_id


async def finish_source(
    connection: Connection, source_file_id: UUID, counts: Counts, state: SourceState, changed: Span | None
) -> None:
    """Write down what became of the rows of a source."""
    days = (None, None) if changed is None else (changed.first_date, changed.last_date)
    numbers = (counts.read, counts.stored, counts.superseded, counts.duplicate, counts.quarantined)
    await connection.execute(_FINISH, source_file_id, state.value, *numbers, *days)


async def quarantine(connection: Connection, source_file_id: UUID, rows: Sequence[RefusedRow]) -> None:
    """Put refused rows where everyone can see them."""
    if rows:
        records = (
            (new_id(), row.line_number, row.rule, _storable(row.detail), _json(row.raw), row.game_id)
            for row in rows
        )
        await connection.execute(_QUARANTINE, source_file_id, *map(list, zip(*records, strict=True)))


def _json(raw: Mapping[str, object]) -> str:
    return orjson.dumps(
        {_storable(name): _storable(cell) for name, cell in raw.items()}, default=str
    ).decode()


def _storable(text: object) -> str:
    return str(text).replace("\x00", "\N{REPLACEMENT CHARACTER}")  # PostgreSQL stores no NUL
