"""Documents over HTTP: reading for everyone within their rights, changing for the operator."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from assistant.api.documented import fails, gives
from assistant.api.jobs import started
from assistant.api.parts import InParts, InReader, Limited, require_operator
from assistant.api.schemas import document_json, summary_json, version_json
from assistant.api.uploads import UPLOAD_FORM, receive
from assistant.api.wire import (
    DocumentList,
    HistoryBody,
    RemovedBody,
    RollbackBody,
    UploadAccepted,
    VersionBody,
    WholeDocument,
)
from assistant.errors import NotFound

router = APIRouter(prefix="/api/v1/documents", tags=["documents"])

_READS = [Depends(Limited("read"))]
_OPERATOR_READS = [*_READS, Depends(require_operator)]
_WRITES = [Depends(Limited("write")), Depends(require_operator)]
_MOST_LISTED = 500


@router.get(
    "",
    dependencies=_READS,
    response_model=None,
    responses={**gives(200, DocumentList, "Documents by source."), **fails(422, 429)},
)
async def documents(
    parts: InParts,
    reader: InReader,
    limit: Annotated[int, Query(ge=1, le=_MOST_LISTED)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """List the documents of which the caller may see anything."""
    listed, total = await run_in_threadpool(parts.services.library.documents, reader, limit, offset)
    return JSONResponse({"documents": [summary_json(summary) for summary in listed], "total": total})


@router.post(
    "",
    status_code=202,
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(202, UploadAccepted, "Kept; a job indexes them."), **fails(403, 413, 422, 429)},
    openapi_extra=UPLOAD_FORM,
)
async def upload(request: Request, parts: InParts) -> Response:
    """Take files over and start a job that indexes them; a file of the same name becomes a new version."""
    library = parts.services.library
    # Read here and not as parameters: the framework reads forms before it asks who is calling.
    taken = await receive(request, library.uploads, parts.settings.upload_files)
    start = partial(library.ingest, taken.paths, taken.audience, taken.note)
    return await started(start, files=[path.name for path in taken.paths])


@router.get(
    "/{document_id}",
    dependencies=_READS,
    response_model=None,
    responses={**gives(200, WholeDocument, "What the caller may see of it."), **fails(404, 422, 429)},
)
async def document(
    document_id: str,
    parts: InParts,
    reader: InReader,
    version: Annotated[
        int | None, Query(ge=1, description="an older version, as cited; default the current")
    ] = None,
) -> Response:
    """Show a document; 404 also when the caller may see nothing of it."""
    view = await run_in_threadpool(parts.services.library.document, document_id, reader, version)
    if view is None or not view.passages:
        raise NotFound(what="document")
    return JSONResponse(document_json(view))


@router.delete(
    "/{document_id}",
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(200, RemovedBody, "Gone from search."), **fails(403, 404, 413, 429)},
)
async def remove(document_id: str, parts: InParts) -> Response:
    """Take a document out of search."""
    if not await run_in_threadpool(parts.services.library.remove, document_id):
        raise NotFound(what="document")
    return JSONResponse({"document_id": document_id, "state": "removed"})


@router.get(
    "/{document_id}/history",
    dependencies=_OPERATOR_READS,
    response_model=None,
    responses={**gives(200, HistoryBody, "All versions."), **fails(403, 404, 429)},
)
async def history(document_id: str, parts: InParts, reader: InReader) -> Response:
    """List the versions of a document, newest first."""
    versions = await run_in_threadpool(parts.services.library.history, document_id, reader)
    if versions is None:
        raise NotFound(what="document")
    listed = [version_json(version) for version in versions]
    return JSONResponse({"document_id": document_id, "versions": listed})


@router.post(
    "/{document_id}/rollback",
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(200, VersionBody, "Current again."), **fails(403, 404, 409, 413, 422, 429)},
)
async def rollback(document_id: str, parts: InParts, body: RollbackBody | None = None) -> Response:
    """Make an earlier version the current one."""
    wanted = body.version if body else None
    restored = await run_in_threadpool(
        partial(parts.services.library.rollback, document_id, wanted, body.comment if body else "")
    )
    if restored is None:
        raise NotFound(what="document")
    return JSONResponse(version_json(restored))
