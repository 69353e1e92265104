"""What the fixtures of training hand out."""

from collections.abc import Awaitable, Callable

from app.core.ids import RunId

Train = Callable[[RunId], Awaitable[None]]
Launch = Callable[..., Awaitable[RunId]]
