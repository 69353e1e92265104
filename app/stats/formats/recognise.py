"""What kind of file is this? Told by its columns; its name is never looked at.

The one door of this package: a recognised file gives its rows one by one, each as an entry, a refusal or a
repetition, so that rows read = entries + refused + repeated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, assert_never

from app.core.errors import Invalid, Issue
from app.stats.formats.catalogue import SIGNATURES, Format, Signature, find_format
from app.stats.formats.player_lines import PlayerEntry, read_player_lines
from app.stats.formats.plays import PlayEntry, read_plays
from app.stats.formats.plays_v2 import event_reader_v2
from app.stats.formats.plays_v3 import event_reader_v3
from app.stats.formats.reading import Document, document_of_path, read_column_lists, read_rows
from app.stats.formats.rules import RejectedRow, RepeatedRow
from app.stats.formats.team_lines import TeamSide, read_team_lines

Parsed = TeamSide | PlayerEntry | PlayEntry | RejectedRow | RepeatedRow
"""What can become of a row."""

_COLUMNS_SHOWN: Final = 40


class UnknownFormat(Invalid):
    """A readable file whose columns are those of no known format; `columns` are the ones found."""

    def __init__(self, name: str, columns: Sequence[str]) -> None:
        shown = ", ".join(columns[:_COLUMNS_SHOWN]) or "none"
        if len(columns) > _COLUMNS_SHOWN:
            shown += f" and {len(columns) - _COLUMNS_SHOWN} more"
        titles = "; ".join(signature.title for signature in SIGNATURES.values())
        super().__init__(
            f"{name} is of no format that can be read; its columns: {shown}; the formats: {titles}",
            issues=[_lack(format_name, signature, columns) for format_name, signature in SIGNATURES.items()],
        )
        self.columns = tuple(columns)


@dataclass(frozen=True, slots=True)
class RecognisedFile:
    """A file of a known format; nothing but its columns has been read yet."""

    document: Document
    format: Format
    columns: Sequence[str]
    table: int

    def parse(self) -> Iterator[Parsed]:
        """Read the file from its beginning, one item for each row; raises UnreadableFile if damaged."""
        rows = read_rows(self.document, self.table)
        match self.format:
            case Format.LEAGUE_GAME_LOG | Format.LEAGUE_GAME_FINDER | Format.TEAM_GAME_LOGS:
                return read_team_lines(rows, self.columns, SIGNATURES[self.format].positions_in_minutes)
            case Format.PLAYER_GAME_LOG:
                return read_player_lines(rows, self.columns)
            case Format.PLAY_BY_PLAY_V2:
                return read_plays(rows, event_reader_v2(self.columns))
            case Format.PLAY_BY_PLAY_V3:
                return read_plays(rows, event_reader_v3(self.columns))
            case _:
                assert_never(self.format)


def recognise(path: Path) -> RecognisedFile:
    """Tell the format of a file; raises UnknownFormat, or UnreadableFile if it is neither CSV nor JSON."""
    return recognise_document(document_of_path(path))


def recognise_document(document: Document) -> RecognisedFile:
    """Tell the format of a file or of a response in memory; raises as `recognise` does."""
    tables = read_column_lists(document)
    for place, columns in enumerate(tables):
        if (found := find_format(columns)) is not None:
            return RecognisedFile(document, found, columns, place)
    raise UnknownFormat(document.name, [column for columns in tables for column in columns])


def _lack(name: Format, signature: Signature, columns: Sequence[str]) -> Issue:
    missing = ", ".join(sorted(signature.required - set(columns))) or "nothing"
    surplus = ", ".join(sorted(signature.absent & set(columns))) or "nothing"
    required = ", ".join(sorted(signature.required))
    return Issue(
        path=(name,),
        rule="columns_missing",
        message=f"{signature.title} needs {required}; missing here: {missing}; here but not there: {surplus}",
    )
