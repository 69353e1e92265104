"""Files of a training: named by their own digest, complete or absent, safe against a power cut."""

import hashlib
import os
import tempfile
from pathlib import Path

from app.core.errors import Conflict, Unavailable
from app.training.products import ArtifactFile


class ArtifactAltered(Conflict):
    """A file is not the one that was written."""


def write_artifact(directory: Path, content: bytes, *, suffix: str) -> ArtifactFile:
    """Write the bytes under the name of their SHA-256; the same bytes are written once.

    Raises `Unavailable` where the folder can't be written to or the disk is full.
    """
    digest = hashlib.sha256(content).hexdigest()
    path = directory / f"{digest}{suffix}"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _write_whole(path, content)
    except OSError as error:
        message = f"The file {path} can't be written ({error.strerror}): look at the folder and its disk."
        raise Unavailable(message, dependency="artifacts") from error
    return ArtifactFile(path.name, digest, len(content))


def read_artifact(directory: Path, file_name: str, digest: str) -> bytes:
    """Return the bytes of a file whose SHA-256 is `digest`.

    Raises `Unavailable` where the file cannot be read, `ArtifactAltered` where it is another one.
    """
    path = directory / file_name
    try:
        content = path.read_bytes()
    except OSError as error:
        message = f"The file {path} can't be read ({error.strerror}): restore it, or train again."
        raise Unavailable(message, dependency="artifacts") from error
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        message = (
            f"The file {path} has the SHA-256 {found}, on record is {digest}: it was altered after it was "
            "written and is not used. Restore it, or train again."
        )
        raise ArtifactAltered(message)
    return content


def _write_whole(path: Path, content: bytes) -> None:
    handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".unfinished-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).replace(path)
    except BaseException:
        Path(unfinished).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # the name must be as durable as the bytes
    finally:
        os.close(folder)
