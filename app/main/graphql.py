"""GraphQL over HTTP, Server-Sent Events and graphql-transport-ws: Strawberry's view, our identity and rules.

Every request says who is asking before anything of it is read. Bodies that are no question are the
client's mistake and never a fault of ours.
"""

from datetime import timedelta
from typing import Any

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry import Schema
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError, MissingQueryError
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType
from strawberry.types.unset import UnsetType

from app.core.errors import PlatformError, Unauthenticated
from app.governance.actors import Actor
from app.governance.authentication import Authenticator
from app.main.answers import GRAPHQL_RESPONSE, answer_type, identity_refusal, is_request_error, refusal
from app.main.sockets import SocketAdapter, SocketHandler
from resolvers.context import Context, Platform

INIT_TIMEOUT = timedelta(seconds=5)
ALLOWED = {"GET": "POST"}
"""What to use instead of a method that is refused; GET is refused for all but queries."""

BY_METHOD = {
    "GET": {OperationType.QUERY},
    "POST": {OperationType.QUERY, OperationType.MUTATION},
}
SUBSCRIBE_ELSEWHERE = (
    "A subscription needs a stream: send `accept: text/event-stream`, or open a WebSocket with the "
    "subprotocol graphql-transport-ws."
)


class GraphQLEndpoint(GraphQL[Context, None]):
    """The one door to the contract."""

    websocket_adapter_class = SocketAdapter
    graphql_transport_ws_handler_class = SocketHandler

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
            answer = await self._answer(Request(scope, receive))
            await answer(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            request.scope["state"]["actor"] = await self.authenticate(request.headers.get("authorization"))
            return await self.run(request)
        except PlatformError as error:
            return identity_refusal(error)
        except HTTPException as error:
            allow = ALLOWED.get(request.method, "GET, POST")
            headers = {"Allow": allow} if error.status_code == 405 else None  # noqa: PLR2004 - HTTP's
            return refusal(error.status_code, error.reason, headers=headers)

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
        given, context.connection_params = context.connection_params, {}  # the key is not kept
        header = given.get("authorization") or given.get("Authorization")
        try:
            context.caller = await self.authenticate(header if isinstance(header, str) else None)
        except Unauthenticated as error:
            raise ConnectionRejectionError from error
        return await super().on_ws_connect(context)

    def should_render_graphql_ide(self, request: object) -> bool:  # noqa: ARG002 - Strawberry's signature
        """Render none here: the explorer has a place of its own."""
        return False

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        """Begin the answer: its media type is what the client likes best."""
        answer = await super().get_sub_response(request)
        answer.media_type = answer_type(request.headers.get("accept", ""))
        return answer

    async def parse_http_body(
        self, request: AsyncHTTPRequestAdapter
    ) -> GraphQLRequestData | list[GraphQLRequestData]:
        """Read the question; raise an `HTTPException` of the client's mistake where there is none."""
        content_type = (request.content_type or "").partition(";")[0].strip().lower()
        if request.method == "POST" and content_type != "application/json":
            raise HTTPException(415, "Send the operation as JSON: content-type: application/json.")
        asked = await super().parse_http_body(request)
        if isinstance(asked, GraphQLRequestData) and not isinstance(asked.operation_name, str | None):
            raise HTTPException(400, "`operationName` must be a string or null, if provided.")
        return asked

    def parse_json(self, data: str | bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
        """Parse a body (bytes) or a query parameter (text)."""
        parsed = super().parse_json(data)
        if isinstance(data, bytes) and not isinstance(parsed, dict | list):
            raise HTTPException(400, "The body must be a JSON object with a `query`.")
        return parsed

    async def execute_single(
        self,
        request: Request,  # noqa: ARG002 - Strawberry's signature
        request_adapter: AsyncHTTPRequestAdapter,
        sub_response: Response,
        context: Context,
        root_value: None,
        request_data: GraphQLRequestData,
    ) -> ExecutionResult:
        """Execute one operation; a request error is 400 for those who know GraphQL's own media type."""
        try:
            result = await self.schema.execute(
                request_data.query,
                variable_values=request_data.variables,
                context_value=context,
                root_value=root_value,
                operation_name=request_data.operation_name,
                allowed_operation_types=BY_METHOD[request_adapter.method],
                operation_extensions=request_data.extensions,
            )
        except MissingQueryError as error:
            raise HTTPException(400, "The request has no `query`.") from error
        except CannotGetOperationTypeError as error:
            raise HTTPException(400, error.as_http_error_reason()) from error
        except InvalidOperationTypeError as error:
            if error.operation_type is OperationType.SUBSCRIPTION:
                raise HTTPException(400, SUBSCRIBE_ELSEWHERE) from error
            raise HTTPException(405, error.as_http_error_reason(request_adapter.method)) from error
        if sub_response.media_type == GRAPHQL_RESPONSE and is_request_error(result):
            sub_response.status_code = 400
        return result

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Shape an answer: where nothing was executed, there is no `data`, not even null."""
        answer = await super().process_result(request, result)
        if is_request_error(result):
            answer.pop("data", None)
        return answer

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        """Write an answer in the media type that was chosen when it began."""
        body = self.encode_json(response_data)
        return Response(body, sub_response.status_code or 200, media_type=sub_response.media_type)

    def decode_json(self, data: str | bytes) -> object:
        """Parse a body or a socket's message."""
        return orjson.loads(data)

    def encode_json(self, data: object) -> str:
        """Write an answer."""
        return orjson.dumps(data).decode()
