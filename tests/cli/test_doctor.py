import dataclasses
from pathlib import Path

import orjson
import pytest
from psycopg import connect
from pydantic import SecretStr

from app.cli.examining import examine_machine, examine_server
from app.cli.examining_database import examine_database
from app.cli.finding import Finding, State
from app.core.provisioning import DatabaseUrls
from app.core.settings import Settings
from tests.cli.conftest import Run, StandIn


def of(part: str, findings: list[Finding]) -> Finding:
    """Return what was found of one part."""
    return next(finding for finding in findings if finding.part == part)


def at(url: str, folder: Path) -> Settings:
    """Return settings with a database of one's own."""
    return Settings(database_url=SecretStr(url), state_dir=folder)


def port_of(stand_in: StandIn) -> int:
    return int(stand_in.address.rpartition(":")[2])


def test_nothing_is_made_where_nothing_is(courtside: Run, tmp_path: Path) -> None:
    ended = courtside("doctor", "--json", COURTSIDE_PORT="9")

    told = orjson.loads(ended.stdout)
    states = {finding["part"]: finding["state"] for finding in told["findings"]}
    assert (ended.returncode, told["ok"]) == (0, True)
    assert {part for part, state in states.items() if state == "idle"} == {
        "state folder", "local key", "database", "server",
    }  # fmt: skip
    assert list(tmp_path.iterdir()) == []


def test_something_broken_ends_with_1_and_says_what_to_do(courtside: Run, tmp_path: Path) -> None:
    (tmp_path / ".courtside").write_text("a file")

    ended = courtside("doctor", COURTSIDE_PORT="9", COLUMNS="300")

    assert ended.returncode == 1
    assert ".courtside is not a folder. Give its owner" in ended.stdout


def test_key_that_others_may_read_is_found(tmp_path: Path) -> None:
    key = tmp_path / "api-key"
    key.write_text("cs_local")
    key.chmod(0o640)

    found = of("local key", examine_machine(Settings(state_dir=tmp_path)))

    assert found.state is State.BROKEN
    assert "mode 0640" in found.found


def test_key_of_the_owner_alone_is_well(tmp_path: Path) -> None:
    key = tmp_path / "api-key"
    key.write_text("cs_local")
    key.chmod(0o600)

    assert of("local key", examine_machine(Settings(state_dir=tmp_path))).state is State.OK


def test_programmes_are_not_needed_beside_a_database_of_your_own(tmp_path: Path) -> None:
    findings = examine_machine(at("postgresql:///courtside", tmp_path))

    assert of("PostgreSQL programmes", findings).found.startswith("not needed")


async def test_database_as_it_should_be_lacks_only_a_worker(
    database_urls: DatabaseUrls, tmp_path: Path
) -> None:
    findings = await examine_database(at(database_urls.application, tmp_path))

    states = {finding.part: finding.state for finding in findings}
    assert states == {
        "database": State.OK,
        "role": State.OK,
        "migrations": State.OK,
        "worker": State.IDLE,
    }


async def test_role_that_no_wall_holds_is_found(database_urls: DatabaseUrls, tmp_path: Path) -> None:
    found = of("role", await examine_database(at(database_urls.owner, tmp_path)))

    assert found.state is State.BROKEN
    assert "is a superuser and bypasses row-level security and owns the tables" in found.found


async def test_old_revision_is_found(database_urls: DatabaseUrls, tmp_path: Path) -> None:
    with connect(database_urls.owner) as owner:
        owner.execute("update alembic_version set version_num = '0001'")

    found = of("migrations", await examine_database(at(database_urls.application, tmp_path)))

    assert (found.state, found.remedy) == (State.BROKEN, "Run `courtside migrate`")
    assert found.found.startswith("at revision 0001, not ")


async def test_live_worker_is_counted(database_urls: DatabaseUrls, tmp_path: Path) -> None:
    with connect(database_urls.owner) as owner:
        owner.execute("insert into jobs.procrastinate_workers (last_heartbeat) values (now())")

    found = of("worker", await examine_database(at(database_urls.application, tmp_path)))

    assert (found.state, found.found) == (State.OK, "1 alive")


async def test_database_that_does_not_answer_is_found(tmp_path: Path) -> None:
    settings = at(f"postgresql://courtside@/courtside?host={tmp_path}", tmp_path)

    [found] = await examine_database(settings)

    assert (found.part, found.state) == ("database", State.BROKEN)


async def test_private_database_that_was_never_made_is_left_so(tmp_path: Path) -> None:
    [found] = await examine_database(Settings(state_dir=tmp_path))

    assert found.state is State.IDLE
    assert list(tmp_path.iterdir()) == []


def test_server_that_is_ready_is_well(stand_in: StandIn, tmp_path: Path) -> None:
    stand_in.will_answer("/healthz/live", {"status": "live"})
    stand_in.will_answer("/healthz/ready", {"status": "ready", "checks": {"database": "ok"}})

    findings = examine_server(Settings(state_dir=tmp_path, port=port_of(stand_in)))

    assert [finding.state for finding in findings] == [State.OK, State.OK]


def test_server_that_is_not_ready_says_what_is_missing(stand_in: StandIn, tmp_path: Path) -> None:
    stand_in.will_answer("/healthz/live", {"status": "live"})
    checks = {"database": "ok", "models": "no model is loaded"}
    stand_in.will_answer("/healthz/ready", {"status": "not ready", "checks": checks}, status=503)

    findings = examine_server(Settings(state_dir=tmp_path, port=port_of(stand_in)))

    expected = Finding("readiness", State.BROKEN, "models: no model is loaded")
    assert dataclasses.replace(of("readiness", findings), remedy="") == expected


@pytest.mark.parametrize("port", [9])
def test_server_that_is_not_there_is_no_fault(tmp_path: Path, port: int) -> None:
    [found] = examine_server(Settings(state_dir=tmp_path, port=port))

    assert found.state is State.IDLE
    assert "start one with `courtside up`" in found.found
