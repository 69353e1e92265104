import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from app.core.logging import configure_logging


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_elsewhere_than_in_a_terminal_each_event_is_a_line_of_json() -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)

    structlog.get_logger().info("run.claimed", run_id="r1", attempts=2)

    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "run.claimed", "level": "info", "run_id": "r1", "attempts": 2}


def test_in_a_terminal_events_are_for_people() -> None:
    stream = Terminal()
    configure_logging(stream=stream)

    structlog.get_logger().info("run.claimed", run_id="r1")

    assert "run.claimed" in stream.getvalue()
    assert "\x1b[" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


def test_the_shape_can_be_demanded() -> None:
    stream = Terminal()
    configure_logging(stream=stream, json=True)

    structlog.get_logger().info("run.claimed")

    assert lines(stream)[0]["event"] == "run.claimed"


async def test_what_is_bound_for_a_request_stands_on_its_lines_and_on_no_other_requests() -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)

    async def serve(request_id: str) -> None:
        structlog.contextvars.bind_contextvars(request_id=request_id)
        await asyncio.sleep(0)
        structlog.get_logger().info("request.finished", asked=request_id)
        logging.getLogger("some.library").warning("odd")

    await asyncio.gather(*(asyncio.create_task(serve(name)) for name in ("r1", "r2")))
    structlog.get_logger().info("server.stopped")

    *requests, last = lines(stream)
    assert [line["asked"] for line in requests if "asked" in line] == ["r1", "r2"]
    assert all(line["request_id"] == line["asked"] for line in requests if "asked" in line)
    assert [line["request_id"] for line in requests if line["event"] == "odd"] == ["r1", "r2"]
    assert "request_id" not in last


def test_less_important_events_are_left_out() -> None:
    stream = io.StringIO()
    configure_logging("WARNING", stream=stream)

    log = structlog.get_logger()
    log.info("run.claimed")
    log.warning("run.stalled")

    assert [line["event"] for line in lines(stream)] == ["run.stalled"]


def test_libraries_speak_in_the_same_shape_but_only_of_what_matters() -> None:
    stream = io.StringIO()
    configure_logging("DEBUG", stream=stream)

    logging.getLogger("some.library").info("chatter")
    logging.getLogger("some.library").warning("odd %s", "thing")

    (line,) = lines(stream)
    assert (line["event"], line["level"]) == ("odd thing", "warning")


@pytest.mark.parametrize("kind", [io.StringIO, Terminal])
@pytest.mark.parametrize("speaker", ["ours", "a library's"])
def test_a_traceback_shows_places_but_never_the_values_of_variables(
    kind: type[io.StringIO], speaker: str
) -> None:
    stream = kind()
    configure_logging(stream=stream)
    log = structlog.get_logger() if speaker == "ours" else logging.getLogger("some.library")

    def sign_in(token: str) -> None:
        raise RuntimeError(f"could not sign in with {len(token)} letters")

    try:
        sign_in("hun" + "ter2")
    except RuntimeError:
        log.exception("sign_in.failed")

    written = re.sub(r"\x1b\[[0-9;]*m", "", stream.getvalue())
    assert "could not sign in with 7 letters" in written
    assert "sign_in" in written
    assert "hunter2" not in written


@pytest.mark.parametrize("fact", [2**70, "half \ud800", {1: 2}, object(), b"raw", {("a", "b"): 1}])
def test_no_fact_makes_logging_fail(fact: object) -> None:
    stream = io.StringIO()
    configure_logging(stream=stream)

    structlog.get_logger().info("run.claimed", fact=fact)

    assert lines(stream)[0]["event"] == "run.claimed"
