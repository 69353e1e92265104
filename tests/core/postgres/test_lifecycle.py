import os
import signal
import time
from itertools import pairwise

import asyncpg
import psycopg
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from app.core.postgres import PostgresUnavailable
from app.core.postgres.locks import FileLock
from app.core.postgres.probe import ServerState, probe
from tests.core.postgres.place import Place


def test_first_start_makes_a_database_with_our_settings(empty: Place) -> None:
    with capture_logs() as events, empty.postgres():
        answers = [
            empty.ask(f"select current_setting('{name}')")
            for name in ("server_encoding", "timezone", "max_connections", "listen_addresses", "fsync")
        ]

    assert answers == ["UTF8", "UTC", "200", "", "on"]
    started = next(event for event in events if event["event"] == "postgres.started")
    assert started["how"] == "initialised"
    assert 0 < started["seconds"] < 30


def test_text_is_ordered_by_code_point(made: Place) -> None:
    with made.postgres():
        order = made.ask("select string_agg(w, '' order by w) from unnest(array['b', 'B', 'a', 'é', 'A']) w")

    assert order == "ABabé"


def test_warm_start_keeps_what_was_committed(made: Place) -> None:
    with made.postgres():
        made.ask("drop table if exists kept; create table kept as select 42 as answer")

    with capture_logs() as events, made.postgres():
        assert made.ask("select answer from kept") == 42

    assert events[0]["how"] == "started"


def test_warm_start_and_attaching_are_quick(made: Place) -> None:
    with made.postgres():
        pass

    moments = [time.monotonic()]
    with made.postgres():
        moments.append(time.monotonic())
        with made.postgres():
            moments.append(time.monotonic())

    warm, attach = (later - earlier for earlier, later in pairwise(moments))
    assert warm < 2  # 0.06 s on an idle machine
    assert attach < 0.5  # 0.005 s on an idle machine


def test_second_process_attaches_to_the_same_server(made: Place) -> None:
    with made.postgres():
        before = made.postmaster
        other = made.user()

        assert made.postmaster == before
        other.stop()
        assert made.postmaster == before
    assert made.postmaster is None


def test_four_processes_at_once_share_one_server(empty: Place) -> None:
    users = [empty.begin_user() for _ in range(4)]
    for user in users:
        user.listen()

    servers = {user.facts["url"] for user in users}
    assert len(servers) == 1
    assert empty.ask("select count(*) from pg_stat_activity where backend_type = 'checkpointer'") == 1

    for user in users[:3]:
        user.stop()
    assert empty.ask("select 1") == 1
    users[3].stop()
    assert empty.postmaster is None


def test_starting_and_stopping_may_be_repeated(made: Place) -> None:
    postgres = made.postgres()
    postgres.stop()
    first, second = postgres.start(), postgres.start()

    assert first == second
    postgres.stop()
    postgres.stop()
    assert probe(first.socket) is ServerState.ABSENT


def test_starting_again_revives_a_server_that_died_under_us(made: Place) -> None:
    with made.postgres() as address:
        postgres = made.postgres()
        postgres.start()
        made.signal_server(signal.SIGKILL)

        assert postgres.start() == address
        assert made.ask("select 1") == 1
        postgres.stop()
        assert made.postmaster is not None


def test_fork_of_a_user_does_not_stop_its_parents_server(made: Place) -> None:
    postgres = made.postgres()
    postgres.start()

    child = os.fork()
    if child == 0:
        postgres.stop()
        os._exit(0)
    os.waitpid(child, 0)

    assert made.ask("select 1") == 1
    postgres.stop()
    assert made.postmaster is None


def test_ctrl_c_in_the_terminal_does_not_reach_the_server(made: Place) -> None:
    user = made.user()

    os.killpg(user.process.pid, signal.SIGINT)
    time.sleep(0.2)

    assert made.ask("select 1") == 1
    user.stop()


def test_start_waits_only_so_long_for_another_that_hangs(made: Place) -> None:
    with made.postgres(), FileLock(made.layout.home / "lock") as lock:
        assert lock.try_exclusive()

        with pytest.raises(PostgresUnavailable, match="Waited too long for another process"):
            made.postgres(start_timeout_seconds=0.2).start()


async def test_address_is_read_by_all_three_libraries(made: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "1")
    with made.postgres() as address:
        url = address.url(user="postgres", database="postgres")
        raw = await asyncpg.connect(url)
        engine = create_async_engine(sqlalchemy.make_url(url).set(drivername="postgresql+asyncpg"))
        async with engine.connect() as connection:
            through_sqlalchemy = (await connection.execute(sqlalchemy.text("select 3"))).scalar()
        with psycopg.connect(url) as through_psycopg:
            row = through_psycopg.execute("select 2").fetchone()

        assert (await raw.fetchval("select 1"), row, through_sqlalchemy) == (1, (2,), 3)
        await raw.close()
        await engine.dispose()
