"""The server's side of the home's socket: one task in, its events and its result out, a JSON object a line.

Lines are ``{"event": name, "data": {...}}`` while the task runs, and at the end ``{"result": {...}}`` or
``{"failure": {"code", "message", "exit_code"}}``. Who can open the socket (mode 0600) is the operator.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict
from typing import Any

import structlog
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from assistant.api.streams import EventStream
from clausewise.errors import ExitCode, Failure
from clausewise.failures import failure_of
from clausewise.protocol import Operations
from clausewise.tasks import TASK, Task

log = structlog.get_logger(__name__)
PATH = "/run"


class Conversation:
    """One task in a thread of its own, its lines handed to the event loop."""

    def __init__(self, operations: Operations, task: Task) -> None:
        """Remember what to run; must be made on the running event loop."""
        self.cancel = threading.Event()
        self._operations = operations
        self._task = task
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def lines(self) -> AsyncIterator[bytes]:
        """Start the task and yield its lines until it is done."""
        threading.Thread(target=self._run, name=f"rpc-{self._task.task}", daemon=True).start()
        while (line := await self._lines.get()) is not None:
            yield line

    def _run(self) -> None:
        try:
            self._carry_out()
        finally:
            self._send(None)  # whatever happened, who waits must not wait for ever

    def _carry_out(self) -> None:
        try:
            self._put({"result": self._operations.run(self._task, self._tell, self.cancel)})
        except Exception as error:
            failure = failure_of(error)
            if failure is None:
                log.exception("rpc.failed", task=self._task.task)
                failure = Failure("internal", f"{type(error).__name__}: {error}", ExitCode.SOME_FAILED)
            self._put({"failure": asdict(failure)})

    def _tell(self, event: str, data: Mapping[str, Any]) -> None:
        self._put({"event": event, "data": data})

    def _put(self, message: dict[str, Any]) -> None:
        self._send(json.dumps(message, ensure_ascii=False).encode() + b"\n")

    def _send(self, line: bytes | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._lines.put_nowait, line)


def create_rpc(operations: Operations) -> Starlette:
    """Return the application that the home's socket serves."""

    async def run(request: Request) -> Response:
        try:
            task = TASK.validate_json(await request.body())
        except ValidationError as error:
            failure = Failure("wrong_usage", str(error), ExitCode.USAGE)
            return JSONResponse({"failure": asdict(failure)}, status_code=422)
        conversation = Conversation(operations, task)
        return EventStream(conversation.lines(), conversation.cancel.set)

    return Starlette(routes=[Route(PATH, run, methods=["POST"])])
