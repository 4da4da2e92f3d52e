"""Back-ups, exports and the event log over HTTP, for the operator only."""

from datetime import datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, JSONResponse

from assistant.api.documented import fails, gives
from assistant.api.jobs import started
from assistant.api.keeping_wire import AuditList, AuditReport, ExportBody
from assistant.api.parts import InParts, Limited, require_operator
from assistant.api.wire import JobStarted
from assistant.errors import NotFound

router = APIRouter(prefix="/api/v1", tags=["operator"])

_READS = [Depends(Limited("read")), Depends(require_operator)]
_WRITES = [Depends(Limited("write")), Depends(require_operator)]


@router.post(
    "/backup",
    status_code=202,
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(202, JobStarted, "Started; the job's result names the file."), **fails(403, 413, 429)},
)
async def backup(parts: InParts) -> Response:
    """Write the whole home to a file below `backups` in it; nothing of it is sent."""
    return await started(parts.services.keeping.backup)


@router.post(
    "/export",
    status_code=202,
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(202, JobStarted, "Started."), **fails(403, 413, 422, 429)},
)
async def export(parts: InParts, body: ExportBody | None = None) -> Response:
    """Write all documents with their metadata to a zip, to be fetched once the job is done."""
    audience = body.audience if body else None
    return await started(partial(parts.services.keeping.export, audience))


@router.get(
    "/export/{job_id}",
    dependencies=_READS,
    response_model=None,
    responses={
        200: {"description": "The zip.", "content": {"application/zip": {}}},
        **fails(403, 404, 429),
    },
)
async def exported(job_id: str, parts: InParts) -> Response:
    """Fetch what an export's job wrote."""
    file = await run_in_threadpool(parts.services.keeping.exported, job_id)
    if file is None:
        raise NotFound(what="job")
    return FileResponse(file, media_type="application/zip", filename=file.name)


@router.get(
    "/audit",
    dependencies=_READS,
    response_model=None,
    responses={**gives(200, AuditList, "Newest first."), **fails(403, 422, 429)},
)
async def audit(
    parts: InParts,
    kind: Annotated[
        str | None, Query(max_length=100, description="document.published, or document for all of them")
    ] = None,
    since: datetime | None = None,
    before: Annotated[int | None, Query(ge=1, description="events before this number")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """List events of the log."""
    found = await run_in_threadpool(parts.services.keeping.events, limit, kind, since, before)
    return JSONResponse({"events": found})


@router.get(
    "/audit/verify",
    dependencies=_READS,
    response_model=None,
    responses={**gives(200, AuditReport, "What was found."), **fails(403, 422, 429)},
)
async def verify(
    parts: InParts,
    head: Annotated[str | None, Query(max_length=100, description="a head noted earlier")] = None,
) -> Response:
    """Check every link of the log."""
    return JSONResponse(await run_in_threadpool(parts.services.keeping.verify, head))
