"""The glossary's table, for the operator only."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from assistant.api.documented import fails, gives
from assistant.api.parts import InParts, Limited, require_operator
from assistant.api.schemas import term_json
from assistant.api.wire import ChangedBody, TermList, TermsBody, TermsRemoved
from assistant.errors import InvalidRequest, NotFound
from knowledge.errors import NotFound as NoSuchPair
from knowledge.glossary import BadGlossary
from knowledge.terms import Term

router = APIRouter(prefix="/api/v1/glossary", tags=["operator"])

BY = "operator"  # until people have accounts
TermQuery = Annotated[str, Query(min_length=1, max_length=200)]


@router.get(
    "",
    dependencies=[Depends(Limited("read")), Depends(require_operator)],
    response_model=None,
    responses={**gives(200, TermList, "The table."), **fails(403, 429)},
)
async def terms(parts: InParts) -> Response:
    """List the words that mean the same, as staff keep them."""
    kept = await run_in_threadpool(parts.services.glossary.all)
    return JSONResponse({"terms": [term_json(one) for one in kept]})


@router.put(
    "",
    dependencies=[Depends(Limited("write")), Depends(require_operator)],
    response_model=None,
    responses={**gives(200, ChangedBody, "How many pairs changed."), **fails(403, 413, 422, 429)},
)
async def put(body: TermsBody, parts: InParts) -> Response:
    """Add pairs, or change those that are there; all or none. The next question finds them."""
    given = [Term(one.term, one.same_as, one.kind, one.note) for one in body.terms]
    try:
        changed = await run_in_threadpool(parts.services.glossary.put, given, BY)
    except BadGlossary as error:
        raise InvalidRequest(reason=str(error)) from error
    return JSONResponse({"changed": changed})


@router.delete(
    "",
    dependencies=[Depends(Limited("write")), Depends(require_operator)],
    response_model=None,
    responses={**gives(200, TermsRemoved, "How many pairs went."), **fails(403, 404, 413, 422, 429)},
)
async def remove(
    parts: InParts,
    term: TermQuery,
    same_as: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
) -> Response:
    """Remove a pair, or every pair of a term."""
    try:
        removed = await run_in_threadpool(parts.services.glossary.remove, term, same_as, BY)
    except NoSuchPair as error:
        raise NotFound(what="term") from error
    return JSONResponse({"removed": removed})
