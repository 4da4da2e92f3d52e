"""Index, evaluation and models, for the operator only."""

from functools import partial

from fastapi import APIRouter, Depends, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from assistant.api.documented import fails, gives
from assistant.api.jobs import started
from assistant.api.parts import InParts, Limited, require_operator
from assistant.api.schemas import model_json
from assistant.api.wire import EvaluationBody, JobStarted, ModelList, ReembedBody
from assistant.errors import InvalidRequest
from assistant.evaluation.errors import BadQuestions
from assistant.evaluation.questions import read_records, record_of

router = APIRouter(prefix="/api/v1", tags=["operator"])

_READS = [Depends(Limited("read")), Depends(require_operator)]
_WRITES = [Depends(Limited("write")), Depends(require_operator)]


@router.get(
    "/index",
    dependencies=_READS,
    response_model=None,
    responses={200: {"description": "Counts of the store and its derived indexes."}, **fails(403, 429)},
)
async def index(parts: InParts) -> Response:
    """Show what is indexed."""
    return JSONResponse(await run_in_threadpool(parts.services.index.status))


@router.post(
    "/index/rebuild",
    status_code=202,
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(202, JobStarted, "Started."), **fails(403, 413, 429)},
)
async def rebuild(parts: InParts) -> Response:
    """Rebuild the derived indexes from the store, without parsing or embedding again."""
    return await started(parts.services.index.rebuild)


@router.post(
    "/index/reembed",
    status_code=202,
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(202, JobStarted, "Started, or under way already."), **fails(403, 413, 422, 429)},
)
async def reembed(parts: InParts, body: ReembedBody | None = None) -> Response:
    """Embed everything with another embedder beside the index in force, then change over in one step.

    Questions are answered and documents taken in with the old one until then. When the server starts next, the settings
    say again which embedder is wanted.
    """
    return await started(partial(parts.services.index.reembed, body.model if body else None))


@router.post(
    "/index/check",
    status_code=202,
    dependencies=_WRITES,
    response_model=None,
    responses={**gives(202, JobStarted, "Started."), **fails(403, 413, 429)},
)
async def check(parts: InParts) -> Response:
    """Compare the derived indexes with the store."""
    return await started(parts.services.index.check)


@router.post(
    "/eval",
    status_code=202,
    dependencies=_WRITES,
    response_model=None,
    responses={
        **gives(202, JobStarted, "Started; the job's result is the report."),
        **fails(403, 413, 422, 429),
    },
)
async def evaluate(body: EvaluationBody, parts: InParts) -> Response:
    """Measure how well questions are answered, as a background job; no model judges.

    The report is the result of `GET /api/v1/jobs/{job_id}`, the same JSON as of `clausewise eval run --json`.
    It waits for jobs that people wait for; beside it one fewer of `[jobs] workers` is left for them.
    """
    records = [question.model_dump(exclude_none=True) for question in body.questions]
    try:
        cases = read_records(enumerate(records, 1)).cases
    except BadQuestions as error:
        raise InvalidRequest(reason=str(error)) from error
    start = partial(parts.services.evaluation.start, [record_of(case) for case in cases], body.audience)
    return await started(start)


@router.get(
    "/models",
    dependencies=_READS,
    response_model=None,
    responses={**gives(200, ModelList, "The catalogue."), **fails(403, 429)},
)
async def models(parts: InParts) -> Response:
    """List the models of the catalogue, what is present and what is in use."""
    listed = await run_in_threadpool(parts.services.models.models)
    return JSONResponse({"models": [model_json(model) for model in listed]})
