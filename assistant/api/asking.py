"""POST /api/v1/ask and /api/v1/search."""

import time
from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from assistant.answering.types import Event, Turn
from assistant.api.answers import Asking
from assistant.api.documented import fails, gives
from assistant.api.failures import error_json, translate
from assistant.api.parts import InParts, InReader, Limited, question_of
from assistant.api.schemas import answer_json, event_json, search_json
from assistant.api.streams import EventStream, encode_event
from assistant.api.wire import AnswerBody, AskBody, SearchBody, SearchResult
from assistant.errors import InvalidRequest
from assistant.web.catalogue import Tongue, negotiate

router = APIRouter(prefix="/api/v1", tags=["answers"])

CLIENT_LEFT = 499  # nobody reads it; it is for the count of requests

_EVENTS: dict[str, Any] = {
    "text/event-stream": {
        "schema": {
            "type": "string",
            "description": "With `Accept: text/event-stream`. Events: `retrieved` {hits}; `clause` "
            "{citation, text}; `queued` {position, wait_s}; `delta` {sentence, text, citations}, one checked "
            "sentence each; then exactly one `final` (the whole answer) or `error` (the one error shape).",
        }
    }
}


@router.post(
    "/ask",
    dependencies=[Depends(Limited("ask"))],
    response_model=None,
    responses={
        200: {"model": AnswerBody, "description": "The answer, or its events.", "content": _EVENTS},
        **fails(403, 413, 422, 429, 503),
    },
)
async def ask(body: AskBody, request: Request, parts: InParts, reader: InReader) -> Response:
    """Answer a question from the documents that the caller may read."""
    history = [Turn(turn.role, turn.content) for turn in body.history]
    question = question_of(body.question, history, parts.settings)
    asking = Asking(parts, question, reader.narrowed(body.audience))
    if "text/event-stream" in request.headers.get("accept", "").lower():
        tongue = negotiate(request.headers.get("accept-language"))
        return EventStream(_encoded(await asking.opened(request), tongue), asking.leave)
    answer = await asking.whole(request)
    return JSONResponse(answer_json(answer)) if answer else Response(status_code=CLIENT_LEFT)


@router.post(
    "/search",
    dependencies=[Depends(Limited("read"))],
    response_model=None,
    responses={**gives(200, SearchResult, "Hits, best first."), **fails(403, 413, 422, 429, 503)},
)
async def search(body: SearchBody, parts: InParts, reader: InReader) -> Response:
    """Find passages in the documents that the caller may read."""
    query = question_of(body.query, [], parts.settings).text
    if body.k > parts.settings.search_hits:
        raise InvalidRequest(reason=f"k is {body.k}; at most {parts.settings.search_hits}")
    started = time.perf_counter()
    hits = await run_in_threadpool(
        parts.services.searcher.search, query, reader.narrowed(body.audience), body.k
    )
    return JSONResponse(search_json(query, hits, (time.perf_counter() - started) * 1000))


async def _encoded(events: AsyncIterator[Event], tongue: Tongue) -> AsyncIterator[bytes]:
    try:
        async for event in events:
            yield encode_event(*event_json(event))
    except Exception as error:  # noqa: BLE001 - the status has left already: the stream tells
        yield encode_event("error", error_json(translate(error), tongue))
