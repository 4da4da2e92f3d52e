"""Which statuses an endpoint can return, for the OpenAPI document; a test compares it with what is seen."""

from __future__ import annotations

from typing import Any

from assistant.api.wire import ErrorBody

_MEANING = {
    400: "The Host header is not one of this server's names.",
    403: "Not the operator, or a request from another site's page.",
    404: "Nothing there for this reader.",
    409: "Not possible in the present state.",
    413: "The body is too large.",
    422: "A value breaks a rule.",
    429: "Too many requests, or the model's queue is full; Retry-After tells when to come back.",
    500: "A bug; the log has it under X-Request-Id.",
    503: "A model or a store is missing or still loading.",
}

Responses = dict[int | str, dict[str, Any]]


def fails(*statuses: int) -> Responses:
    """Return the declaration of ``statuses`` beside 400 and 500, which every endpoint has."""
    return {
        status: {"model": ErrorBody, "description": _MEANING[status]}
        for status in sorted({400, 500, *statuses})
    }


def gives(status: int, model: type, description: str) -> Responses:
    """Return the declaration of what is returned when all goes well."""
    return {status: {"model": model, "description": description}}


def without_default_422(schema: dict[str, Any]) -> dict[str, Any]:
    """Remove the framework's own 422, which it adds to endpoints that cannot return it."""
    for operations in schema["paths"].values():
        for operation in operations.values():
            declared = operation["responses"].get("422", {})
            if "HTTPValidationError" in str(declared.get("content")):
                del operation["responses"]["422"]
    for name in ("HTTPValidationError", "ValidationError"):
        schema.get("components", {}).get("schemas", {}).pop(name, None)
    return schema
