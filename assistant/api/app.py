"""Joins endpoints, guards and services into one application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import resources
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from assistant.api import (
    administration,
    asking,
    collections,
    completions,
    documents,
    failures,
    faq,
    glossary,
    golden,
    jobs,
    keeping,
    lifecycle,
    pages,
    probes,
    reviews,
)
from assistant.api.documented import without_default_422
from assistant.api.envelope import Envelope
from assistant.api.figures import Figures
from assistant.api.guards import BodyGuard, HostGuard, OriginGuard
from assistant.api.operator import OperatorAccess
from assistant.api.parts import Parts
from assistant.api.pump import PumpRoom
from assistant.api.rates import Rates
from assistant.api.services import Services
from assistant.settings import WebSettings

_UPLOAD_PATH = "/api/v1/documents"


def create_app(services: Services, settings: WebSettings, operator: OperatorAccess) -> FastAPI:
    """Return the application; it loads nothing and writes nothing until it is asked."""
    room = PumpRoom(settings.asks_at_once)
    figures = Figures(
        lambda: room.in_work,
        lambda: services.jobs.counts(),  # noqa: PLW0108 - the reference is made without services
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        room.close()

    app = _Application(
        title="Clausewise",
        version=version("clausewise"),
        description="Answers from a company's own documents, each sentence with its checked source.",
        lifespan=lifespan,
        docs_url=None,  # both would load scripts from elsewhere
        redoc_url=None,
    )
    app.state.parts = Parts(services, settings, operator, figures, Rates(settings), room)
    for module in (
        asking,
        lifecycle,
        documents,
        administration,
        jobs,
        keeping,
        glossary,
        collections,
        reviews,
        faq,
        golden,
        completions,
        pages,
        probes,
    ):
        app.include_router(module.router)
    static = str(resources.files("assistant.web").joinpath("static"))
    app.mount("/static", _Revalidated(directory=static), name="static")
    failures.install(app)

    def body_limit(scope: Scope) -> int:
        return settings.upload_bytes if scope["path"] == _UPLOAD_PATH else settings.body_bytes

    # The last one added is the outermost.
    app.add_middleware(BodyGuard, limit_of=body_limit)
    app.add_middleware(OriginGuard)
    app.add_middleware(HostGuard, allowed=[*settings.allowed_hosts, settings.host])
    app.add_middleware(Envelope, figures=figures)
    return app


class _Application(FastAPI):
    """FastAPI with an OpenAPI document that lists only what can happen."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, made once."""
        if not self.openapi_schema:
            self.openapi_schema = without_default_422(super().openapi())
        return self.openapi_schema


class _Revalidated(StaticFiles):
    """Static files that browsers ask about again each time: after an update nobody runs old scripts."""

    def file_response(self, *args: Any, **kwargs: Any) -> Any:
        """Return the file, or 304."""
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response
