"""The application as it is: the whole contract, and none of the heavy libraries."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.database import Database
from app.core.settings import Settings
from schema.contract import build_schema
from tests.main.conftest import MakeKey, serving

PROJECT = Path(__file__).resolve().parents[2]
HEAVY = {"sklearn", "mlflow", "skops", "pandas", "matplotlib", "nba_api", "scipy"}


def test_importing_the_application_leaves_the_heavy_libraries_alone() -> None:
    programme = "import json, sys; import app.main; print(json.dumps(sorted(sys.modules)))"

    told = subprocess.run(
        [sys.executable, "-c", programme], cwd=PROJECT, capture_output=True, text=True, timeout=60, check=True
    )

    loaded = {name.split(".")[0] for name in json.loads(told.stdout)}
    assert "starlette" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize(
    ("query", "data"),
    [
        ("{ __typename }", {"__typename": "Query"}),
        ('{ team(abbreviation: "NIL") { id } }', {"team": None}),
        ("{ teams(first: 1) { edges { cursor } } }", {"teams": {"edges": []}}),
    ],
)
async def test_the_whole_contract_is_served(
    database: Database, tmp_path: Path, make_key: MakeKey, query: str, data: dict[str, object]
) -> None:
    key = await make_key()

    async with (
        serving(Settings(state_dir=tmp_path), database, build_schema) as served,
        served.client(key) as client,
    ):
        answer = (await client.post("/graphql", json={"query": query})).json()

    assert "errors" not in answer, answer
    assert answer["data"] == data
