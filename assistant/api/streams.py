"""Server-sent events over POST, with the reader's departure noticed at once.

Starlette's StreamingResponse notices a reader who left only when it writes; while a prompt is processed
nothing is written for seconds. This response listens for the disconnect beside writing.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import TYPE_CHECKING

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send

# Proxies close connections that are silent for 60 s; a comment every 15 s keeps them open.
_PING_S = 15.0
_PING = b": ping\n\n"


def encode_event(name: str | None, data: object) -> bytes:
    """Encode one event; JSON has no raw line breaks, so one data line is enough. UTF-8 as it is."""
    head = b"" if name is None else b"event: " + name.encode() + b"\n"
    return head + b"data: " + _text(data).encode() + b"\n\n"


def _text(data: object) -> str:
    return data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, separators=(",", ":"))


async def departure(receive: Receive) -> None:
    """Return when the client has gone; the request's body must have been read."""
    while (await receive())["type"] != "http.disconnect":
        pass


@contextlib.asynccontextmanager
async def watched(request: Request, leave: Callable[[], None]) -> AsyncIterator[asyncio.Task[None]]:
    """Call ``leave`` as soon as the client goes while the block runs."""
    watch = asyncio.create_task(departure(request.receive))
    watch.add_done_callback(lambda task: None if task.cancelled() else leave())
    try:
        yield watch
    finally:
        watch.cancel()


class EventStream(Response):
    """Streams encoded events; ``leave`` is called exactly once, at the end or when the client goes."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[bytes], leave: Callable[[], None]) -> None:
        """Stream ``events``; proxies are told neither to keep nor to gather them."""
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._events = events
        self._leave = leave

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - ASGI
        """Send until the events end or the client goes."""
        watch = asyncio.create_task(departure(receive))
        write = asyncio.create_task(self._write(send))
        try:
            await asyncio.wait((watch, write), return_when=asyncio.FIRST_COMPLETED)
            if write.done():
                write.result()
        finally:
            self._leave()
            for task in (watch, write):
                task.cancel()
            await asyncio.gather(watch, write, return_exceptions=True)

    async def _write(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        following = asyncio.ensure_future(anext(self._events))
        try:
            while True:
                done, _ = await asyncio.wait((following,), timeout=_PING_S)
                try:
                    body = following.result() if done else _PING
                except StopAsyncIteration:
                    break
                await send({"type": "http.response.body", "body": body, "more_body": True})
                if done:
                    following = asyncio.ensure_future(anext(self._events))
        finally:
            following.cancel()
        await send({"type": "http.response.body", "body": b"", "more_body": False})
