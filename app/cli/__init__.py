"""The command line: what can be asked for, and nothing of how it is done.

Each command imports its work when it runs, so that `courtside --help` answers at once.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from app.core.errors import PlatformError

app = typer.Typer(
    name="courtside",
    help="A machine-learning platform for basketball data behind one typed GraphQL API.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
keys = typer.Typer(help="Make, list and revoke API keys.", no_args_is_help=True)
app.add_typer(keys, name="keys")

State = Annotated[Path | None, typer.Option("--state", help="State folder.", show_default=".courtside")]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON, for programmes.")]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on.")]
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on.")]
Server = Annotated[
    str | None,
    typer.Option("--server", help="Address of the running server.", show_default="host and port as set"),
]


def main() -> None:
    """Run a command; an expected failure is one sentence and exit code 2."""
    try:
        app()
    except PlatformError as error:
        print(f"courtside: {error.message}", file=sys.stderr)
        sys.exit(2)


@app.command()
def up(
    data: Annotated[
        list[Path] | None,
        typer.Option("--data", help="Files or folders of games [default: stats.nba.com]."),
    ] = None,
    state: State = None,
    host: Host = None,
    port: Port = None,
    simulated: Annotated[
        bool, typer.Option("--simulated", help="Make a league up without asking stats.nba.com.")
    ] = False,
    no_replay: Annotated[bool, typer.Option("--no-replay", help="Do not replay a game at the end.")] = False,
) -> None:
    """Start everything, bring games in, train, deploy, serve and replay a game; Ctrl-C stops it all."""
    from app.cli.up import up as run  # noqa: PLC0415 - see the module's opening

    run(data or [], state_dir=state, host=host, port=port, replay=not no_replay, simulated=simulated)


@app.command()
def serve(state: State = None, host: Host = None, port: Port = None) -> None:
    """Serve the API."""
    from app.cli.serve import serve as run  # noqa: PLC0415 - see the module's opening

    run(state_dir=state, host=host, port=port)


@app.command()
def worker(state: State = None) -> None:
    """Do the work that outlives requests: training, replays, recordings. Run as many as you like."""
    from app.cli.work import work as run  # noqa: PLC0415 - see the module's opening

    run(state_dir=state)


@app.command()
def migrate(state: State = None) -> None:
    """Bring the database to the revision that this programme expects."""
    from app.cli.ground import prepare as run  # noqa: PLC0415 - see the module's opening

    run(state_dir=state)


@app.command()
def ingest(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders, recognised by their columns.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", help="nba-api: ask stats.nba.com; simulation: make a league up.")
    ] = None,
    season: Annotated[str | None, typer.Option("--season", help="Season for --from, as 2023-24.")] = None,
    state: State = None,
    json: Json = False,
) -> None:
    """Bring game data in; what is known already is left as it is."""
    from app.cli.ingest import ingest as run  # noqa: PLC0415 - see the module's opening

    run(paths or [], source=source, season=season, state_dir=state, json=json)


@app.command()
def train(
    experiment: Annotated[str, typer.Option(help="Folder for runs that are compared.")] = "win-probability",
    test_season: Annotated[
        str | None, typer.Option(help="Season to measure on, as 2023-24; earlier games train.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of everything random.")] = 0,
    report: Annotated[Path | None, typer.Option(help="Folder for report.json and reliability.png.")] = None,
    server: Server = None,
    state: State = None,
    json: Json = False,
) -> None:
    """Train a model through the API of a running server, wait, and report how good it is."""
    from app.cli.train import train as run  # noqa: PLC0415 - see the module's opening

    run(
        experiment,
        test_season=test_season,
        seed=seed,
        report=report,
        server=server,
        state_dir=state,
        json=json,
    )


@app.command()
def predict(
    home: Annotated[str, typer.Argument(help="Abbreviation of the home team, as BOS.")],
    away: Annotated[str, typer.Argument(help="Abbreviation of the away team, as DEN.")],
    date: Annotated[str, typer.Argument(help="Date of the game, as 2024-04-15.")],
    endpoint: Annotated[str, typer.Option(help="Endpoint to ask.")] = "win-probability",
    server: Server = None,
    state: State = None,
    json: Json = False,
) -> None:
    """Ask a running server who will win."""
    from app.cli.predict import predict as run  # noqa: PLC0415 - see the module's opening

    run(home, away, date, endpoint=endpoint, server=server, state_dir=state, json=json)


@app.command()
def doctor(state: State = None, json: Json = False) -> None:
    """Look at every part and say what is missing and how to mend it."""
    from app.cli.doctor import doctor as run  # noqa: PLC0415 - see the module's opening

    run(state_dir=state, json=json)


@app.command()
def schema() -> None:
    """Print the contract in GraphQL's schema language."""
    from schema.contract import build_schema  # noqa: PLC0415 - see the module's opening

    print(build_schema().as_str())


@keys.command("create")
def create_key(
    name: Annotated[str, typer.Argument(help="What the key is for.")],
    scopes: Annotated[
        list[str] | None, typer.Option("--scope", help="A scope; repeat for more. None: all.")
    ] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Days until it expires. None: never.")] = None,
    state: State = None,
    json: Json = False,
) -> None:
    """Make a key; it is shown once."""
    from app.cli.keys import create as run  # noqa: PLC0415 - see the module's opening

    run(name, scopes=scopes or [], days=days, state_dir=state, json=json)


@keys.command("list")
def list_keys(state: State = None, json: Json = False) -> None:
    """List the keys: names, scopes and dates, never the keys themselves."""
    from app.cli.keys import show as run  # noqa: PLC0415 - see the module's opening

    run(state_dir=state, json=json)


@keys.command("revoke")
def revoke_key(
    prefix: Annotated[str, typer.Argument(help="Prefix of the key, as keys list shows it.")],
    state: State = None,
) -> None:
    """Revoke a key, now and for good."""
    from app.cli.keys import revoke as run  # noqa: PLC0415 - see the module's opening

    run(prefix, state_dir=state)
