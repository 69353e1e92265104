import hashlib
from pathlib import Path

import pytest

from app.core.errors import Unavailable
from app.training.artifacts import ArtifactAltered, read_artifact, write_artifact


def test_a_file_is_named_by_its_digest_and_comes_back(tmp_path: Path) -> None:
    file = write_artifact(tmp_path / "new", b"model", suffix=".skops")

    assert file.file_name == f"{hashlib.sha256(b'model').hexdigest()}.skops"
    assert read_artifact(tmp_path / "new", file.file_name, file.digest) == b"model"


def test_the_same_bytes_are_written_once_and_leave_nothing_beside(tmp_path: Path) -> None:
    files = [write_artifact(tmp_path, b"model", suffix=".skops") for _ in range(2)]

    assert files[0] == files[1]
    assert [path.name for path in tmp_path.iterdir()] == [files[0].file_name]


def test_an_altered_file_is_refused(tmp_path: Path) -> None:
    file = write_artifact(tmp_path, b"model", suffix=".skops")
    (tmp_path / file.file_name).write_bytes(b"other")

    with pytest.raises(ArtifactAltered, match="was altered"):
        read_artifact(tmp_path, file.file_name, file.digest)


def test_a_lost_file_and_a_blocked_folder_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(Unavailable, match="can't be read"):
        read_artifact(tmp_path, "lost.skops", "0")
    with pytest.raises(Unavailable, match="can't be written"):
        write_artifact(tmp_path / "file", b"model", suffix=".skops")
