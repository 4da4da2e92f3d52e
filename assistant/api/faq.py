"""Entries over HTTP: questions with their answers, written here."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from assistant.api.documented import fails, gives
from assistant.api.editing_wire import EntryBody, EntryEdit, EntryList, EntryRemoved, MovedBody, NewEntry
from assistant.api.parts import InActor, InParts, Limited, require_operator

router = APIRouter(prefix="/api/v1/faq", tags=["faq"])

_READS = [Depends(Limited("read"))]
_WRITES = [Depends(Limited("write")), Depends(require_operator)]
_MOST_LISTED = 500


@router.get(
    "",
    dependencies=_READS,
    response_model=None,
    responses={**gives(200, EntryList, "By question."), **fails(422, 429)},
)
async def entries(
    parts: InParts,
    actor: InActor,
    collection: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_LISTED)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """List entries: what answers for everyone who may read it, what waits for those who look after it."""
    found = await run_in_threadpool(parts.services.editing.entries, actor, collection)
    return JSONResponse({"entries": found[offset : offset + limit], "total": len(found)})


@router.post(
    "",
    status_code=201,
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(201, MovedBody, "Kept; its state says where."), **fails(403, 404, 409, 413, 422, 429)},
)
async def add(body: NewEntry, parts: InParts, actor: InActor) -> Response:
    """Write an entry. Where its collection asks for nothing more, it answers the next question."""
    made = await run_in_threadpool(parts.services.editing.add_entry, body.model_dump(), actor)
    return JSONResponse(made, 201, {"Location": f"/api/v1/faq/{made['document_id']}"})


@router.get(
    "/{document_id}",
    dependencies=_READS,
    response_model=None,
    responses={**gives(200, EntryBody, "The entry."), **fails(404, 429)},
)
async def entry(document_id: str, parts: InParts, actor: InActor) -> Response:
    """Show an entry."""
    return JSONResponse(await run_in_threadpool(parts.services.editing.entry, document_id, actor))


@router.put(
    "/{document_id}",
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(200, MovedBody, "A new version."), **fails(403, 404, 409, 413, 422, 429)},
)
async def edit(document_id: str, body: EntryEdit, parts: InParts, actor: InActor) -> Response:
    """Write a new version of an entry; 409 when somebody has changed it since ``base``."""
    values = body.model_dump(exclude={"base"})
    moved = await run_in_threadpool(parts.services.editing.edit_entry, document_id, body.base, values, actor)
    return JSONResponse(moved)


@router.delete(
    "/{document_id}",
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(200, EntryRemoved, "It answers no longer."), **fails(403, 404, 413, 429)},
)
async def remove(document_id: str, parts: InParts, actor: InActor) -> Response:
    """Take an entry out of search; its versions are kept and can be rolled back to."""
    return JSONResponse(await run_in_threadpool(parts.services.editing.remove_entry, document_id, actor))
