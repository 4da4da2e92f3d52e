"""For machines that watch: is the process alive, can it answer, what has it done."""

import hmac

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from assistant.api.documented import fails, gives
from assistant.api.parts import InParts
from assistant.api.wire import HealthBody, ReadyBody
from assistant.errors import MetricsClosed, NotReady
from assistant.settings import WebSettings

router = APIRouter(tags=["probes"])


@router.get("/healthz", response_model=None, responses={**gives(200, HealthBody, "Alive."), **fails()})
async def healthz() -> Response:
    """Tell that the process runs."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz", response_model=None, responses={**gives(200, ReadyBody, "Ready."), **fails(503)})
async def readyz(parts: InParts) -> Response:
    """Tell whether models and stores are there."""
    checks = await run_in_threadpool(parts.services.readiness.checks)
    if not all(check.ok for check in checks):
        raise NotReady(
            details={"checks": {check.name: check.ok for check in checks}}
            | {"advice": [check.advice for check in checks if not check.ok]}
        )
    return JSONResponse({"status": "ready", "checks": {check.name: True for check in checks}})


@router.get(
    "/metrics",
    response_model=None,
    responses={
        200: {"description": "Figures for Prometheus.", "content": {"text/plain": {}}},
        **fails(403),
    },
)
async def metrics(request: Request, parts: InParts) -> Response:
    """Show counters; open on loopback, with the settings' token elsewhere."""
    if not _may_read(request, parts.settings):
        raise MetricsClosed
    exposition = await run_in_threadpool(parts.figures.exposition)  # jobs are counted in SQL
    return Response(exposition, media_type=CONTENT_TYPE_LATEST)


def _may_read(request: Request, settings: WebSettings) -> bool:
    if settings.metrics_token is None:
        return settings.on_loopback
    expected = f"Bearer {settings.metrics_token.get_secret_value()}"
    return hmac.compare_digest(request.headers.get("authorization", "").encode(), expected.encode())
