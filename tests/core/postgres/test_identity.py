import os
import pwd
import shutil
import stat
from pathlib import Path

import pytest

from app.core.postgres import PostgresUnavailable, identity
from app.core.postgres.as_user import CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
from tests.core.postgres.place import NOBODY, Place

pytestmark = pytest.mark.usefixtures("as_root")


def modes(*folders: Path) -> list[tuple[str, int]]:
    return [(stat.filemode(folder.stat().st_mode), folder.stat().st_uid) for folder in folders]


def status_of(pid: int | None, name: str) -> str:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(line for line in lines if line.startswith(name + ":")).split()[1]


def test_root_runs_the_server_as_an_existing_ordinary_user(empty: Place, room: Path) -> None:
    users, before = Path("/etc/passwd").read_bytes(), modes(room, room.parent)

    with empty.postgres() as address:
        uid = int(status_of(empty.postmaster, "Uid"))
        private = modes(address.socket_directory, empty.layout.data)

    assert pwd.getpwuid(uid).pw_name in {"postgres", "nobody"}
    assert private == [("drwx------", uid)] * 2
    assert modes(room, room.parent) == before
    assert Path("/etc/passwd").read_bytes() == users


def test_server_keeps_nothing_of_root_where_every_folder_is_open(made: Place) -> None:
    with made.postgres():
        assert int(status_of(made.postmaster, "CapEff"), 16) == 0


def test_root_in_a_closed_folder_works_without_opening_it(empty: Place, room: Path) -> None:
    room.chmod(0o700)

    with empty.postgres():
        assert empty.ask("select 1") == 1
        capabilities = int(status_of(empty.postmaster, "CapEff"), 16)
        assert int(status_of(empty.postmaster, "Uid")) != 0

    assert capabilities in {1 << CAP_DAC_READ_SEARCH, 1 << CAP_DAC_OVERRIDE}
    assert modes(room, empty.layout.home) == [("drwx------", 0)] * 2


def test_container_without_the_reading_capability_uses_another(
    own: Place, room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_own_capabilities", lambda: 1 << CAP_DAC_OVERRIDE)
    room.chmod(0o700)

    with own.postgres():
        assert int(status_of(own.postmaster, "CapEff"), 16) == 1 << CAP_DAC_OVERRIDE


def test_root_without_capabilities_hears_which_folder_is_closed(
    empty: Place, room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity, "_own_capabilities", lambda: 0)
    room.chmod(0o700)

    with pytest.raises(
        PostgresUnavailable, match=f"cannot pass through {room}. Run Courtside as an ordinary"
    ):
        empty.postgres().start()

    assert modes(room) == [("drwx------", 0)]


@pytest.mark.skipif(
    shutil.which("setpriv") is None, reason="setpriv (util-linux) takes the capabilities away"
)
def test_root_that_may_not_change_users_hears_it(empty: Place) -> None:
    powerless = ("setpriv", "--bounding-set=-all", "--inh-caps=-all")

    refused = empty.user(prefix=powerless)

    assert "this root may not hand things to another user" in refused.facts["error"]
    assert refused.process.wait(timeout=10) == 2


def test_root_on_a_system_without_both_users_hears_it(empty: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(identity, "_SERVER_USERS", ("courtside-no-such-user",))

    with pytest.raises(PostgresUnavailable, match="neither a user postgres nor nobody"):
        empty.postgres().start()


def test_ordinary_user_runs_the_server_as_itself(empty: Place, nobody: int) -> None:
    user = empty.user(uid=nobody)

    assert int(status_of(empty.postmaster, "Uid")) == nobody
    assert modes(empty.layout.home, empty.layout.data) == [("drwx------", nobody)] * 2
    user.stop()
    assert empty.postmaster is None


def test_root_and_the_folders_owner_take_turns_and_share(empty: Place, nobody: int) -> None:
    empty.user(uid=nobody).stop()

    with empty.postgres():
        assert int(status_of(empty.postmaster, "Uid")) == nobody
        beside = empty.user(uid=nobody)
        assert beside.facts["url"]
        beside.stop()

    again = empty.user(uid=nobody)
    assert empty.ask("select 1") == 1
    again.stop()


def test_programmes_that_share_the_servers_user_are_not_let_in(made: Place) -> None:
    with made.postgres() as address:
        uid = int(status_of(made.postmaster, "Uid"))
        words = _connect_as(made, uid)

    assert b"Peer authentication failed" in words
    assert address.socket_directory.parent == made.layout.home


def _connect_as(place: Place, uid: int) -> bytes:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setuid(uid)
            place.ask("select 1")
            os.write(writing, b"it was let in")
        except Exception as error:  # noqa: BLE001 - the parent judges
            os.write(writing, str(error).encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as words:
        return words.read()


def test_ordinary_user_in_roots_state_folder_hears_whose_it_is(made: Place, nobody: int) -> None:
    refused = made.user(uid=nobody)

    assert "no permission for" in refused.facts["error"]
    assert "belongs to root" in refused.facts["error"]
    assert nobody == NOBODY
