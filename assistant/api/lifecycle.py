"""Versions over HTTP: what changed, what a citation has become, pins, days, expiry."""

from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from assistant.api.documented import fails, gives
from assistant.api.lifecycle_wire import (
    DaysBody,
    DaysSet,
    DifferenceBody,
    ExpiringList,
    OpenedCitation,
    PinBody,
    PinnedBody,
)
from assistant.api.parts import InParts, InReader, Limited, require_operator
from assistant.errors import InvalidRequest, NotFound
from knowledge.moments import in_utc

router = APIRouter(prefix="/api/v1/documents", tags=["documents"])

_READS = [Depends(Limited("read"))]
_OPERATOR_READS = [*_READS, Depends(require_operator)]
_WRITES = [Depends(Limited("write")), Depends(require_operator)]
Version = Annotated[int, Query(ge=1)]


@router.get(
    "/expiring",
    dependencies=_OPERATOR_READS,
    response_model=None,
    responses={**gives(200, ExpiringList, "The first to go first."), **fails(403, 422, 429)},
)
async def expiring(
    parts: InParts, reader: InReader, days: Annotated[int, Query(ge=0, le=3650)] = 30
) -> Response:
    """List the documents that expire within some days, or have expired."""
    found = await run_in_threadpool(parts.services.life_cycle.expiring, days, reader)
    return JSONResponse({"documents": found})


@router.get(
    "/{document_id}/diff",
    dependencies=_READS,
    response_model=None,
    responses={**gives(200, DifferenceBody, "What changed."), **fails(404, 422, 429)},
)
async def diff(
    document_id: str,
    parts: InParts,
    reader: InReader,
    before: Annotated[int | None, Query(alias="from", ge=1, description="default: the one before")] = None,
    after: Annotated[int | None, Query(alias="to", ge=1, description="default: the one in force")] = None,
) -> Response:
    """Compare two versions clause by clause; 404 unless the caller may see all of both."""
    found = await run_in_threadpool(parts.services.life_cycle.difference, document_id, before, after, reader)
    if found is None:
        raise NotFound(what="document")
    return JSONResponse(found)


@router.get(
    "/{document_id}/citation",
    dependencies=_READS,
    response_model=None,
    responses={**gives(200, OpenedCitation, "As it was cited."), **fails(404, 422, 429)},
)
async def citation(
    document_id: str,
    parts: InParts,
    reader: InReader,
    version: Version,
    start: Annotated[int, Query(ge=0)],
    end: Annotated[int, Query(ge=1)],
) -> Response:
    """Open a citation: the text of the version that was cited, and whether its clause is still the same."""
    found = await run_in_threadpool(
        parts.services.life_cycle.citation, document_id, version, (start, end), reader
    )
    if found is None:
        raise NotFound(what="document")
    return JSONResponse(found)


@router.post(
    "/{document_id}/pin",
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(200, PinnedBody, "Pinned."), **fails(403, 404, 413, 422, 429)},
)
async def pin(document_id: str, parts: InParts, body: PinBody | None = None) -> Response:
    """Keep a version in force whatever the file becomes; new readings wait behind it."""
    version = body.version if body else None
    found = await run_in_threadpool(partial(parts.services.life_cycle.pin, document_id, version))
    if found is None:
        raise NotFound(what="document")
    return JSONResponse({"document_id": document_id, "version": found, "pinned": True})


@router.delete(
    "/{document_id}/pin",
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(200, PinnedBody, "Follows its file again."), **fails(403, 404, 413, 429)},
)
async def unpin(document_id: str, parts: InParts) -> Response:
    """Let the document follow its file again; what waited behind the pin comes into force."""
    found = await run_in_threadpool(parts.services.life_cycle.unpin, document_id)
    if found is None:
        raise NotFound(what="document")
    return JSONResponse({"document_id": document_id, "version": found, "pinned": False})


@router.patch(
    "/{document_id}/days",
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(200, DaysSet, "Set."), **fails(403, 404, 413, 422, 429)},
)
async def days(document_id: str, parts: InParts, body: DaysBody) -> Response:
    """Set from when until when a version answers."""
    changes: dict[str, datetime | None] = {
        name: None if (day := getattr(body, name)) is None else in_utc(day)
        for name in ("effective_from", "expires_at")
        if name in body.model_fields_set
    }
    if not changes:
        raise InvalidRequest(reason="give effective_from or expires_at; null means at once, or never")
    try:
        found = await run_in_threadpool(
            parts.services.life_cycle.set_days, document_id, body.version, changes
        )
    except ValueError as error:
        raise InvalidRequest(reason=str(error)) from error
    if found is None:
        raise NotFound(what="document")
    return JSONResponse({"document_id": document_id, "version": found})
