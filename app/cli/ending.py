"""What `up` says to the person: where the explorer is, and one of each thing to try."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from app.cli.client import Client

PICK = """query Pick { games(first: 1) { edges { node { id date origin home { team { abbreviation } } away { team { abbreviation } } } } } }"""
PREDICT = """mutation Predict($input: PredictInput!) { predict(input: $input) {
  __typename ... on PredictSuccess { predictions { id output { ... on ProbabilityOutput { probability } } } }
  ... on Error { message } } }"""
REPLAY = """mutation Replay($input: ReplayGameInput!) { replayGame(input: $input) {
  __typename ... on ReplayGameSuccess { run { id } game { id } } ... on Error { message } } }"""
QUERY = '{ season(label: "%s") { standings { team { name } wins losses } } }'


def print_opening(server: str) -> None:
    """Say that somebody listens already, while games are being brought in."""
    Console(stderr=True).print(f"Listening at [bold]{server}[/bold]; bringing games in.")


def print_ending(client: Client, *, key_file: object, replay: bool, seconds: float) -> None:
    """Predict a game, start a replay, and print what to try next."""
    console = Console()
    game = client.ask(PICK)["games"]["edges"][0]["node"]
    predicted = client.act(PREDICT, input={"endpoint": "win-probability", "rows": [{"game": game["id"]}]})
    probability = predicted["predictions"][0]["output"]["probability"]
    names = f"{game['away']['team']['abbreviation']} at {game['home']['team']['abbreviation']} on {game['date']}"
    made_up = " (SIMULATED)" if game["origin"] == "SIMULATED" else ""
    lines = [
        f"Ready after {seconds:.0f} s. {names}{made_up}: the home team wins with {probability:.1%}.",
        "",
        f"Explorer      {client.server}/explorer/#key={_key(key_file)}",
        f"Key           {key_file} (send it as Authorization: Bearer …)",
        f"Query         {QUERY % _season(client)}",
        f"curl          {_curl(client.server, key_file, game['id'])}",
    ]
    if replay:
        replayed = client.act(REPLAY, input={"idempotencyKey": f"up-{seconds}"})["game"]["id"]
        lines.append(f"Subscription  subscription {{ game(id: \"{replayed}\") {{ __typename ... on StreamEvent {{ cursor }} }} }}")
    console.print(Panel("\n".join(escape(line) for line in lines), title="Courtside", expand=False))
    console.print("Ctrl-C stops everything.")


def _season(client: Client) -> str:
    label: str = client.ask("{ seasons { label } }")["seasons"][0]["label"]
    return label


def _key(key_file: Any) -> str:  # noqa: ANN401 - a path
    return str(key_file.read_text().strip())


def _curl(server: str, key_file: object, game: str) -> str:
    query = (
        '{"query": "mutation { predict(input: {endpoint: \\"win-probability\\", rows: [{game: \\"%s\\"}]}) '
        '{ ... on PredictSuccess { predictions { output { ... on ProbabilityOutput { probability } } } } } }"}' % game
    )
    return f"curl -s {server}/graphql -H 'content-type: application/json' -H \"authorization: Bearer $(cat {key_file})\" -d '{query}'"
