import os
import signal
import threading
from contextlib import suppress

import psycopg
import pytest
from structlog.testing import capture_logs

from app.core.postgres import PostgresUnavailable, server, supervisor
from tests.core.postgres.place import Place, processes_of, wait_until


def test_committed_rows_survive_a_killed_server(made: Place) -> None:
    with made.postgres():
        made.ask("drop table if exists kept; create table kept as select 42 as answer")
        made.signal_server(signal.SIGKILL)

    with made.postgres():
        assert made.ask("select answer from kept") == 42


def test_server_and_its_starter_killed_together_start_again(made: Place) -> None:
    user = made.user()
    made.signal_server(signal.SIGKILL)
    user.kill()

    with made.postgres():
        assert made.ask("select 1") == 1


def test_last_living_user_stops_the_server_after_another_was_killed(made: Place) -> None:
    starter, other = made.user(), made.user()
    starter.kill()
    assert made.ask("select 1") == 1

    other.stop()

    assert made.postmaster is None


def test_server_whose_users_were_all_killed_is_joined_and_then_stopped(made: Place) -> None:
    made.user().kill()
    orphan = made.postmaster

    with made.postgres():
        assert made.postmaster == orphan

    assert made.postmaster is None
    assert processes_of(made.layout) == []


@pytest.mark.parametrize("also_its_children", [False, True])
def test_start_killed_while_making_the_database_is_healed(empty: Place, also_its_children: bool) -> None:
    user = empty.begin_user()
    wait_until((empty.layout.unfinished / "base").exists)
    user.kill()
    for pid in processes_of(empty.layout) if also_its_children else ():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    assert not empty.layout.data.exists()

    with empty.postgres():
        assert empty.ask("select 1") == 1

    assert not empty.layout.unfinished.exists()


def test_busy_orphans_of_a_killed_server_are_ended(made: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "ORPHANS_MAY_TAKE_SECONDS", 0.3)
    with made.postgres():
        pass_time = threading.Thread(
            target=_spin, args=(made.address.url(user="postgres", database="postgres"),)
        )
        pass_time.start()
        wait_until(lambda: made.ask("select count(*) from pg_stat_activity where query like 'do%'") == 1)
        made.signal_server(signal.SIGKILL)

        with capture_logs() as events, made.postgres():
            assert made.ask("select 1") == 1
        pass_time.join(timeout=10)

    killed = next(event for event in events if event["event"] == "postgres.orphans_killed")
    assert len(killed["pids"]) >= 1


def _spin(url: str) -> None:
    with suppress(psycopg.OperationalError), psycopg.connect(url) as connection:
        connection.execute("do $$ begin loop end loop; end $$")


def test_server_that_lost_its_socket_file_is_replaced(made: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "ORPHANS_MAY_TAKE_SECONDS", 0.3)
    with made.postgres():
        made.ask("drop table if exists kept; create table kept as select 42 as answer")
        made.address.socket.unlink()

        with made.postgres():
            assert made.ask("select answer from kept") == 42


def test_last_user_of_a_dead_server_stops_without_complaint(made: Place) -> None:
    with capture_logs() as events, made.postgres():
        made.signal_server(signal.SIGKILL)

    assert events[-1]["event"] == "postgres.stopped"
    assert processes_of(made.layout) == []


def test_hanging_server_is_named_and_ended_by_force(made: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "IMMEDIATE_STOP_SECONDS", 0.5)
    with made.postgres(stop_timeout_seconds=0.3):
        made.signal_server(signal.SIGSTOP)

        with pytest.raises(PostgresUnavailable, match=r"listens on .* but takes no sessions"):
            made.postgres(start_timeout_seconds=0.5).start()

    assert processes_of(made.layout) == []
