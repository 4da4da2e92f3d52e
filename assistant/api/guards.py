"""What is refused before anything is read: unknown hosts, other sites' pages, bodies that are too long.

Pure ASGI, so that a stream passes through untouched and a client's departure is seen.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from assistant.api.failures import error_response
from assistant.errors import BodyTooLarge, CrossOrigin, InvalidHost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_FETCH_SITES = frozenset({"same-origin", "none"})


class HostGuard:
    """Admits addresses, localhost and names that the settings list.

    DNS rebinding needs a name that an attacker controls; an address in the Host header cannot be one.
    """

    def __init__(self, app: ASGIApp, allowed: Iterable[str]) -> None:
        """Admit ``allowed`` names beside addresses and localhost."""
        self._app = app
        self._allowed = {name.lower().rstrip(".") for name in allowed} | {"localhost"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a foreign Host header with 400."""
        if scope["type"] == "http" and not self._admits(Headers(scope=scope).get("host", "")):
            await error_response(InvalidHost(), scope)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _admits(self, host: str) -> bool:
        name = _host_name(host)
        return name in self._allowed or name.endswith(".localhost") or _is_address(name)


class OriginGuard:
    """Refuses what changes or costs something when another site's page sent it.

    Browsers tell the origin of such requests; programs do not send these headers and pass. Together with the
    cookie's SameSite=Strict this is the protection from forged requests.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Guard ``app``."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a foreign Origin with 403."""
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS and _is_foreign(scope):
            await error_response(CrossOrigin(), scope)(scope, receive, send)
            return
        await self._app(scope, receive, send)


class BodyGuard:
    """Stops reading a body at its limit, whether its length was told or not."""

    def __init__(self, app: ASGIApp, limit_of: Callable[[Scope], int]) -> None:
        """Allow ``limit_of(scope)`` bytes."""
        self._app = app
        self._limit_of = limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 at once when the told length is too much, else when the real one is."""
        if scope["type"] != "http" or scope["method"] in _SAFE_METHODS:  # whose bodies nobody reads
            await self._app(scope, receive, send)
            return
        limit = self._limit_of(scope)
        told = Headers(scope=scope).get("content-length", "0")
        if not told.isdigit() or int(told) > limit:
            await error_response(BodyTooLarge(limit=limit), scope)(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise BodyTooLarge(limit=limit)
            return message

        await self._app(scope, counted, send)


def _is_foreign(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    site = headers.get("sec-fetch-site")
    if site is not None and site not in _OWN_FETCH_SITES:
        return True
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("host", "").lower()


def _host_name(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
