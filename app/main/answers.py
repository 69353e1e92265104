"""Answers that are no data: who may not ask, what can't be read, and in which shape errors are told."""

from collections.abc import Mapping

import orjson
from starlette.responses import Response
from strawberry.types.execution import ExecutionResult

from app.core.errors import PlatformError, Unauthenticated

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"


def refusal(
    status: int,
    message: str,
    *,
    code: str = "BAD_REQUEST",
    headers: Mapping[str, str] | None = None,
    **facts: str,
) -> Response:
    """Return an error in the shape of a GraphQL answer, for those that never reach GraphQL."""
    body = {"errors": [{"message": message, "extensions": {"code": code, **facts}}]}
    return Response(orjson.dumps(body), status, headers, JSON)


def identity_refusal(error: PlatformError) -> Response:
    """Answer a request that nobody may make: 401 for no or a bad key, 503 where keys can't be looked up."""
    if isinstance(error, Unauthenticated):
        return refusal(401, error.message, code=error.code, headers={"WWW-Authenticate": "Bearer"})
    return refusal(503, error.message, code=error.code, headers={"Retry-After": "1"})


def answer_type(accept: str) -> str:
    """Return the media type to answer in: GraphQL's own where it is asked for before plain JSON.

    >>> answer_type("application/graphql-response+json, application/json;q=0.9")
    'application/graphql-response+json'
    >>> answer_type("*/*")
    'application/json'
    """
    weights = dict(_weighed(part) for part in accept.lower().split(","))
    wanted = weights.get(GRAPHQL_RESPONSE, 0.0)
    return GRAPHQL_RESPONSE if wanted > 0 and wanted >= weights.get(JSON, 0.0) else JSON


def is_request_error(result: ExecutionResult) -> bool:
    """Whether nothing was executed: the request itself is at fault, and its answer has no data at all."""
    errors = result.errors or []
    codes = {(error.extensions or {}).get("code") for error in errors}
    return (
        result.data is None
        and bool(errors)
        and all(error.path is None for error in errors)
        and "TIMEOUT" not in codes
    )


def _weighed(part: str) -> tuple[str, float]:
    name, *parameters = (text.strip() for text in part.split(";"))
    given = next((text.removeprefix("q=") for text in parameters if text.startswith("q=")), "1")
    try:
        return name, float(given)
    except ValueError:
        return name, 0.0
