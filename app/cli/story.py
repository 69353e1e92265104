"""The story that `up` plays, through the public API alone: train, name a champion, deploy.

A step that an earlier `up` began is found again by its idempotency key and waited for; one that ended badly
is begun anew under a key that names its end, so that no failure is replayed for ever.
"""

import time
from dataclasses import dataclass
from typing import Any

from app.cli.client import Client, Refused
from app.cli.progress import Tell

TEMPLATE = "win-probability"
POLL_SECONDS = 0.2
TRAINING_MAY_TAKE_SECONDS = 600.0
DEPLOYING_MAY_TAKE_SECONDS = 120.0

SERVED = "query Served($endpoint: String!) { endpoint(name: $endpoint) { stable { id } } }"
LAUNCH = """mutation Launch($input: LaunchTrainingInput!) { launchTraining(input: $input) {
  __typename ... on LaunchTrainingSuccess { run { id state } replayed } ... on Error { message } } }"""
WATCH = """query Watch($run: ID!) { run(id: $run) { __typename ... on TrainingRun {
  state progress { fraction message } failure { message } produced { id version } } } }"""
CROWN = """mutation Crown($input: SetModelAliasInput!) { setModelAlias(input: $input) {
  __typename ... on SetModelAliasSuccess { change { id } } ... on Error { message } } }"""
ROLL_OUT = """mutation RollOut($input: StartRolloutInput!) { startRollout(input: $input) {
  __typename ... on StartRolloutSuccess { rollout { id phase } replayed } ... on Error { message } } }"""
FOLLOW = "query Follow($rollout: ID!) { rollout(id: $rollout) { phase history { kind detail } } }"
ENDED_BADLY = {"FAILED", "CANCELLED", "SKIPPED", "ROLLED_BACK"}


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training run ended with: global ids, and the version's number."""

    run: str
    model_version: str
    version: int


def is_served(client: Client) -> bool:
    """Say whether a model is on the endpoint already."""
    endpoint = client.ask(SERVED, endpoint=TEMPLATE)["endpoint"]
    return endpoint is not None and endpoint["stable"] is not None


def launch(
    client: Client, *, key: str, params: dict[str, str], experiment: str = TEMPLATE, seed: int = 0
) -> str:
    """Launch a training run, or find the one of this key; return its id."""
    wanted = {
        "template": TEMPLATE,
        "experiment": experiment,
        "params": [{"key": name, "value": value} for name, value in params.items()],
        "seed": seed,
    }
    launched = client.act(LAUNCH, input={"idempotencyKey": key, **wanted})
    while launched["replayed"] and launched["run"]["state"] in ENDED_BADLY:
        key = f"after:{launched['run']['id']}"
        launched = client.act(LAUNCH, input={"idempotencyKey": key, **wanted})
    run: str = launched["run"]["id"]
    return run


def await_version(client: Client, run: str, tell: Tell) -> Trained:
    """Wait for the version that a training run registers; raise `Refused` where there will be none."""
    deadline = time.monotonic() + TRAINING_MAY_TAKE_SECONDS
    while time.monotonic() < deadline:
        found: dict[str, Any] = client.ask(WATCH, run=run)["run"]
        progress = found["progress"] or {"fraction": None, "message": None}
        tell(progress["fraction"], progress["message"] or "waiting for a worker")
        if found["state"] == "COMPLETED":
            return Trained(run, found["produced"]["id"], found["produced"]["version"])
        if found["state"] in ENDED_BADLY:
            reason = (found["failure"] or {}).get("message", "no reason given")
            raise Refused(f"Training ended as {found['state']}: {reason}")
        time.sleep(POLL_SECONDS)
    raise Refused(
        f"Training did not end within {TRAINING_MAY_TAKE_SECONDS:g} s; the run goes on, its id is {run}."
    )


def crown(client: Client, trained: Trained) -> None:
    """Point the alias `champion` to the version."""
    reason = "first model of this installation"
    wanted = {"model": TEMPLATE, "alias": "champion", "version": trained.version, "reason": reason}
    client.act(CROWN, input=wanted)


def deploy(client: Client, trained: Trained) -> None:
    """Roll the version out, blue-green, and wait until it serves."""
    rollout = _roll_out(client, trained)
    deadline = time.monotonic() + DEPLOYING_MAY_TAKE_SECONDS
    while time.monotonic() < deadline:
        found = client.ask(FOLLOW, rollout=rollout)["rollout"]
        if found["phase"] == "PROMOTED":
            return
        if found["phase"] in ENDED_BADLY:
            why = "; ".join(event["detail"] for event in found["history"])
            raise Refused(f"The rollout ended as {found['phase']}: {why}")
        time.sleep(POLL_SECONDS)
    raise Refused(f"The rollout did not end within {DEPLOYING_MAY_TAKE_SECONDS:g} s; its id is {rollout}.")


def _roll_out(client: Client, trained: Trained) -> str:
    wanted = {
        "endpoint": TEMPLATE,
        "modelVersion": trained.model_version,
        "strategy": {"blueGreen": {"keepOldFor": "PT1H"}},
    }
    key = f"first:{trained.model_version}"
    started = client.act(ROLL_OUT, input={"idempotencyKey": key, **wanted})
    while started["replayed"] and started["rollout"]["phase"] in ENDED_BADLY:
        key = f"after:{started['rollout']['id']}"
        started = client.act(ROLL_OUT, input={"idempotencyKey": key, **wanted})
    rollout: str = started["rollout"]["id"]
    return rollout
