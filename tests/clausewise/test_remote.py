"""Tasks over the home's socket, carried out by operations that the tests write."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from clausewise.errors import RemoteFailure, ServerGone
from clausewise.home import Home, ServerRecord
from clausewise.remote import RemoteOperations, connect
from clausewise.rpc import create_rpc
from clausewise.server import bind_unix
from clausewise.tasks import Ask, Search
from knowledge.errors import NothingIndexed

Notify = Callable[[str, Mapping[str, Any]], None]
Work = Callable[[Any, Notify, threading.Event], dict[str, Any]]


class Written:
    """Operations that do what a test wrote."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def run(self, task: Any, notify: Notify, cancel: threading.Event) -> dict[str, Any]:
        """Do it."""
        return self._work(task, notify, cancel)


@contextmanager
def serving(home: Path, work: Work) -> Iterator[RemoteOperations]:
    """Serve ``work`` on the home's socket and give a connection to it."""
    path = Home(home).socket_path()
    listener = bind_unix(path)
    config = uvicorn.Config(create_rpc(Written(work)), log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    Home(home).record_server(ServerRecord(path, os.getpid(), "http://127.0.0.1:1"))
    deadline = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < deadline
    remote = connect(Home(home))
    assert remote is not None
    try:
        yield remote
    finally:
        remote.close()
        server.should_exit = True
        thread.join(10)
        listener.close()
    assert not thread.is_alive()


class TestRun:
    def test_the_result_comes_back(self, home: Path) -> None:
        """What the server's operations return is what the caller gets, letters unharmed."""
        with serving(home, lambda task, *_: {"query": task.query, "k": task.k}) as remote:
            assert remote.run(Search(query="出貨異常 🚚", k=3)) == {"query": "出貨異常 🚚", "k": 3}

    def test_events_come_before_the_result_in_order(self, home: Path) -> None:
        """Progress and sentences arrive while the task runs."""

        def work(_task: Any, notify: Notify, _cancel: threading.Event) -> dict[str, Any]:
            for number in range(50):
                notify("delta", {"sentence": number})
            return {"done": True}

        heard: list[Any] = []
        with serving(home, work) as remote:
            result = remote.run(Ask(question="a"), lambda name, data: heard.append((name, data["sentence"])))

        assert heard == [("delta", number) for number in range(50)]
        assert result == {"done": True}

    def test_a_failure_keeps_code_text_and_exit_code(self, home: Path) -> None:
        """An expected error is the same as without a server."""

        def work(*_: Any) -> dict[str, Any]:
            raise NothingIndexed("add documents first")

        with serving(home, work) as remote, pytest.raises(RemoteFailure) as failed:
            remote.run(Search(query="a"))

        failure = failed.value.failure
        assert (failure.code, failure.message, failure.exit_code) == (
            "nothing_indexed",
            "add documents first",
            3,
        )

    def test_a_bug_in_the_server_is_told_as_one(self, home: Path) -> None:
        """The caller learns that it failed; the server goes on."""

        def work(task: Any, *_: Any) -> dict[str, Any]:
            if task.query == "bug":
                raise ZeroDivisionError
            return {}

        with serving(home, work) as remote:
            with pytest.raises(RemoteFailure) as failed:
                remote.run(Search(query="bug"))

            assert remote.run(Search(query="next")) == {}
        assert (failed.value.failure.code, failed.value.failure.exit_code) == ("internal", 1)

    def test_leaving_cancels_the_task(self, home: Path) -> None:
        """Who closes the connection stops the work at once."""
        cancelled = threading.Event()

        def work(_task: Any, notify: Notify, cancel: threading.Event) -> dict[str, Any]:
            notify("delta", {})
            if cancel.wait(10):
                cancelled.set()
            return {}

        class Left(Exception):
            pass

        def leave(*_: Any) -> None:
            raise Left

        with serving(home, work) as remote:
            with pytest.raises(Left):
                remote.run(Ask(question="a"), leave)

            assert cancelled.wait(5)

    def test_what_is_no_task_is_refused(self, home: Path) -> None:
        """The socket checks what it is given."""
        with serving(home, lambda *_: {}):
            transport = httpx.HTTPTransport(uds=str(Home(home).socket_path()))
            with httpx.Client(transport=transport) as client:
                response = client.post("http://clausewise/run", content='{"task": "nonsense"}')

        assert response.status_code == 422
        assert response.json()["failure"]["exit_code"] == 2


class TestConnect:
    def test_without_a_record_there_is_no_server(self, home: Path) -> None:
        """A home that never had a server."""
        assert connect(Home(home)) is None

    def test_a_server_that_died_counts_as_none(self, home: Path) -> None:
        """Kill -9 leaves record and socket behind; nobody listens there."""
        path = home / "clausewise.sock"
        bind_unix(path).close()
        Home(home).record_server(ServerRecord(path, 1, "http://127.0.0.1:1"))

        assert connect(Home(home)) is None

    def test_a_server_that_dies_in_the_middle_is_told(self, home: Path) -> None:
        """The caller neither hangs nor takes half a result for a whole one."""
        path = home / "clausewise.sock"
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
            listener.bind(str(path))
            listener.listen()

            def die() -> None:
                peer, _ = listener.accept()
                peer.recv(65536)
                peer.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
                peer.close()

            thread = threading.Thread(target=die)
            thread.start()
            remote = RemoteOperations(ServerRecord(path, 1, "http://127.0.0.1:1"))
            with pytest.raises(ServerGone, match="run the command again"):
                remote.run(Search(query="a"))
            remote.close()
            thread.join(5)
