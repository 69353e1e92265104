"""How the programme speaks of itself: one line an event, in the past tense, facts as keys.

Colours for a person at a terminal, JSON for everything else. Never a token, a feature value or
the input of a prediction.
"""

import json as stdlib_json
import logging
import sys
from typing import TextIO

import orjson
import structlog

# locals of a frame may hold a token or somebody's input: a traceback shows places, never values
_tracebacks_as_json = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
_tracebacks_in_colour = structlog.dev.RichTracebackFormatter(show_locals=False)


def _orjson(event: object, **_: object) -> str:
    try:
        return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except TypeError:  # an integer beyond 64 bits, half a surrogate pair: a log line must not fail its caller
        facts = event.items() if isinstance(event, dict) else [("event", event)]
        return stdlib_json.dumps({str(key): _shown(fact) for key, fact in facts})


def _shown(fact: object) -> object:
    return fact if isinstance(fact, str | int | float | None) else repr(fact)


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
        [_tracebacks_as_json, structlog.processors.JSONRenderer(serializer=_orjson)]
        if as_json
        else [structlog.dev.ConsoleRenderer(exception_formatter=_tracebacks_in_colour)]
    )
    structlog.configure(
        processors=[*shared, *renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(target),
        cache_logger_on_first_use=False,
    )
    _join_standard_library(shared, renderer, target, level)


def _join_standard_library(
    shared: list[structlog.typing.Processor],
    renderer: list[structlog.typing.Processor],
    target: TextIO,
    level: str,
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
