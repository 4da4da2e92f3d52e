"""Operations carried out by the server that owns this home, reached over its Unix socket."""

from __future__ import annotations

import json
import socket
import threading
from typing import Any

import httpx

from clausewise.errors import ExitCode, Failure, RemoteFailure, ServerGone
from clausewise.home import Home, ServerRecord
from clausewise.protocol import Json, Notify, nobody
from clausewise.tasks import Task

# The server answers at once that a task runs; how long it runs is the task's business.
CONNECT_S = 5.0
PATH = "http://clausewise/run"


class RemoteOperations:
    """The same interface as a home of our own. Leaving in the middle cancels the task in the server."""

    def __init__(self, record: ServerRecord) -> None:
        self._record = record
        self._client = httpx.Client(
            transport=httpx.HTTPTransport(uds=str(record.socket)),
            timeout=httpx.Timeout(None, connect=CONNECT_S),
            trust_env=False,
        )

    def run(self, task: Task, notify: Notify = nobody, cancel: threading.Event | None = None) -> Json:
        """Have the server do ``task``.

        Raises:
            RemoteFailure: the task failed there.
            ServerGone: the server stopped before the task was done.
        """
        try:
            with self._client.stream("POST", PATH, content=task.model_dump_json()) as response:
                for line in response.iter_lines():
                    if cancel is not None and cancel.is_set():
                        break
                    if line and not line.startswith(":"):  # a comment keeps the connection alive
                        message = json.loads(line)
                        if "event" not in message:
                            return _result(message)
                        notify(message["event"], message["data"])
        except (httpx.HTTPError, ValueError) as error:
            raise self._gone() from error
        raise self._gone()

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _gone(self) -> ServerGone:
        return ServerGone(
            f"The server of this home (process {self._record.pid}) stopped before it was done: "
            "run the command again."
        )


def connect(home: Home) -> RemoteOperations | None:
    """Return the operations of the server that owns ``home``, or None when none is listening."""
    record = home.server()
    if record is None:
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(CONNECT_S)
        try:
            probe.connect(str(record.socket))
        except OSError:
            return None
    return RemoteOperations(record)


def _result(message: dict[str, Any]) -> Json:
    """Return the result that a last line carries, or raise what it says went wrong."""
    if "failure" in message:
        told = message["failure"]
        raise RemoteFailure(Failure(told["code"], told["message"], ExitCode(told["exit_code"])))
    result: Json = message["result"]
    return result
