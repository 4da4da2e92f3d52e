"""The long-running process: the web application on TCP and the home's socket, in one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp

from clausewise.errors import PortTaken, WrongUsage
from clausewise.home import Home, ServerRecord

# Answers under way get this long to end when the server stops.
STOP_WITHIN_S = 10


def bind_tcp(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one.

    Raises:
        PortTaken: something else listens there.
        WrongUsage: the host is not an address of this machine, or the port is not ours to take.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise WrongUsage(f"Cannot listen on {host}: {error.strerror or error}.") from error
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"Port {port} of {host} is in use by another program: "
                "choose another with --port, or stop that one."
            ) from error
        raise WrongUsage(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
    return listener


def bind_unix(path: Path) -> socket.socket:
    """Return a socket at ``path`` that only this user can open.

    The caller owns the home's lock, so a file that lies there is stale.
    """
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the address to open in a browser on this machine."""
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class _Main(uvicorn.Server):
    """A server that ends on SIGINT and SIGTERM, and lets the caller tidy up.

    uvicorn's own way raises the signal again afterwards, which ends the process before the home is tidied.
    """

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop gently on the first signal, at once on a second SIGINT."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread gets signals
            return
        loop = asyncio.get_running_loop()
        signals = (signal.SIGINT, signal.SIGTERM)
        for number in signals:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)


class _Companion(uvicorn.Server):
    """A server that leaves signals to the main one."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture nothing."""
        yield


async def run_both(
    app: ASGIApp, rpc: ASGIApp, tcp: socket.socket, unix: socket.socket, on_ready: Callable[[], None]
) -> None:
    """Serve until SIGINT or SIGTERM, then let what is under way end."""
    main = _Main(
        uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=STOP_WITHIN_S)
    )
    companion = _Companion(
        uvicorn.Config(
            rpc, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=STOP_WITHIN_S
        )
    )
    beside = asyncio.create_task(companion.serve(sockets=[unix]))
    announcing = asyncio.create_task(_announce(main, companion, on_ready))
    try:
        await main.serve(sockets=[tcp])
    finally:
        announcing.cancel()
        companion.should_exit = True
        await beside


async def _announce(main: uvicorn.Server, companion: uvicorn.Server, on_ready: Callable[[], None]) -> None:
    """Call ``on_ready`` once both listen."""
    while not (main.started and companion.started):  # noqa: ASYNC110 - uvicorn offers no event
        await asyncio.sleep(0.02)
    on_ready()


def record(home: Home, listener: socket.socket, unix: Path) -> ServerRecord:
    """Write into the home how this server is reached, and return it."""
    written = ServerRecord(socket=unix, pid=os.getpid(), url=url_of(listener))
    home.record_server(written)
    return written
