"""Real servers that tests start on loopback: Chroma and Redis; absent ones are a failure, never a skip."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

WAIT_S = 60.0


def free_port() -> int:
    """Return a port on which nothing listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], object], what: str = "it", within_s: float = WAIT_S) -> None:
    """Wait until ``condition`` holds, and fail where it never does."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {within_s:.0f} s"
        time.sleep(0.05)


@contextmanager
def chroma_server(folder: Path, port: int | None = None) -> Iterator[str]:
    """Start `chroma run` and give its address."""
    program = Path(sys.executable).with_name("chroma")
    port = port or free_port()
    command = [str(program), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    url = f"http://127.0.0.1:{port}"
    with _running(command, lambda: httpx.get(f"{url}/api/v2/heartbeat", trust_env=False).is_success):
        yield url


@contextmanager
def redis_server(port: int | None = None) -> Iterator[str]:
    """Start Debian's redis-server, which keeps nothing on disk, and give its address."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.fail("No redis-server: `apt-get install redis-server`, as .ci/run does.", pytrace=False)
    port = port or free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]

    def answers() -> bool:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")

    with _running(command, answers):
        yield f"redis://127.0.0.1:{port}/0"


@contextmanager
def _running(command: list[str], answers: Callable[[], bool]) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ready() -> bool:
        assert process.poll() is None, f"{command[0]} ended with {process.returncode}"
        try:
            return answers()
        except (OSError, httpx.HTTPError):
            return False

    try:
        wait_until(ready, f"{command[0]} answering")
        yield
    finally:
        process.kill()
        process.wait(10)
