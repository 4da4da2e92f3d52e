"""Versions on their way into force: what waits, and what people decide."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from assistant.api.documented import fails, gives
from assistant.api.editing_wire import DecisionBody, MovedBody, PendingList, PublishBody, WholePending
from assistant.api.parts import InActor, InParts, Limited, Parts, require_operator
from knowledge.permissions import Actor

router = APIRouter(prefix="/api/v1", tags=["reviews"])

_READS = [Depends(Limited("read")), Depends(require_operator)]
_WRITES = [Depends(Limited("write")), Depends(require_operator)]
_DECIDED = {**gives(200, MovedBody, "Where it stands now."), **fails(403, 404, 409, 413, 422, 429)}


@router.get(
    "/reviews",
    dependencies=_READS,
    response_model=None,
    responses={**gives(200, PendingList, "The oldest first."), **fails(403, 422, 429)},
)
async def pending(
    parts: InParts,
    actor: InActor,
    collection: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
) -> Response:
    """List the versions that do not answer yet, and what each waits for."""
    found = await run_in_threadpool(parts.services.editing.pending, actor, collection)
    return JSONResponse({"versions": found})


@router.get(
    "/reviews/{document_id}/{version}",
    dependencies=_READS,
    response_model=None,
    responses={**gives(200, WholePending, "With its text."), **fails(403, 404, 409, 422, 429)},
)
async def whole(document_id: str, version: int, parts: InParts, actor: InActor) -> Response:
    """Show a version that waits: its text, and what it would change."""
    show = partial(parts.services.editing.show_pending, document_id, version, actor)
    return JSONResponse(await run_in_threadpool(show))


@router.post(
    "/documents/{document_id}/versions/{version}/submit",
    dependencies=_WRITES,
    response_model=None,
    responses=_DECIDED,
)
async def submit(
    document_id: str, version: int, parts: InParts, actor: InActor, body: DecisionBody | None = None
) -> Response:
    """Hand a draft on: to a second person where its collections ask for one, else into force."""
    return await _decided(parts, "submit", (document_id, version), actor, body)


@router.post(
    "/documents/{document_id}/versions/{version}/approve",
    dependencies=_WRITES,
    response_model=None,
    responses=_DECIDED,
)
async def approve(
    document_id: str, version: int, parts: InParts, actor: InActor, body: DecisionBody | None = None
) -> Response:
    """Approve what waits for a second person; never one's own."""
    return await _decided(parts, "approve", (document_id, version), actor, body)


@router.post(
    "/documents/{document_id}/versions/{version}/reject",
    dependencies=_WRITES,
    response_model=None,
    responses=_DECIDED,
)
async def reject(
    document_id: str, version: int, parts: InParts, actor: InActor, body: DecisionBody | None = None
) -> Response:
    """Turn a version down, or take one's own back."""
    return await _decided(parts, "reject", (document_id, version), actor, body)


@router.post(
    "/documents/{document_id}/versions/{version}/publish",
    dependencies=_WRITES,
    response_model=None,
    responses=_DECIDED,
)
async def publish(
    document_id: str, version: int, parts: InParts, actor: InActor, body: PublishBody | None = None
) -> Response:
    """Ask the golden questions again for a version that waits for them; with force whatever they say."""
    return await _decided(parts, "publish", (document_id, version), actor, body)


async def _decided(
    parts: Parts,
    verb: Literal["submit", "approve", "reject", "publish"],
    which: tuple[str, int],
    actor: Actor,
    body: DecisionBody | None,
) -> Response:
    comment = body.comment.strip() if body else ""
    force = isinstance(body, PublishBody) and body.force
    decide = partial(parts.services.editing.decide, verb, *which, actor, comment, force=force)
    return JSONResponse(await run_in_threadpool(decide))
