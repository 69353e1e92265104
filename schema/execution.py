"""What happens around every operation: its limits, its cost in the answer, and what an error may say."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

import strawberry
import structlog
from graphql import GraphQLError, get_operation_ast
from strawberry.exceptions import MissingQueryError
from strawberry.extensions import MaskErrors, MaxTokensLimiter, SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.types import ExecutionContext

from app.core.errors import PlatformError
from resolvers.context import Context
from schema.documents import Library, Reading
from schema.limits import CEILING, Limits, Measure, Ruler, broken_limits

log = structlog.get_logger()

CALLERS_MISTAKES = (
    GraphQLError,
    MissingQueryError,
    CannotGetOperationTypeError,
    InvalidOperationTypeError,
    RecursionError,
)
"""What Strawberry raises about the request itself: nested too deeply to be read, no such operation, …"""
BOTTOMLESS = Measure(cost=CEILING, depth=sys.getrecursionlimit())


class ErrorDressing(MaskErrors):
    """Gives every error a stable code; what nobody expected is logged whole and told in one calm sentence."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=lambda _error: True)

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        """Return what the client may see of an error."""
        cause = error.original_error
        if cause is None or (error.path is None and isinstance(cause, CALLERS_MISTAKES)):
            code = error.extensions.get("code") if error.extensions else None
            return _shown(
                error, error.message, {**(error.extensions or {}), "code": code or "GRAPHQL_INVALID"}
            )
        if isinstance(cause, PlatformError):
            return _shown(error, cause.message, {"code": cause.code, "retryable": cause.retryable})
        context: Context = self.execution_context.context
        log.error("operation.failed", path=error.path, request_id=context.request_id, exc_info=cause)
        message = f"Something went wrong on our side; the log has it under request {context.request_id}."
        return _shown(error, message, {"code": "INTERNAL", "requestId": context.request_id})


def _shown(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


class Contract(strawberry.Schema):
    """A schema that leaves errors to `ErrorDressing`: what was expected is no line in the log."""

    def process_errors(
        self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None
    ) -> None:
        """Log nothing here."""


class LimitCheck(SchemaExtension):
    """Refuses an operation that asks for too much, before validation and before any resolver."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.cost: int | None = None

    def on_validate(self) -> Iterator[None]:
        """Measure the operation that was chosen."""
        context = self.execution_context
        document = context.graphql_document
        operation = document and get_operation_ast(document, context.operation_name)
        if document and operation:
            schema = context.schema._schema  # noqa: SLF001 - there is no public way
            try:
                measure = Ruler(schema, document, context.variables or {}).operation(operation)
            except RecursionError:  # fragments within fragments, deeper than Python can follow
                measure = BOTTOMLESS
            self.cost = measure.cost
            if broken := broken_limits(measure, self.limits):
                context.pre_execution_errors = broken
        yield

    def get_results(self) -> dict[str, Any]:
        """Tell the cost in every response."""
        return {} if self.cost is None else {"cost": {"requested": self.cost, "limit": self.limits.cost}}


class TimeLimit(SchemaExtension):
    """Gives an operation up when its time is over, whatever it came by; a subscription must begin in it."""

    async def on_execute(self) -> AsyncIterator[None]:
        """Let it run until the limit."""
        context: Context = self.execution_context.context
        seconds = context.platform.settings.request_timeout_seconds
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            message = (
                f"This operation took longer than {seconds:g} seconds and was given up: ask for less at once."
            )
            raise GraphQLError(message, extensions={"code": "TIMEOUT"}) from error


def extensions_for(limits: Limits) -> list[Any]:
    """Return what stands around every operation, outermost first."""
    library = Library()
    return [
        ErrorDressing,
        lambda: MaxTokensLimiter(limits.tokens),
        lambda: LimitCheck(limits),
        lambda: Reading(library),
        TimeLimit,
    ]
