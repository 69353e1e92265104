"""Expected failures as types: every mutation answers a union of its success and these problems.

Each problem shows a `PlatformError` of the floors below, attribute by attribute.
"""

from enum import StrEnum
from typing import Any

import strawberry
from strawberry import ID

from app.core import errors
from app.governance.scopes import Scope
from schema.enums import show_enum


class ErrorCode(StrEnum):
    """The codes of the families in app/core/errors.py that a mutation may answer."""

    NOT_FOUND = "NOT_FOUND"
    VALIDATION = "VALIDATION"
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH"
    CONFLICT = "CONFLICT"
    FORBIDDEN = "FORBIDDEN"
    DEPENDENCY_DOWN = "DEPENDENCY_DOWN"


show_enum(
    ErrorCode,
    "What kind of failure it is; stable, made for programmes.",
    {
        ErrorCode.NOT_FOUND: "What was named does not exist, or not for you.",
        ErrorCode.VALIDATION: "The input breaks a rule.",
        ErrorCode.IDEMPOTENCY_MISMATCH: "A known idempotency key came back with another input.",
        ErrorCode.CONFLICT: "The state does not allow it, or somebody else got there first.",
        ErrorCode.FORBIDDEN: "Your key lacks a scope.",
        ErrorCode.DEPENDENCY_DOWN: "A part that is needed does not answer just now: try again.",
    },
)


@strawberry.interface(
    description="Every expected failure: select `... on Error` and a new kind never breaks you."
)
class Error:
    """What all problems have."""

    message: str = strawberry.field(description="What was asked, what was found, what to do: for a person.")
    code: ErrorCode = strawberry.field(description="What kind of failure it is: for a programme.")
    path: list[str] | None = strawberry.field(description="The input field that it is about, if any.")
    retryable: bool = strawberry.field(description="Whether the same request may succeed later.")


@strawberry.type(description="One rule that an input breaks.")
class ValidationIssue:
    """Shows `app.core.errors.Issue`."""

    path: list[str] = strawberry.field(description="The input field, outermost first.")
    message: str = strawberry.field(description="What is wrong and what would be right.")
    rule: str = strawberry.field(description="Stable name of the rule.")


@strawberry.type(description="What was named does not exist, or not for you.")
class NotFoundError(Error):
    """Shows `NotFound`."""

    missing_id: ID | None = strawberry.field(description="The id or name that was looked for.")


@strawberry.type(description="The input breaks a rule, or an idempotency key came back with another input.")
class ValidationError(Error):
    """Shows `Invalid`."""

    issues: list[ValidationIssue] = strawberry.field(description="Each broken rule.")


@strawberry.type(description="The state does not allow it, or somebody else got there first.")
class ConflictError(Error):
    """Shows `Conflict`."""

    current_id: ID | None = strawberry.field(
        description="What stands there now, as an id that `node` accepts."
    )


@strawberry.type(description="Your key lacks a scope.")
class ForbiddenError(Error):
    """Shows `Forbidden`."""

    required_scope: Scope = strawberry.field(description="The scope that is missing.")


@strawberry.type(description="A part that is needed does not answer just now.")
class DependencyDownError(Error):
    """Shows `Unavailable`."""

    dependency: str = strawberry.field(description="Which part.")


_TYPES: dict[type[errors.PlatformError], type[Error]] = {
    errors.NotFound: NotFoundError,
    errors.Invalid: ValidationError,
    errors.Conflict: ConflictError,
    errors.Forbidden: ForbiddenError,
    errors.Unavailable: DependencyDownError,
}


def problem_type(error: errors.PlatformError) -> type[Error] | None:
    """Return the GraphQL type that shows an error, None where only a top-level error can."""
    return next((shown for family, shown in _TYPES.items() if isinstance(error, family)), None)


def dress(error: errors.PlatformError, shown: type[Error]) -> Error:
    """Return the problem that shows an error."""
    facts: dict[str, Any] = {
        "message": error.message,
        "code": ErrorCode(error.code),
        "path": None if error.path is None else list(error.path),
        "retryable": error.retryable,
    }
    match error:
        case errors.NotFound():
            facts["missing_id"] = error.missing_id
        case errors.Invalid():
            facts["issues"] = error.issues
        case errors.Conflict():
            facts["current_id"] = error.current_id
        case errors.Forbidden():
            facts["required_scope"] = Scope(error.required_scope)
        case errors.Unavailable():
            facts["dependency"] = error.dependency
    return shown(**facts)
