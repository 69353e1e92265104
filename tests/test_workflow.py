"""The build server does what a developer does, with no right to change anything."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

WORKFLOW = Path(__file__).parents[1] / ".github" / "workflows" / "ci.yml"


@pytest.fixture(scope="module")
def workflow() -> dict[Any, Any]:
    content: dict[Any, Any] = yaml.safe_load(WORKFLOW.read_text())
    return content


def test_only_job_sets_up_and_runs_what_a_developer_runs(workflow: dict[Any, Any]) -> None:
    (job,) = workflow["jobs"].values()

    checkout, python, run = job["steps"]

    assert checkout["uses"].startswith("actions/checkout@")
    assert python["uses"].startswith("actions/setup-python@")
    assert python["with"] == {"python-version": "3.11"}
    assert run == {"run": "bash .ci/run"}


def test_actions_are_pinned_by_commit(workflow: dict[Any, Any]) -> None:
    (job,) = workflow["jobs"].values()

    actions = [step["uses"] for step in job["steps"] if "uses" in step]

    assert actions
    assert all(re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", action) for action in actions)


def test_job_may_only_read_and_ends_in_time(workflow: dict[Any, Any]) -> None:
    (job,) = workflow["jobs"].values()

    assert workflow["permissions"] == {"contents": "read"}
    assert "permissions" not in job
    assert job["steps"][0]["with"] == {"persist-credentials": False}
    assert job["timeout-minutes"] <= 60
    assert workflow["concurrency"]["cancel-in-progress"] is True


def test_workflow_runs_on_every_change_to_main_and_every_proposal(workflow: dict[Any, Any]) -> None:
    triggers = workflow[True]  # YAML 1.1 reads the bare word `on` as a truth value

    assert triggers == {"push": {"branches": ["main"]}, "pull_request": None}
