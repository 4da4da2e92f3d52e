"""Every error leaves in one shape: ``{"error":{"code","message","details"}}``, in the reader's language."""

from __future__ import annotations

import math
import traceback
from typing import TYPE_CHECKING

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from assistant.api.refusals import refusal
from assistant.errors import (
    AssistantError,
    Internal,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    NotReady,
    Overloaded,
    WrongState,
)
from assistant.web.catalogue import catalogue, negotiate
from knowledge.errors import (
    BadValue,
    Conflict,
    IndexBroken,
    IndexMismatch,
    KnowledgeError,
    NotAllowed,
    NothingIndexed,
    NotReadable,
    VectorsUnreachable,
)
from knowledge.errors import NotFound as UnknownThing
from knowledge.errors import WrongState as JobInWrongState
from models.errors import Busy, LoadFailed, MissingWeights, ModelError

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.types import Scope

    from assistant.web.catalogue import Tongue

_log = structlog.get_logger(__name__)

# The innermost frames: the framework's own twenty above them say nothing.
_FRAMES = 8

# Our code for what the framework itself refuses.
_BY_STATUS: dict[int, type[AssistantError]] = {404: NotFound, 405: MethodNotAllowed}


def error_json(error: AssistantError, tongue: Tongue) -> dict[str, object]:
    """Encode an error in the one shape."""
    message = catalogue(tongue).text(f"error.{error.code}", **_told(error, tongue))
    return {"error": {"code": error.code, "message": message, "details": error.details}}


def error_response(error: AssistantError, scope: Scope) -> JSONResponse:
    """Return the response for an error in the language that the request accepts."""
    headers = {}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_s)))
    tongue = negotiate(Headers(scope=scope).get("accept-language"))
    return JSONResponse(error_json(error, tongue), error.status, headers)


def translate(error: Exception) -> AssistantError:  # noqa: C901, PLR0911 - a table of cases
    """Return ours for any exception; what nobody expected is logged and becomes ``Internal``."""
    match error:
        case AssistantError():
            return error
        case Busy():
            return Overloaded(
                details={"position": error.position, "wait_s": error.wait_s}, retry_after_s=error.wait_s
            )
        case JobInWrongState():
            return WrongState()
        case MissingWeights() | LoadFailed() | NothingIndexed() | IndexMismatch() | IndexBroken():
            return NotReady(details={"cause": error.code, "advice": str(error)})
        case VectorsUnreachable():  # its text has an address that readers need not know
            return NotReady(details={"cause": error.code, "advice": "the Chroma server must be started"})
        case UnknownThing():
            return NotFound(what=error.what)
        case NotReadable():  # the two must look the same
            return NotFound(what="document")
        case NotAllowed() | Conflict() | BadValue():
            return refusal(error)
        case RequestValidationError():
            return InvalidRequest(details=_broken_rules(error), reason=_first_rule(error))
        case HTTPException(__cause__=AssistantError() as cause):  # FastAPI wraps what reading a body raises
            return cause
        case HTTPException():
            kind = _BY_STATUS.get(error.status_code)
            return kind() if kind else InvalidRequest(reason=error.detail)
    # As text: a renderer that shows local variables would put questions into the log.
    _log.error("unexpected error", traceback="".join(traceback.format_exception(error, limit=-_FRAMES)))
    return Internal()


def install(app: FastAPI) -> None:
    """Let ``app`` answer every error that reaches it in the one shape."""

    async def respond(request: Request, error: Exception) -> JSONResponse:
        response = error_response(translate(error), request.scope)
        if isinstance(error, HTTPException) and error.headers:
            response.headers.update(error.headers)  # Allow, for a method that is not
        return response

    for kind in (AssistantError, ModelError, KnowledgeError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, respond)


def _told(error: AssistantError, tongue: Tongue) -> dict[str, object]:
    """Return the message's values; a value that names a thing is itself looked up."""
    texts = catalogue(tongue).texts
    values = dict(error.values)
    if isinstance(error, NotFound):
        values["what"] = texts[f"thing.{values.get('what', 'page')}"]
    elif "what" in values:
        values["what"] = texts[f"field.{values['what']}"]
    if "state" in values:
        values["state"] = texts[f"state.{values['state']}"]
    return values


def _broken_rules(error: RequestValidationError) -> list[dict[str, object]]:
    """Return where and which rule, without the value: it may be long, or somebody's secret."""
    return [
        {"where": ".".join(str(part) for part in rule["loc"]), "rule": rule["msg"]} for rule in error.errors()
    ]


def _first_rule(error: RequestValidationError) -> str:
    first = _broken_rules(error)[0]
    return f"{first['where']}: {first['rule']}"
