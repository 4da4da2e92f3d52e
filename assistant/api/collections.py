"""Collections over HTTP: everyone sees those they may read, the operator makes and changes them."""

from fastapi import APIRouter, Depends, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from assistant.api.documented import fails, gives
from assistant.api.editing_wire import CollectionBody, CollectionChanges, CollectionList, NewCollection
from assistant.api.parts import InActor, InParts, Limited, require_operator

router = APIRouter(prefix="/api/v1/collections", tags=["collections"])

_WRITES = [Depends(Limited("write")), Depends(require_operator)]


@router.get(
    "",
    dependencies=[Depends(Limited("read"))],
    response_model=None,
    responses={**gives(200, CollectionList, "By name."), **fails(429)},
)
async def collections(parts: InParts, actor: InActor) -> Response:
    """List the collections that the caller may read, with what each asks of a change."""
    found = await run_in_threadpool(parts.services.editing.collections, actor)
    return JSONResponse({"collections": found})


@router.post(
    "",
    status_code=201,
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(201, CollectionBody, "Made."), **fails(403, 409, 413, 422, 429)},
)
async def add(body: NewCollection, parts: InParts, actor: InActor) -> Response:
    """Make a collection."""
    values = body.model_dump(exclude={"name"})
    made = await run_in_threadpool(parts.services.editing.add_collection, body.name, values, actor)
    return JSONResponse(made, 201)


@router.patch(
    "/{name}",
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(200, CollectionBody, "Changed."), **fails(403, 404, 413, 422, 429)},
)
async def change(name: str, body: CollectionChanges, parts: InParts, actor: InActor) -> Response:
    """Change titles and rules; what waits for a second person goes on waiting when the rule is taken back."""
    changes = body.model_dump(exclude_none=True)
    return JSONResponse(
        await run_in_threadpool(parts.services.editing.change_collection, name, changes, actor)
    )
