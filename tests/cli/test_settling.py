from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from app.cli.settling import settle
from app.core.logging import configure_logging


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    yield
    configure_logging()


def test_service_logs_what_it_does_to_standard_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settle(state_dir=tmp_path)

    structlog.get_logger().info("game.told")

    told = capsys.readouterr()
    assert "game.told" in told.out
    assert told.err == ""


def test_command_that_answers_keeps_standard_output_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settle(state_dir=tmp_path, answers=True)

    structlog.get_logger().info("game.told")
    structlog.get_logger().warning("game.lost")

    told = capsys.readouterr()
    assert told.out == ""
    assert "game.lost" in told.err
    assert "game.told" not in told.err


def test_level_that_was_asked_for_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURTSIDE_LOG_LEVEL", "INFO")
    settle(state_dir=tmp_path, answers=True)

    structlog.get_logger().info("game.told")

    assert "game.told" in capsys.readouterr().err
