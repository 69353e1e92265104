"""What `up` says to the person: where the explorer is, and one of each thing to try."""

import shlex
from pathlib import Path

import orjson
from rich.console import Console

from app.cli.client import Client, Refused
from app.cli.story import TEMPLATE
from app.core.ids import new_id

PICK = """query Pick { games(first: 1) { edges { node {
  id date origin home { team { abbreviation } } away { team { abbreviation } } } } } }"""
PREDICT = """mutation Predict($input: PredictInput!) { predict(input: $input) {
  __typename ... on PredictSuccess { predictions { id output { ... on ProbabilityOutput { probability } } } }
  ... on Error { message } } }"""
REPLAY = """mutation Replay($input: ReplayGameInput!) { replayGame(input: $input) {
  __typename ... on ReplayGameSuccess { game { id } }
  ... on ConflictError { currentId } ... on Error { message } } }"""
REPLAYED = "query Replayed($run: ID!) { node(id: $run) { ... on ReplayRun { game { id } } } }"
QUERY = '{{ season(label: "{season}") {{ standings {{ team {{ name }} wins losses }} }} }}'
SUBSCRIPTION = 'subscription {{ game(id: "{game}") {{ __typename ... on StreamEvent {{ cursor }} }} }}'


def print_opening(server: str) -> None:
    """Say that somebody listens already, while games are being brought in."""
    Console(stderr=True).print(f"Listening at [bold]{server}[/bold]; bringing games in.")


def print_ending(client: Client, *, key_file: Path, replay: bool, seconds: float) -> None:
    """Predict a game, start a replay, and print what to try next, each on a line that can be copied."""
    game = client.ask(PICK)["games"]["edges"][0]["node"]
    names = f"{game['away']['team']['abbreviation']} at {game['home']['team']['abbreviation']}"
    made_up = " (SIMULATED)" if game["origin"] == "SIMULATED" else ""
    season = client.ask("{ seasons { label } }")["seasons"][0]["label"]
    lines = {
        "Explorer": f"{client.server}/explorer/#key={key_file.read_text().strip()}",
        "Key": f"{key_file} (send it as Authorization: Bearer …)",
        "Query": QUERY.format(season=season),
        "curl": _curl(client.server, key_file, game["id"]),
    }
    if replay:
        lines["Subscription"] = SUBSCRIPTION.format(game=_replay(client))
    probability = _probability(client, game["id"])
    console = Console()
    console.rule("Courtside")
    print(
        f"Ready after {seconds:.0f} s. {names} on {game['date']}{made_up}: the home team wins with "
        f"{probability:.1%}.\n"
    )
    for name, line in lines.items():
        print(f"{name:<13} {line}")  # not rich's print: it would break the lines, and a key into words
    console.rule("Ctrl-C stops everything")


def _replay(client: Client) -> str:
    """Start a replay, or join the one that an earlier `up` has started; return the game's id."""
    try:
        game = client.act(REPLAY, input={"idempotencyKey": f"up:{new_id()}"})["game"]
    except Refused as refused:
        if refused.current_id is None:
            raise
        game = client.ask(REPLAYED, run=refused.current_id)["node"]["game"]
    game_id: str = game["id"]
    return game_id


def _probability(client: Client, game: str) -> float:
    predicted = client.act(PREDICT, input={"endpoint": TEMPLATE, "rows": [{"game": game}]})
    probability: float = predicted["predictions"][0]["output"]["probability"]
    return probability


def _curl(server: str, key_file: Path, game: str) -> str:
    body = orjson.dumps(
        {"query": PREDICT, "variables": {"input": {"endpoint": TEMPLATE, "rows": [{"game": game}]}}}
    ).decode()
    body = body.replace("\\n ", "")
    key = f'"authorization: Bearer $(cat {shlex.quote(str(key_file))})"'
    return f"curl -s {server}/graphql -H 'content-type: application/json' -H {key} -d {shlex.quote(body)}"
