"""GraphQL over HTTP, Server-Sent Events and graphql-transport-ws: Strawberry's view, our identity and limits."""

import asyncio
from datetime import timedelta
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry import Schema
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.execution import ExecutionResult
from strawberry.types.unset import UnsetType

from app.core.errors import PlatformError, Unauthenticated
from app.governance.actors import Actor
from app.governance.authentication import Authenticator
from resolvers.context import Context, Platform

INIT_TIMEOUT = timedelta(seconds=5)


class GraphQLEndpoint(GraphQL[Context, None]):
    """The one door to the contract."""

    def __init__(self, schema: Schema, platform: Platform, authenticator: Authenticator) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            connection_init_wait_timeout=INIT_TIMEOUT,
        )
        self.platform = platform
        self.authenticator = authenticator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask who is calling before anything is parsed; a socket is asked when it opens."""
        if scope["type"] == "http":
            try:
                scope["state"]["actor"] = await self.authenticate(Request(scope).headers.get("authorization"))
            except PlatformError as error:
                await refusal(error)(scope, receive, send)
                return
        await super().__call__(scope, receive, send)

    async def authenticate(self, authorization: str | None) -> Actor:
        """Return who holds the key; raise `Unauthenticated`."""
        return await self.authenticator.authenticate(authorization)

    async def get_context(
        self,
        request: Request | WebSocket,
        response: Response | WebSocket,  # noqa: ARG002 - the view hands it over
    ) -> Context:
        """Build what the resolvers of this request are given."""
        state = request.scope["state"]
        return Context(self.platform, request_id=state["request_id"], caller=state.get("actor"))

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """Ask a socket who it is; 4403 closes it where nobody knows."""
        given = context.connection_params
        header = given.get("authorization") or given.get("Authorization")
        try:
            context.caller = await self.authenticate(header if isinstance(header, str) else None)
        except Unauthenticated as error:
            raise ConnectionRejectionError from error
        return await super().on_ws_connect(context)

    async def execute_single(self, *args: Any, **kwargs: Any) -> ExecutionResult:  # noqa: ANN401 - passed on as it came
        """Give an operation up when its time is over."""
        limit = self.platform.settings.request_timeout_seconds
        try:
            async with asyncio.timeout(limit):
                return await super().execute_single(*args, **kwargs)
        except TimeoutError:
            message = (
                f"This operation took longer than {limit:g} seconds and was given up: ask for less at once."
            )
            return ExecutionResult(data=None, errors=[GraphQLError(message, extensions={"code": "TIMEOUT"})])

    def decode_json(self, data: str | bytes) -> object:
        """Parse a body or a socket's message."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> str:
        """Write an answer."""
        return orjson.dumps(data).decode()


def refusal(error: PlatformError) -> Response:
    """Answer a request that nobody may make: 401 for no or a bad key, 503 where keys can't be looked up."""
    body = {"errors": [{"message": error.message, "extensions": {"code": error.code}}]}
    known = isinstance(error, Unauthenticated)
    headers = {"WWW-Authenticate": "Bearer"} if known else {"Retry-After": "1"}
    return Response(orjson.dumps(body), 401 if known else 503, headers, "application/json")
