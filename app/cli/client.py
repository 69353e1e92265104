"""A small GraphQL client for our own commands: they use the public API like everybody else."""

import time
import urllib.error
import urllib.request
from typing import Any

import orjson

from app.core.errors import Invalid, PlatformError, Unavailable

TIMEOUT_SECONDS = 35.0


class Refused(PlatformError):
    """The server answered with a problem; the message is the server's own."""

    code = "REFUSED"


class Client:
    """Asks one server with one key."""

    def __init__(self, server: str, key: str) -> None:
        if not server.startswith(("http://", "https://")):
            raise Invalid(f"“{server}” is not an address of a server: try http://127.0.0.1:8000.")
        self.server = server.rstrip("/")
        self._key = key

    def ask(self, document: str, **variables: object) -> dict[str, Any]:
        """Return the data of an operation; raise `Refused` with the first error's message."""
        body = orjson.dumps({"query": document, "variables": variables})
        headers = {"content-type": "application/json", "authorization": f"Bearer {self._key}"}
        answer = self._fetch("/graphql", body, headers)
        if errors := answer.get("errors"):
            raise Refused(errors[0]["message"])
        data: dict[str, Any] = answer["data"]
        return data

    def act(self, document: str, **variables: object) -> dict[str, Any]:
        """Run a mutation with one root field and return its success; raise `Refused` where it met a problem."""
        [result] = self.ask(document, **variables).values()
        if not result["__typename"].endswith("Success"):
            raise Refused(result.get("message", result["__typename"]))
        success: dict[str, Any] = result
        return success

    def health(self, probe: str) -> dict[str, Any]:
        """Return what /healthz/<probe> says, ready or not; raise `Unavailable` where nobody listens."""
        return self._fetch(f"/healthz/{probe}", None, {})

    def await_health(self, probe: str, *, seconds: float) -> None:
        """Wait until a probe is content; raise `Unavailable` with what is missing when the time is over."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                missing = {name: why for name, why in self.health(probe).get("checks", {}).items() if why != "ok"}
            except Unavailable as error:
                missing = {"server": error.message}
            if not missing:
                return
            if time.monotonic() > deadline:
                reasons = "; ".join(f"{name}: {why}" for name, why in missing.items())
                raise Unavailable(f"The server is not {probe} after {seconds:g} s: {reasons}", dependency="courtside")
            time.sleep(0.1)

    def _fetch(self, path: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
        request = urllib.request.Request(self.server + path, data=body, headers=headers)  # noqa: S310 - http only, checked
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as response:  # noqa: S310 - the same
                found: dict[str, Any] = orjson.loads(response.read())
        except urllib.error.HTTPError as error:
            found = _body_of(error)
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise Unavailable(
                f"No Courtside server answers at {self.server} ({reason}): start one with `courtside up`.",
                dependency="courtside",
            ) from error
        return found


def _body_of(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        found = orjson.loads(error.read())
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"errors": [{"message": f"The server answered {error.code}."}]}
