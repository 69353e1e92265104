import subprocess
import sys

import pytest

from app.cli import app
from tests.cli.conftest import PROJECT, Run

HEAVY = {
    "sqlalchemy",
    "sqlmodel",
    "strawberry",
    "mlflow",
    "sklearn",
    "skops",
    "numpy",
    "matplotlib",
    "uvicorn",
}
ASK_FOR_HELP = """
import sys
from app.cli import app
try:
    app({arguments!r})
except SystemExit as ended:
    assert not ended.code, ended.code
print("imported:", *sys.modules)
"""
COMMANDS = [[command.callback.__name__] for command in app.registered_commands if command.callback]


@pytest.mark.parametrize(
    "command", [[], ["keys"], *COMMANDS], ids=lambda words: " ".join(words) or "courtside"
)
def test_help_is_there_without_importing_anything_heavy(command: list[str]) -> None:
    programme = ASK_FOR_HELP.format(arguments=[*command, "--help"])

    told = subprocess.run(
        [sys.executable, "-c", programme], cwd=PROJECT, capture_output=True, text=True, timeout=30, check=True
    ).stdout

    shown, imported = told.rsplit("imported:", 1)
    assert "Usage" in shown
    assert HEAVY.isdisjoint(imported.split())


def test_state_folder_is_shown_with_its_default(courtside: Run) -> None:
    told = courtside("doctor", "--help").stdout

    assert "[default: (.courtside)]" in " ".join(told.split())


def test_unknown_command_ends_with_2(courtside: Run) -> None:
    ended = courtside("dunk")

    assert ended.returncode == 2
    assert "No such command" in ended.stderr
