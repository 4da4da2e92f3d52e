"""Golden questions over HTTP: what a collection must go on answering."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from assistant.api.documented import fails, gives
from assistant.api.editing_wire import GoldenAdded, GoldenBody, GoldenCheck, GoldenList, NewGolden
from assistant.api.jobs import started
from assistant.api.parts import InActor, InParts, Limited, require_operator
from assistant.api.wire import JobStarted

router = APIRouter(prefix="/api/v1/golden", tags=["golden"])

_READS = [Depends(Limited("read")), Depends(require_operator)]
_WRITES = [Depends(Limited("write")), Depends(require_operator)]


@router.get(
    "",
    dependencies=_READS,
    response_model=None,
    responses={**gives(200, GoldenList, "By collection."), **fails(403, 404, 422, 429)},
)
async def questions(
    parts: InParts,
    actor: InActor,
    collection: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
) -> Response:
    """List golden questions with what must be found for each."""
    found = await run_in_threadpool(parts.services.editing.golden, actor, collection)
    return JSONResponse({"questions": found})


@router.post(
    "",
    status_code=201,
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(201, GoldenAdded, "Kept."), **fails(403, 404, 413, 422, 429)},
)
async def add(body: NewGolden, parts: InParts, actor: InActor) -> Response:
    """Add golden questions to a collection, all or none; those that are there already are passed over."""
    given = [one.model_dump() for one in body.questions]
    added = await run_in_threadpool(parts.services.editing.add_golden, body.collection, given, actor)
    return JSONResponse({"added": added}, 201)


@router.post(
    "/check",
    status_code=202,
    dependencies=_WRITES,
    response_model=None,
    responses={
        **gives(202, JobStarted, "Started; the job's result has each question."),
        **fails(403, 404, 413, 422, 429),
    },
)
async def check(body: GoldenCheck, parts: InParts, actor: InActor) -> Response:
    """Ask a collection's golden questions as things stand."""
    return await started(partial(parts.services.editing.start_check, body.collection, actor))


@router.delete(
    "/{question_id}",
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(200, GoldenBody, "Forgotten."), **fails(403, 404, 413, 429)},
)
async def remove(question_id: str, parts: InParts, actor: InActor) -> Response:
    """Forget a golden question."""
    return JSONResponse(await run_in_threadpool(parts.services.editing.remove_golden, question_id, actor))
