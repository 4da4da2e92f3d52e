"""How often one client address may ask. Counts live in memory: one process serves, and a restart forgives."""

from __future__ import annotations

import ipaddress
import time
from typing import TYPE_CHECKING, Literal

from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from assistant.errors import RateLimited

if TYPE_CHECKING:
    from starlette.requests import Request

    from assistant.settings import WebSettings

Purpose = Literal["ask", "read", "write"]

_IPV6_SITE_BITS = 64  # one household or firm has a whole /64: an address of its own for every request


class Rates:
    """The limits of the settings, counted by purpose and client."""

    def __init__(self, settings: WebSettings) -> None:
        """Read the rates; nothing is counted yet."""
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._items = {
            "ask": parse(settings.rate_ask),
            "read": parse(settings.rate_read),
            "write": parse(settings.rate_write),
        }

    async def hit(self, purpose: Purpose, request: Request) -> None:
        """Count one request.

        Raises:
            RateLimited: this client has had its share; tells when there is room again.
        """
        item, client = self._items[purpose], client_of(request)
        if not await self._limiter.hit(item, purpose, client):
            stats = await self._limiter.get_window_stats(item, purpose, client)
            raise RateLimited(retry_after_s=max(1.0, stats.reset_time - time.time()))


def client_of(request: Request) -> str:
    """Return what counts as one client: the address, or the /64 network of an IPv6 one."""
    host = request.client.host if request.client else "local"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, _IPV6_SITE_BITS), strict=False))
    return host
