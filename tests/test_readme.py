"""What the front door promises is there: settings, commands, links, and a query that the contract answers."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from app.cli import app
from app.core.settings import PREFIX, Settings

README = Path(__file__).parents[1] / "README.md"
LINK = re.compile(r"\[[^\]]+\]\(([^)\s]+)\)")
COMMAND = re.compile(r"courtside ([a-z]+)")


@pytest.fixture(scope="module")
def readme() -> str:
    return README.read_text()


def shown(default: object) -> str:
    return "" if default is None else f"`{default}`"


def test_every_setting_is_listed_with_its_default_and_its_description(readme: str) -> None:
    rows = re.findall(rf"^\| `({PREFIX}\w+)` \| (.*) \| (.*) \|$", readme, re.MULTILINE)

    assert [(name, default.strip(), told) for name, default, told in rows] == [
        (PREFIX + name.upper(), shown(setting.default), setting.description)
        for name, setting in Settings.model_fields.items()
    ]


def test_every_command_that_is_named_exists(readme: str) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]

    named = set(COMMAND.findall(readme))

    assert named
    assert named <= set(commands)


def test_every_command_is_named(readme: str) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]

    assert set(COMMAND.findall(readme)) >= set(commands)


def test_every_relative_link_leads_somewhere(readme: str) -> None:
    relative = [link for link in LINK.findall(readme) if not link.startswith(("http", "#"))]

    assert relative
    assert [link for link in relative if not (README.parent / link).exists()] == []


def test_every_domain_is_in_the_table(readme: str) -> None:
    packages = {path.parent.name for path in (README.parent / "app").glob("*/__init__.py")}

    listed = set(re.findall(r"^\| \[(\w+)\]\(app/\w+\)", readme, re.MULTILINE))

    assert listed == packages - {"main", "cli"}


def test_fields_of_the_walk_are_where_it_says(readme: str) -> None:
    walk = readme.partition("## How to add a field")[2].partition("\n## ")[0]
    places = [link for link in LINK.findall(walk) if link.endswith(".py") and "resolvers" not in link]

    assert places
    for place in places:
        text = (README.parent / place).read_text()
        assert "division" in text.lower(), place
