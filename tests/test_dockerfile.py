"""The container image, as far as its recipe tells: clean, unprivileged, the same for every role."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCKERFILE = ROOT / "Dockerfile"


@pytest.fixture(scope="module")
def final_stage() -> list[tuple[str, str]]:
    """List the instructions of the last stage as (name, arguments), continued lines joined."""
    text = re.sub(r"^#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    instructions = [(name, " ".join(arguments.split())) for name, arguments in lines]
    last = max(number for number, (name, _) in enumerate(instructions) if name == "FROM")
    return instructions[last:]


def only(stage: list[tuple[str, str]], name: str) -> str:
    (arguments,) = (arguments for found, arguments in stage if found == name)
    return arguments


def test_hadolint_finds_nothing(tmp_path: Path) -> None:
    hadolint = shutil.which("hadolint", path=Path(sys.executable).parent)
    assert hadolint, "hadolint is part of the development requirements"

    # Neither a configuration (looked for where it runs and at home) nor a pragma may hide a finding.
    result = subprocess.run(
        [hadolint, "--disable-ignore-pragma", "--format", "json", DOCKERFILE],
        cwd=tmp_path,
        env={"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert json.loads(result.stdout) == []
    assert result.returncode == 0


def test_image_runs_as_an_ordinary_user_that_owns_only_its_state(final_stage: list[tuple[str, str]]) -> None:
    user, group = only(final_stage, "USER").split(
        ":"
    )  # numbers, so that a cluster can see that it is not root

    assert int(user) > 0
    assert int(group) > 0
    assert only(final_stage, "VOLUME") == only(final_stage, "WORKDIR") == "/var/lib/courtside"
    assert "COURTSIDE_STATE_DIR=/var/lib/courtside" in only(final_stage, "ENV")
    assert "--chown" not in only(final_stage, "COPY")


def test_one_image_serves_by_default_and_works_when_told(final_stage: list[tuple[str, str]]) -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]

    (command,) = json.loads(only(final_stage, "ENTRYPOINT"))

    assert command in scripts
    assert json.loads(only(final_stage, "CMD")) == ["serve"]


def test_health_check_is_a_programme_that_fails_when_nobody_answers(
    final_stage: list[tuple[str, str]],
) -> None:
    _, command = only(final_stage, "HEALTHCHECK").split(" CMD ")
    python, flag, code = json.loads(command)

    refused = subprocess.run(
        [sys.executable, flag, code],
        env={"COURTSIDE_PORT": "1"},
        capture_output=True,
        timeout=30,
        check=False,
    )

    assert python == "python"
    assert "/healthz/live" in code
    assert refused.returncode == 1
    assert b"Connection refused" in refused.stderr


def test_dependencies_are_installed_by_hash_from_the_lock() -> None:
    assert "uv pip install --require-hashes --requirement requirements.lock" in DOCKERFILE.read_text()


def test_everything_that_is_copied_exists_and_reaches_the_builder() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE.read_text(), flags=re.MULTILINE)
    admitted = re.findall(r"^!(.+?)/?$", (ROOT / ".dockerignore").read_text(), flags=re.MULTILINE)

    sources = {source for line in copied for source in line.split()}

    assert sources == set(admitted)
    assert [source for source in sorted(sources) if not (ROOT / source).exists()] == []
