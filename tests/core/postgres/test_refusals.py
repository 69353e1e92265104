import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.postgres import PostgresUnavailable, cluster
from app.core.postgres.sockets import SHORT_PLACE
from tests.core.postgres.place import Place
from tests.core.postgres.user import MOUNT_REFUSED


@pytest.fixture
def deep(room: Path) -> Iterator[Place]:
    """Give a state folder whose path is too long for a socket."""
    place = Place(room / ("long" * 30) / "state")
    yield place
    assert place.clean_up() == []


def test_path_too_long_for_a_socket_uses_a_short_private_folder(deep: Place) -> None:
    with deep.postgres() as address:
        other = deep.user()

        assert address.socket_directory.parent == SHORT_PLACE
        assert address.socket_directory.stat().st_mode & 0o777 == 0o700
        assert other.facts["socket"] == str(address.socket)
        assert deep.ask("select 1") == 1
        other.stop()
    assert not address.socket_directory.exists()


def test_short_folder_that_another_has_prepared_is_refused(deep: Place) -> None:
    trap = deep.address.socket_directory
    trap.mkdir(mode=0o755)

    with pytest.raises(PostgresUnavailable, match=f"The folder {trap} .* Remove it, or choose another"):
        deep.postgres().start()


def test_path_that_connection_strings_would_misread_works(room: Path) -> None:
    place = Place(room / "a, b:c")
    with place.postgres():
        assert place.ask("select 1") == 1

    assert place.clean_up() == []


def test_unwritable_folder_is_named_with_a_remedy(empty: Place, room: Path, nobody: int) -> None:
    os.chown(room, 0, 0)

    refused = empty.user(uid=nobody)

    assert f"no permission for {empty.state}" in refused.facts["error"]
    assert "--state" in refused.facts["error"]
    assert refused.process.wait(timeout=10) == 2
    assert list(room.iterdir()) == []


def test_state_path_that_is_a_file_is_named(empty: Place) -> None:
    empty.state.write_text("not a folder")

    with pytest.raises(PostgresUnavailable, match=f"needs a folder, but {empty.state} is something else"):
        empty.postgres().start()

    empty.state.unlink()


def test_disk_without_room_is_refused_beforehand(empty: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "NEEDED_BYTES", 2**60)

    with pytest.raises(
        PostgresUnavailable, match=r"needs \d+ MB, but .* has only \d+ MB free. Free some space"
    ):
        empty.postgres().start()

    assert not empty.layout.data.exists()
    assert not empty.layout.unfinished.exists()


@pytest.mark.usefixtures("as_root")
@pytest.mark.skipif(
    shutil.which("unshare") is None, reason="unshare (util-linux) gives the test its own mounts"
)
def test_disk_that_fills_up_meanwhile_leaves_nothing_half_made(empty: Place) -> None:
    empty.state.mkdir()

    refused = empty.user(prefix=("unshare", "--mount"), tmpfs_bytes=20_000_000, needed_bytes=0)

    if refused.process.wait(timeout=30) in {1, MOUNT_REFUSED} and not refused.facts:
        pytest.skip("this machine does not let a test mount a small disk")
    assert "There is no room left for the database" in refused.facts["error"]
    assert not {"data", "data.unfinished"} & set(refused.facts["left"])


def test_limit_on_file_sizes_is_told_and_leaves_nothing_half_made(empty: Place) -> None:
    refused = empty.user(file_size=4_000_000)

    assert "There is no room left for the database" in refused.facts["error"]
    assert not {"data", "data.unfinished"} & set(refused.facts["left"])


def test_limit_on_file_sizes_met_by_a_running_system_keeps_the_database(made: Place) -> None:
    with made.postgres():
        made.ask("drop table if exists kept; create table kept as select 42 as answer")

    refused = made.user(file_size=100)
    assert "There is no room left" in refused.facts["error"]

    with made.postgres():
        assert made.ask("select answer from kept") == 42


def test_folder_that_holds_something_else_is_not_touched(own: Place) -> None:
    (own.layout.data / "PG_VERSION").unlink()

    with pytest.raises(PostgresUnavailable, match="is no PostgreSQL database, but not empty"):
        own.postgres().start()

    assert (own.layout.data / "base").is_dir()


def test_database_of_another_version_is_named(own: Place) -> None:
    (own.layout.data / "PG_VERSION").write_text("9\n")

    with pytest.raises(PostgresUnavailable, match=r"made by PostgreSQL 9, but .* holds version 1"):
        own.postgres().start()


def test_database_that_does_not_start_is_told_in_its_own_words(own: Place) -> None:
    (own.layout.data / "postgresql.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(PostgresUnavailable, match=r"contains errors.*The whole story is in"):
        own.postgres().start()
