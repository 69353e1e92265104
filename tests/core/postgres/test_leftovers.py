import os
import subprocess
import time
from collections.abc import Iterator

import pytest

from app.core.postgres import PostgresUnavailable, server
from app.core.postgres.binaries import find_binaries
from app.core.postgres.identity import choose_user
from tests.core.postgres.place import Place

GONE_PID = 2**22 - 3  # the largest pid that Linux gives is 2**22 - 1


@pytest.fixture
def unrelated() -> Iterator[int]:
    process = subprocess.Popen(["sleep", "60"])  # noqa: S607
    yield process.pid
    process.kill()
    process.wait()


def leave_pid_file(place: Place, pid: int) -> None:
    socket_directory = place.address.socket_directory
    lines = [pid, place.layout.data, int(time.time()), 5432, socket_directory, "", "0 0", "ready"]
    (place.layout.data / "postmaster.pid").write_text("\n".join(str(line) for line in lines))


def leave_socket(place: Place, pid: int) -> None:
    folder = place.address.socket_directory
    folder.mkdir(mode=0o700)
    owner = place.layout.data.stat()
    os.chown(folder, owner.st_uid, owner.st_gid)
    place.address.socket.touch()
    lock = place.address.socket.with_name(place.address.socket.name + ".lock")
    lock.write_text(f"{pid}\n{place.layout.data}\n0\n5432\n{folder}\n\n")


def test_stale_pid_file_of_a_dead_process_is_no_obstacle(made: Place) -> None:
    leave_pid_file(made, GONE_PID)

    with made.postgres():
        assert made.ask("select 1") == 1


def test_pid_file_with_the_pid_of_another_programme_is_no_obstacle(made: Place, unrelated: int) -> None:
    leave_pid_file(made, unrelated)

    with made.postgres():
        assert made.ask("select 1") == 1


def test_pid_file_with_rubbish_is_no_obstacle(made: Place) -> None:
    (made.layout.data / "postmaster.pid").write_bytes(b"\xff\n")

    with made.postgres():
        assert made.ask("select 1") == 1


@pytest.mark.parametrize("living", [False, True])
def test_stale_socket_and_its_lock_are_no_obstacle(made: Place, unrelated: int, living: bool) -> None:
    leave_socket(made, unrelated if living else GONE_PID)

    with made.postgres():
        assert made.ask("select 1") == 1


def test_server_that_was_started_by_hand_is_refused_and_left_alone(made: Place) -> None:
    user = choose_user(made.layout)
    command = [find_binaries().programme("postgres"), "-D", str(made.layout.data), "-h", "", "-k", ""]
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123 - a device
        process = user.run(command, output=subprocess.DEVNULL, inherited=nothing.fileno())
    try:
        deadline = time.monotonic() + 10
        while not (made.layout.data / "postmaster.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        with pytest.raises(PostgresUnavailable, match=f"did not start .process {process.pid}."):
            made.postgres().start()
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_log_that_has_grown_too_large_is_emptied(made: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "LOG_LIMIT_BYTES", 1000)
    made.layout.log.write_text("x" * 2000)

    with made.postgres():
        pass

    assert "x" * 100 not in made.layout.log.read_text()
    assert "database system is ready" in made.layout.log.read_text()
