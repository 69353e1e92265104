"""Which files there are under some paths, what each is, and in which order they are best loaded."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.core.errors import Invalid, NotFound
from app.stats.formats.catalogue import SIGNATURES, Format
from app.stats.formats.reading import Document
from app.stats.formats.recognise import RecognisedFile, recognise

_CHUNK_BYTES: Final = 1 << 20
_LINES_AFTER_TEAMS: Final = (Format.PLAYER_GAME_LOG, Format.PLAY_BY_PLAY_V2, Format.PLAY_BY_PLAY_V3)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file whose rows can be read; `digest` is the SHA-256 of its bytes, in hexadecimal."""

    name: str
    recognised: RecognisedFile
    digest: str


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A file that was left alone, with the sentence that says why."""

    name: str
    reason: str


def find_files(paths: Sequence[Path]) -> tuple[list[FoundFile], list[SkippedFile]]:
    """List what can be loaded from files and folders; raises NotFound for a path that leads nowhere."""
    for path in paths:
        if not path.exists():
            raise NotFound(
                f"there is no file or folder {path}: give the path of game files", missing_id=str(path)
            )
    recognised: list[RecognisedFile] = []
    skipped: list[SkippedFile] = []
    for path in _walk(paths):
        try:
            recognised.append(recognise(path))
        except Invalid as error:
            skipped.append(SkippedFile(path.name, error.message))
    found, repeated = identify(recognised)
    return found, skipped + repeated


def identify(files: Iterable[RecognisedFile]) -> tuple[list[FoundFile], list[SkippedFile]]:
    """Digest files, put those first whose rows others refer to, and take the same content once."""
    found: dict[str, FoundFile] = {}
    repeated: list[SkippedFile] = []
    for file in files:
        name, digest = file.document.name, digest_document(file.document)
        first = found.setdefault(digest, FoundFile(name, file, digest))
        if first.recognised is not file:
            repeated.append(SkippedFile(name, f"it has the same content as {first.name}"))
    return sorted(found.values(), key=_rank), repeated


def digest_document(document: Document) -> str:
    """Give the SHA-256 of a document's bytes, in hexadecimal."""
    sha256 = hashlib.sha256()
    with document.open() as content:
        while chunk := content.read(_CHUNK_BYTES):
            sha256.update(chunk)
    return sha256.hexdigest()


def _walk(paths: Sequence[Path]) -> Iterator[Path]:
    for path in sorted(paths):
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (each for each in inside if each.is_file() and not each.name.startswith("."))


def _rank(file: FoundFile) -> tuple[int, int, str]:
    """Order by what others refer to, then by trust, so that little is written twice."""
    name = file.recognised.format
    stage = _LINES_AFTER_TEAMS.index(name) + 1 if name in _LINES_AFTER_TEAMS else 0
    return stage, -(SIGNATURES[name].trust or 0), file.name
