"""Whatever is wrong is said in one sentence on standard error, and the command ends with 2."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run, StandIn


def one_sentence(text: str) -> str:
    """Return the only line of an error, without the programme's name."""
    [line] = text.strip().splitlines()
    name, _, sentence = line.partition(": ")
    assert name == "courtside"
    return sentence


def test_wrong_setting_is_named_with_its_value(courtside: Run) -> None:
    ended = courtside("doctor", COURTSIDE_PORT="seventy")

    assert ended.returncode == 2
    assert one_sentence(ended.stderr).startswith("COURTSIDE_PORT is 'seventy':")


def test_database_without_an_owner_is_refused(courtside: Run) -> None:
    ended = courtside("migrate", COURTSIDE_DATABASE_URL="postgresql://courtside@localhost/courtside")

    assert ended.returncode == 2
    assert "COURTSIDE_OWNER_DATABASE_URL is not" in one_sentence(ended.stderr)


def test_server_that_is_no_address_is_refused(courtside: Run) -> None:
    ended = courtside("predict", "BOS", "DEN", "2024-04-15", "--server", "boston", COURTSIDE_API_KEY="key")

    assert ended.returncode == 2
    assert one_sentence(ended.stderr).startswith("“boston” is not an address")


def test_missing_key_is_said_with_what_to_do(courtside: Run) -> None:
    ended = courtside("train")

    assert ended.returncode == 2
    assert one_sentence(ended.stderr).startswith("There is no local key in .courtside/api-key")


def test_nobody_listening_is_said_with_what_to_do(courtside: Run) -> None:
    ended = courtside("train", "--server", "http://127.0.0.1:9", COURTSIDE_API_KEY="key")

    assert ended.returncode == 2
    assert one_sentence(ended.stderr).endswith("start one with `courtside up`.")


def test_report_that_cannot_be_written_is_refused_before_anything_is_trained(
    courtside: Run, stand_in: StandIn, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file")

    ended = courtside("train", "--server", stand_in.address, "--report", "taken", COURTSIDE_API_KEY="key")

    assert ended.returncode == 2
    assert one_sentence(ended.stderr).startswith("The report can't be written to taken:")
    assert not stand_in.asked


@pytest.mark.parametrize("scope", ["SHOOT", ""])
def test_unknown_scope_is_refused_with_the_known_ones(courtside: Run, scope: str) -> None:
    ended = courtside("keys", "create", "guard", "--scope", scope)

    assert ended.returncode == 2
    assert "choose from STATS_READ," in one_sentence(ended.stderr)
