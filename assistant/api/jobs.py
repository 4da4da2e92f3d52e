"""Background jobs over HTTP: lists, one job, its progress as it happens, retry, cancel, discard."""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from assistant.api.documented import fails, gives
from assistant.api.parts import InActor, InParts, Limited, Parts, require_operator
from assistant.api.schemas import job_json
from assistant.api.services import Job, JobState
from assistant.api.streams import EventStream, encode_event
from assistant.api.wire import JobBody, JobList
from assistant.errors import NotFound
from knowledge.permissions import Actor

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])

_READS = [Depends(Limited("read")), Depends(require_operator)]
_WRITES = [Depends(Limited("write")), Depends(require_operator)]
_LOOK_S = 0.5  # between two looks at a job that is followed; another process may be at it


States = Annotated[
    list[JobState] | None,
    Query(alias="state", description="only these; may be repeated; failed: dead letters"),
]


@router.get(
    "",
    dependencies=_READS,
    response_model=None,
    responses={**gives(200, JobList, "Newest first."), **fails(403, 422, 429)},
)
async def jobs(
    parts: InParts, actor: InActor, state: States = None, limit: Annotated[int, Query(ge=1, le=500)] = 50
) -> Response:
    """List background jobs. Those in the state `failed` are not tried again unless somebody asks for it."""
    listed = await run_in_threadpool(parts.services.jobs.jobs, limit, tuple(state or ()), actor)
    return JSONResponse({"jobs": [job_json(job) for job in listed]})


@router.get(
    "/{job_id}",
    dependencies=_READS,
    response_model=None,
    responses={**gives(200, JobBody, "The job."), **fails(403, 404, 429)},
)
async def job(job_id: str, parts: InParts, actor: InActor) -> Response:
    """Show one background job."""
    return JSONResponse(job_json(await _found(parts, job_id, actor)))


@router.get(
    "/{job_id}/events",
    dependencies=_READS,
    response_model=None,
    responses={
        200: {"description": "Server-sent events.", "content": {"text/event-stream": {}}},
        **fails(403, 404, 429),
    },
)
async def events(job_id: str, parts: InParts, actor: InActor) -> Response:
    """Follow a job: `progress` with the job whenever it changed, at the end `final` with its last state."""
    first = await _found(parts, job_id, actor)
    return EventStream(_following(parts, first, actor), lambda: None)


@router.post(
    "/{job_id}/retry",
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(200, JobBody, "Queued again."), **fails(403, 404, 409, 413, 429)},
)
async def retry(job_id: str, parts: InParts, actor: InActor) -> Response:
    """Queue a job that failed or was cancelled once more; 409 for any other."""
    await _found(parts, job_id, actor)
    return await _changed(partial(parts.services.jobs.retry, job_id, actor))


@router.post(
    "/{job_id}/cancel",
    dependencies=_WRITES,
    response_model=None,
    responses={
        **gives(200, JobBody, "Asked to stop; it is over when its state says so."),
        **fails(403, 404, 413, 429),
    },
)
async def cancel(job_id: str, parts: InParts, actor: InActor) -> Response:
    """Ask a job to stop; one that has not begun never will, one that is over stays as it is."""
    await _found(parts, job_id, actor)
    return await _changed(partial(parts.services.jobs.cancel, job_id, actor))


@router.delete(
    "/{job_id}",
    dependencies=_WRITES,
    response_model=None,
    status_code=204,
    responses={204: {"description": "Deleted."}, **fails(403, 404, 409, 413, 429)},
)
async def discard(job_id: str, parts: InParts, actor: InActor) -> Response:
    """Delete a job that is over, 409 for any other; the log of events keeps that it was."""
    await _found(parts, job_id, actor)
    await run_in_threadpool(parts.services.jobs.discard, job_id, actor)
    return Response(status_code=204)


async def started(start: Callable[[], str], **more: object) -> Response:
    """Start background work and say where it is followed; ``more`` joins the body."""
    job_id = await run_in_threadpool(start)
    return JSONResponse({"job_id": job_id, **more}, 202, {"Location": f"/api/v1/jobs/{job_id}"})


async def _found(parts: Parts, job_id: str, actor: Actor) -> Job:
    found = await run_in_threadpool(parts.services.jobs.job, job_id, actor)
    if found is None:
        raise NotFound(what="job")
    return found


async def _changed(change: Callable[[], Job]) -> Response:
    return JSONResponse(job_json(await run_in_threadpool(change)))


async def _following(parts: Parts, first: Job, actor: Actor) -> AsyncIterator[bytes]:
    """Yield a job whenever it changed, until it is over, or no longer there for ``actor``."""
    told: Job | None = None
    found: Job | None = first
    while found is not None:
        if found.is_over:
            yield encode_event("final", job_json(found))
            return
        if found != told:
            yield encode_event("progress", job_json(found))
            told = found
        await asyncio.sleep(_LOOK_S)
        found = await run_in_threadpool(parts.services.jobs.job, first.job_id, actor)
