"""A small GraphQL client for our own commands: they use the public API like everybody else."""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import orjson

from app.cli.listening import address_of, is_loopback
from app.core.errors import Invalid, PlatformError, Unavailable
from app.core.settings import Settings

TIMEOUT_SECONDS = 35.0
LOOK_SECONDS = 0.1


class Refused(PlatformError):
    """The server answered with a problem, in its own words; `current_id` is what stands in the way."""

    code = "REFUSED"

    def __init__(self, message: str, *, current_id: str | None = None) -> None:
        super().__init__(message)
        self.current_id = current_id


class Client:
    """Asks one server with one key."""

    def __init__(self, server: str, key: str) -> None:
        host = _host_of(server)
        self.server = server.rstrip("/")
        self._key = key
        # a proxy of the environment is for other machines: this one would be another machine's loopback
        proxies = urllib.request.ProxyHandler({} if is_loopback(host) else None)
        self._opener = urllib.request.build_opener(proxies)

    def ask(self, document: str, **variables: object) -> dict[str, Any]:
        """Return the data of an operation; raise `Refused` with the first error's message."""
        body = orjson.dumps({"query": document, "variables": variables})
        headers = {"content-type": "application/json", "authorization": f"Bearer {self._key}"}
        answer = self._fetch("/graphql", body, headers)
        if errors := answer.get("errors"):
            raise Refused(errors[0]["message"])
        if not isinstance(answer.get("data"), dict):
            raise Refused(f"What answers at {self.server} is not a Courtside server.")
        data: dict[str, Any] = answer["data"]
        return data

    def act(self, document: str, **variables: object) -> dict[str, Any]:
        """Run a mutation of one root field; return its success, raise `Refused` where it met a problem."""
        [result] = self.ask(document, **variables).values()
        if not result["__typename"].endswith("Success"):
            message = result.get("message", result["__typename"])
            raise Refused(message, current_id=result.get("currentId"))
        success: dict[str, Any] = result
        return success

    def health(self, probe: str) -> dict[str, Any]:
        """Return what /healthz/<probe> says, ready or not; raise `Unavailable` where no Courtside listens."""
        found = self._fetch(f"/healthz/{probe}", None, {})
        if "status" not in found:
            message = f"What answers at {self.server} is not a Courtside server."
            raise Unavailable(message, dependency="courtside")
        return found

    def await_health(self, probe: str, *, seconds: float, meanwhile: Callable[[], None]) -> None:
        """Wait until a probe is content, calling `meanwhile` between two looks.

        Raises `Unavailable` with what is missing when the time is over.
        """
        deadline = time.monotonic() + seconds
        while missing := self._missing(probe):
            if time.monotonic() > deadline:
                reasons = "; ".join(f"{name}: {why}" for name, why in missing.items())
                message = f"The server is not {probe} after {seconds:g} s: {reasons}"
                raise Unavailable(message, dependency="courtside")
            meanwhile()
            time.sleep(LOOK_SECONDS)

    def _missing(self, probe: str) -> dict[str, str]:
        try:
            checks = self.health(probe).get("checks", {})
        except Unavailable as error:
            return {"server": error.message}
        return {name: why for name, why in checks.items() if why != "ok"}

    def _fetch(self, path: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
        request = urllib.request.Request(self.server + path, data=body, headers=headers)  # noqa: S310 - http only, checked
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                return _parsed(response.read(), response.status)
        except urllib.error.HTTPError as error:
            return _parsed(error.read(), error.code)
        except (OSError, ValueError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise Unavailable(
                f"No Courtside server answers at {self.server} ({reason}): start one with `courtside up`.",
                dependency="courtside",
            ) from error


def connect(settings: Settings, server: str | None) -> Client:
    """Return a client of `server`, by default the one that these settings describe.

    The local key is for this machine: `Invalid` is raised rather than to send it to another one.
    """
    server = server or address_of(settings.host, settings.port)
    if settings.api_key is not None:
        return Client(server, settings.api_key.get_secret_value())
    if not is_loopback(_host_of(server)):
        raise Invalid(f"{server} is another machine: set COURTSIDE_API_KEY to a key of that server.")
    try:
        return Client(server, settings.key_file.read_text().strip())
    except OSError as error:
        raise Invalid(
            f"There is no local key in {settings.key_file} ({error.strerror}): start a server with "
            "`courtside up`, name its state folder with --state, or set COURTSIDE_API_KEY."
        ) from error


def _host_of(server: str) -> str:
    try:
        parts = urlsplit(server)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.scheme not in {"http", "https"}:
        raise Invalid(f"“{server}” is not an address of a server: try http://127.0.0.1:8000.")
    return host


def _parsed(body: bytes, status: int) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"errors": [{"message": f"The server answered {status}."}]}
