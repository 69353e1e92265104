"""How the programme speaks of itself: one line an event, in the past tense, facts as keys.

Colours for a person at a terminal, JSON for everything else. Never a token, a feature value or
the input of a prediction.
"""

import logging
import sys
from typing import TextIO

import orjson
import structlog


def _orjson(event: object, **_: object) -> str:
    return orjson.dumps(event, default=str).decode()


def configure_logging(level: str = "INFO", *, stream: TextIO | None = None, json: bool | None = None) -> None:
    """Send structlog and the standard library's loggers to one stream in one shape.

    `json` chooses the renderer; None means: colours where the stream is a terminal, JSON elsewhere.
    """
    target = stream or sys.stdout
    as_json = not target.isatty() if json is None else json
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    renderer: list[structlog.typing.Processor] = (
        [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer(serializer=_orjson)]
        if as_json
        else [structlog.dev.ConsoleRenderer()]
    )
    structlog.configure(
        processors=[*shared, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(target),
        cache_logger_on_first_use=False,
    )
    _join_standard_library(shared, renderer, target, level)


def _join_standard_library(
    shared: list[structlog.typing.Processor], renderer: list[structlog.typing.Processor], target: TextIO, level: str
) -> None:
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(logging.getLevelNamesMapping()[level], logging.WARNING))
