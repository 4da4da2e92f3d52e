"""Round every response: security headers, a request id, the count, and a last resort for bugs."""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING

import structlog
from starlette.datastructures import MutableHeaders

from assistant.api.failures import error_response, translate

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from assistant.api.figures import Figures

CONTENT_SECURITY_POLICY = "; ".join(  # noqa: FLY002 - one directive a line
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    )
)

_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Envelope:
    """Outermost layer; pure ASGI so that streams are not held up."""

    def __init__(self, app: ASGIApp, figures: Figures) -> None:
        """Wrap ``app`` and count into ``figures``."""
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and dress the response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        started = time.perf_counter()
        status = 0

        async def dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers.setdefault("Cache-Control", "no-store")
                for name, value in _HEADERS.items():
                    headers[name] = value
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, dressed)
            except Exception as error:
                ours = translate(error)
                if status:  # too late for another response: the connection has to break
                    raise
                await error_response(ours, scope)(scope, receive, dressed)
        self._count(scope, status, time.perf_counter() - started)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        # The template, never the path: ids would make as many series.
        route = getattr(scope.get("route"), "path", "unmatched")
        self._figures.requests.labels(scope["method"], route, status).inc()
        self._figures.request_seconds.labels(route).observe(seconds)
