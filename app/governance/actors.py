"""Who asks: the answer of authentication, and the only thing that permissions are decided by."""

from dataclasses import dataclass
from enum import StrEnum

from app.core.errors import Forbidden
from app.core.ids import ActorId, WorkspaceId
from app.governance.scopes import MEANINGS, Scope


class ActorKind(StrEnum):
    """What sort of somebody acts."""

    USER = "USER"
    SERVICE = "SERVICE"
    SCHEDULER = "SCHEDULER"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody known, in the one workspace that they act in; `id` is that of their key, if they have one."""

    id: ActorId | None
    name: str
    kind: ActorKind
    workspace_id: WorkspaceId
    scopes: frozenset[Scope]

    def holds(self, scope: Scope) -> bool:
        """Whether the actor may do what `scope` allows; ADMIN may do everything."""
        return scope in self.scopes or Scope.ADMIN in self.scopes

    def require(self, scope: Scope) -> None:
        """Raise `Forbidden`, saying what is missing and how to get it, unless the actor holds `scope`."""
        if not self.holds(scope):
            held = ", ".join(sorted(self.scopes)) or "none"
            message = (
                f"“{self.name}” lacks the scope {scope} ({MEANINGS[scope].rstrip('.')}); it holds: {held}. "
                f"Ask an administrator of the workspace for a key with {scope}."
            )
            raise Forbidden(message, required_scope=scope)
