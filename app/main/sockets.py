"""graphql-transport-ws to the letter: whatever a client sends, a socket ends with a code that says why.

Who is calling is asked once, when the socket opens; one operation's mistake is told to that operation alone.
"""

from typing import Any

from graphql import GraphQLError
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage, Message

from app.core.errors import Unavailable
from resolvers.context import Context

TRY_AGAIN_LATER = 1013
LONGEST_REASON_BYTES = 123
"""What a close frame has room for."""


class SocketAdapter(ASGIWebSocketAdapter):
    """A socket whose reasons for closing always fit."""

    async def close(self, code: int, reason: str) -> None:
        """Close the socket; a reason that is too long is cut, not refused."""
        await super().close(code, reason.encode()[:LONGEST_REASON_BYTES].decode(errors="ignore"))


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """One socket with its operations."""

    async def handle_message(self, message: Message) -> None:
        """Pass a message on if it has the form that the protocol gives it; 4400 otherwise."""
        fault = find_fault(message)
        if fault is None:
            await super().handle_message(message)
        else:
            await self.handle_invalid_message(fault)

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Ask who is calling: the payload says it, or else the header with which the socket was opened."""
        assert isinstance(self.websocket, SocketAdapter)  # noqa: S101 - the view makes no other
        header = self.websocket.ws.headers.get("authorization")
        payload: dict[str, object] = message.get("payload") or {}
        if header is not None and not {"authorization", "Authorization"} & payload.keys():
            payload = {**payload, "authorization": header}
        try:
            await super().handle_connection_init({"type": "connection_init", "payload": payload})
        except Unavailable as error:
            await self.websocket.close(TRY_AGAIN_LATER, error.message)
        self.websocket.ws.scope["state"]["actor"] = self.context.caller  # for the socket's line in the log

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> str | None:  # noqa: ARG004 - overridden
        """Close for no operation's mistake: Strawberry would end all the others with it."""
        return None


def find_fault(message: Any) -> str | None:  # noqa: ANN401 - anything that is JSON
    """Return what is wrong with the form of a message, None where it is right."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message is a JSON object with a type"
    kind, payload = message["type"], message.get("payload")
    if kind in {"subscribe", "complete"} and not isinstance(message.get("id"), str):
        return f"A {kind} message needs an id"
    if kind == "subscribe" and not isinstance(payload, dict):
        return "A subscribe message needs a payload"
    if not isinstance(payload, dict | None):
        return "A payload is a JSON object"
    return _find_operation_fault(payload or {}) if kind == "subscribe" else None


def _find_operation_fault(payload: dict[str, Any]) -> str | None:
    if not isinstance(payload.get("query"), str):
        return "payload.query must be a string"
    if not isinstance(payload.get("operationName"), str | None):
        return "payload.operationName must be a string"
    wrong = [name for name in ("variables", "extensions") if not isinstance(payload.get(name), dict | None)]
    return f"payload.{wrong[0]} must be an object" if wrong else None
