"""The story that `up` plays, through the public API alone: train, name a champion, deploy, predict, replay."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.cli.client import Client, Refused

TEMPLATE = "win-probability"
POLL_SECONDS = 0.2
TRAINING_MAY_TAKE_SECONDS = 600.0
Tell = Callable[[float | None, str], None]
"""Shows progress: a fraction in [0, 1] (None where unknown) and what is being done."""

SERVED = """query Served($endpoint: String!) { endpoint(name: $endpoint) { stable { id revision modelVersion { version } } } }"""
LAUNCH = """mutation Launch($input: LaunchTrainingInput!) { launchTraining(input: $input) {
  __typename ... on LaunchTrainingSuccess { run { id state } } ... on Error { message } } }"""
WATCH = """query Watch($run: ID!) { run(id: $run) { __typename ... on TrainingRun {
  state progress { fraction message } failure { message } produced { id version } } } }"""
CROWN = """mutation Crown($input: SetModelAliasInput!) { setModelAlias(input: $input) {
  __typename ... on SetModelAliasSuccess { change { id } } ... on Error { message } } }"""
ROLL_OUT = """mutation RollOut($input: StartRolloutInput!) { startRollout(input: $input) {
  __typename ... on StartRolloutSuccess { rollout { id } } ... on Error { message } } }"""
FOLLOW = """query Follow($rollout: ID!) { rollout(id: $rollout) { phase history { kind detail } } }"""


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training run ended with."""

    run: str
    model_version: str
    version: int


def is_served(client: Client) -> bool:
    """Say whether a model is on the endpoint already."""
    endpoint = client.ask(SERVED, endpoint=TEMPLATE)["endpoint"]
    return endpoint is not None and endpoint["stable"] is not None


def train(client: Client, *, key: str, params: dict[str, str], tell: Tell, experiment: str = TEMPLATE, seed: int = 0) -> Trained:
    """Launch a training run and wait for the version that it registers."""
    given = [{"key": name, "value": value} for name, value in params.items()]
    launched = client.act(
        LAUNCH,
        input={"idempotencyKey": key, "template": TEMPLATE, "experiment": experiment, "params": given, "seed": seed},
    )
    run = launched["run"]["id"]
    deadline = time.monotonic() + TRAINING_MAY_TAKE_SECONDS
    while time.monotonic() < deadline:
        found: dict[str, Any] = client.ask(WATCH, run=run)["run"]
        progress = found["progress"]
        tell(progress["fraction"], progress["message"] or "waiting for a worker")
        if found["state"] == "COMPLETED":
            return Trained(run, found["produced"]["id"], found["produced"]["version"])
        if found["state"] in ("FAILED", "CANCELLED"):
            raise Refused(f"Training ended as {found['state']}: {(found['failure'] or {}).get('message', 'no reason given')}")
        time.sleep(POLL_SECONDS)
    raise Refused(f"Training did not end within {TRAINING_MAY_TAKE_SECONDS:g} s; its run is {run}.")


def crown(client: Client, trained: Trained) -> None:
    """Point the alias `champion` to the version."""
    wanted = {"model": TEMPLATE, "alias": "champion", "version": trained.version, "reason": "first model of this installation"}
    client.act(CROWN, input=wanted)


def deploy(client: Client, trained: Trained, *, key: str) -> None:
    """Roll the version out, blue-green, and wait until it serves."""
    started = client.act(
        ROLL_OUT,
        input={
            "idempotencyKey": key,
            "endpoint": TEMPLATE,
            "modelVersion": trained.model_version,
            "strategy": {"blueGreen": {"keepOldFor": "PT1H"}},
        },
    )
    while True:
        rollout = client.ask(FOLLOW, rollout=started["rollout"]["id"])["rollout"]
        if rollout["phase"] == "PROMOTED":
            return
        if rollout["phase"] in ("FAILED", "ROLLED_BACK"):
            raise Refused(f"The rollout ended as {rollout['phase']}: {rollout['history'][-1]['detail']}")
        time.sleep(POLL_SECONDS)
