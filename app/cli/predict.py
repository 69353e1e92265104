"""`courtside predict`: one planned game, asked of a running server."""

from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from app.cli.client import Client, connect
from app.cli.settling import settle
from app.core.errors import NotFound

TEAMS = """query Teams($home: String!, $away: String!) {
  home: team(abbreviation: $home) { id name } away: team(abbreviation: $away) { id name } }"""
PREDICT = """mutation Predict($input: PredictInput!) { predict(input: $input) { __typename
  ... on PredictSuccess { predictions {
    id deployment { revision modelVersion { version model { name } } }
    output { ... on ProbabilityOutput { label probability } } } }
  ... on Error { message } } }"""


def predict(
    home: str,
    away: str,
    date: str,
    *,
    endpoint: str,
    server: str | None,
    state_dir: Path | None,
    json: bool,
) -> None:
    """Ask how probable it is that the home team wins, and say which version answered."""
    client = connect(settle(state_dir=state_dir, answers=True), server)
    teams = _teams(client, home.upper(), away.upper())
    row = {"home": teams["home"]["id"], "away": teams["away"]["id"], "date": date}
    [prediction] = client.act(PREDICT, input={"endpoint": endpoint, "rows": [row]})["predictions"]
    if json:
        print(orjson.dumps(_facts(prediction, teams, date)).decode())
        return
    probability, version = prediction["output"]["probability"], prediction["deployment"]["modelVersion"]
    console = Console(highlight=False)
    console.print(
        f"{teams['home']['name']} beat {teams['away']['name']} at home on {date} with {probability:.1%}."
    )
    console.print(f"{version['model']['name']} version {version['version']}, prediction {prediction['id']}")


def _teams(client: Client, home: str, away: str) -> dict[str, Any]:
    teams = client.ask(TEAMS, home=home, away=away)
    for side, abbreviation in (("home", home), ("away", away)):
        if teams[side] is None:
            raise NotFound(f"There is no team “{abbreviation}”: give an abbreviation, as BOS.")
    return teams


def _facts(prediction: dict[str, Any], teams: dict[str, Any], date: str) -> dict[str, object]:
    version = prediction["deployment"]["modelVersion"]
    return {
        "home": teams["home"]["name"],
        "away": teams["away"]["name"],
        "date": date,
        "probability": prediction["output"]["probability"],
        "model": version["model"]["name"],
        "version": version["version"],
        "revision": prediction["deployment"]["revision"],
        "prediction": prediction["id"],
    }
