"""Bytes to rows of text: CSV or JSON, gzipped or not, told apart by their first bytes and never by a name.

CSV is streamed; a JSON response is small and read whole. What cannot be read is refused with its reason.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.core.errors import Invalid
from app.stats.formats.json_bodies import JsonTable, read_json_tables
from app.stats.formats.rules import SourceRow

_GZIP_MAGIC: Final = b"\x1f\x8b"
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class UnreadableFile(Invalid):
    """A file that cannot be read to its end: damaged, cut off, or neither CSV nor JSON."""


@dataclass(frozen=True, slots=True)
class Document:
    """Something that can be opened again and again: a file, or a response that is held in memory."""

    name: str
    open: Callable[[], io.FileIO | io.BytesIO]


def document_of_path(path: Path) -> Document:
    """Make a document of a file; nothing is opened yet."""
    return Document(path.name, lambda: path.open("rb", buffering=0))


def document_of_bytes(name: str, body: bytes) -> Document:
    """Make a document of a body in memory; `name` appears in messages."""
    return Document(name, lambda: io.BytesIO(body))


def read_column_lists(document: Document) -> Sequence[tuple[str, ...]]:
    """Give the columns of each table of a document: one for CSV, several for some JSON responses."""
    with _reading(document) as content:
        if _is_json(content):
            return [table.columns for table in _json_tables(content)]
        with _text(content) as text:
            return [tuple(next(csv.reader(text), ()))]


def read_rows(document: Document, table: int = 0) -> Iterator[SourceRow]:
    """Give the rows of the table at this place of `read_column_lists`; blank lines are no rows."""
    with _reading(document) as content:
        if _is_json(content):
            yield from _json_rows(_json_tables(content)[table])
            return
        with _text(content) as text:
            reader = csv.reader(text)
            columns = tuple(next(reader, ()))
            for cells in reader:
                if cells:
                    yield SourceRow(reader.line_num, columns, cells)


def _json_rows(table: JsonTable) -> Iterator[SourceRow]:
    for place, cells in enumerate(table.rows, start=1):
        yield SourceRow(place, table.columns, cells)


def _json_tables(content: io.BufferedReader) -> Sequence[JsonTable]:
    return read_json_tables(content.read().removeprefix(_BYTE_ORDER_MARK))


def _text(content: io.BufferedReader) -> io.TextIOWrapper:
    return io.TextIOWrapper(content, encoding="utf-8-sig", newline="")


def _is_json(content: io.BufferedReader) -> bool:
    return content.peek(64).removeprefix(_BYTE_ORDER_MARK).lstrip().startswith((b"{", b"["))


@contextmanager
def _reading(document: Document) -> Iterator[io.BufferedReader]:
    try:
        with document.open() as raw:
            buffered: io.BufferedReader = io.BufferedReader(raw)
            if buffered.peek(2).startswith(_GZIP_MAGIC):
                with gzip.GzipFile(fileobj=buffered) as unzipped:
                    yield io.BufferedReader(unzipped)
            else:
                yield buffered
    except (OSError, EOFError, zlib.error, ValueError, csv.Error) as error:
        raise UnreadableFile(
            f"{document.name} cannot be read ({type(error).__name__}: {error}); "
            "CSV or JSON in UTF-8 is expected, gzipped or not"
        ) from error
