"""Everything that can go wrong on purpose, as one family tree.

    PlatformError
    ├── NotFound       what was asked for is not there (or not yours)
    ├── Invalid        the request contradicts itself or the rules of its field
    │   └── IdempotencyMismatch   a known key came back with another input
    ├── Conflict       the world moved on meanwhile, or two wishes exclude each other
    ├── Forbidden      the caller lacks a scope
    ├── Unauthenticated  nobody, or nobody we know, is calling
    └── Unavailable    a part that we depend on does not answer

A domain adds its own below one of these. Anything else that is raised is a fault of ours:
it is logged whole and the client sees one calm sentence with a trace id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Issue:
    """One broken rule: where (`path`), which (`rule`), and what to do about it (`message`)."""

    path: tuple[str, ...]
    rule: str
    message: str


class PlatformError(Exception):
    """An expected failure: a stable code, a sentence for a person, facts as attributes."""

    code: ClassVar[str] = "PLATFORM"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, path: Sequence[str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = None if path is None else tuple(path)


class NotFound(PlatformError):
    """What was asked for does not exist in this workspace."""

    code = "NOT_FOUND"

    def __init__(
        self, message: str, *, missing_id: str | None = None, path: Sequence[str] | None = None
    ) -> None:
        super().__init__(message, path=path)
        self.missing_id = missing_id


class Invalid(PlatformError):
    """The request breaks a rule; `issues` names each."""

    code = "VALIDATION"

    def __init__(
        self, message: str, *, issues: Sequence[Issue] = (), path: Sequence[str] | None = None
    ) -> None:
        super().__init__(message, path=path)
        self.issues = tuple(issues)


class IdempotencyMismatch(Invalid):
    """An idempotency key that was used before came back with another input."""

    code = "IDEMPOTENCY_MISMATCH"


class Conflict(PlatformError):
    """Somebody else got there first, or the state does not allow it; `current_id` is what stands now."""

    code = "CONFLICT"

    def __init__(
        self, message: str, *, current_id: str | None = None, path: Sequence[str] | None = None
    ) -> None:
        super().__init__(message, path=path)
        self.current_id = current_id


class Forbidden(PlatformError):
    """The caller is known but lacks `required_scope`."""

    code = "FORBIDDEN"

    def __init__(self, message: str, *, required_scope: str) -> None:
        super().__init__(message)
        self.required_scope = required_scope


class Unauthenticated(PlatformError):
    """No credential, or one that is not valid."""

    code = "UNAUTHENTICATED"


class Unavailable(PlatformError):
    """A part that we depend on (`dependency`) does not answer; trying again later may help."""

    code = "DEPENDENCY_DOWN"
    retryable = True

    def __init__(self, message: str, *, dependency: str) -> None:
        super().__init__(message)
        self.dependency = dependency
