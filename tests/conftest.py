"""What every test gets: an empty home, no network, and no real weights unless it is marked for them."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = {None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0", b"localhost", b"127.0.0.1"}

# Read once, before any test changes the environment.
REAL_MODELS = Path(os.environ.get("CLAUSEWISE_MODELS") or ROOT / ".cache" / "models")


NEED_ALL = os.environ.get("CLAUSEWISE_TESTS_NEED_ALL") == "1"


class NetworkForbidden(OSError):
    """A test tried to leave the machine. Code sees an unreachable network; the test fails at its end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse tests that ask for real weights without saying so in a mark."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if "real_models" in names and item.get_closest_marker("weights") is None:
            raise pytest.UsageError(f"{item.nodeid} uses real_models: mark it with @pytest.mark.weights")


@pytest.fixture(scope="session")
def real_models() -> Path:
    """Return the folder of real weights; absent weights are a failure, never a skip."""
    if not REAL_MODELS.is_dir() or not any(REAL_MODELS.iterdir()):
        pytest.fail(
            f"No weights in {REAL_MODELS}: run `make setup`, or set CLAUSEWISE_MODELS.", pytrace=False
        )
    return REAL_MODELS


@pytest.fixture(scope="session")
def installed() -> Callable[[str], str]:
    """Return a function that gives the path of a program the test runs for real.

    Where it is absent the test is skipped; with CLAUSEWISE_TESTS_NEED_ALL=1, as in .ci/run, it fails.
    """

    def path_of(program: str) -> str:
        found = shutil.which(program)
        if found is None:
            (pytest.fail if NEED_ALL else pytest.skip)(f"{program} is not installed")
        return str(found)

    return path_of


@pytest.fixture(autouse=True)
def _environment(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Hide the developer's own homes, settings and weights from every test."""
    for name in [name for name in os.environ if name.startswith("CLAUSEWISE")]:
        monkeypatch.delenv(name)
    nowhere = tmp_path_factory.getbasetemp() / "nowhere"
    monkeypatch.setenv("CLAUSEWISE_HOME", str(nowhere / "home"))
    weights = request.node.get_closest_marker("weights") is not None
    monkeypatch.setenv("CLAUSEWISE_MODELS", str(REAL_MODELS if weights else nowhere / "models"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty home directory that belongs to this test, and make it the current one."""
    path = tmp_path / "home"
    path.mkdir(mode=0o700)
    monkeypatch.setenv("CLAUSEWISE_HOME", str(path))
    return path


def _inside(address: Any) -> bool:
    """Tell whether a socket address stays on this machine."""
    if not isinstance(address, tuple):
        return True  # a Unix socket
    return address[0] in LOOPBACK or str(address[0]).startswith("127.")


def _is_number(host: Any) -> bool:
    """Tell whether a host is an IP address."""
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return True


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let nothing but loopback and Unix sockets through, and fail whoever tried."""
    tried: list[str] = []
    connect, connect_ex, resolve = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def refuse(target: object) -> None:
        tried.append(str(target))
        raise NetworkForbidden(f"tests may not reach {target!r}")

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if not _inside(address):
            refuse(address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        if not _inside(address):
            refuse(address)
        return connect_ex(self, address)

    def guarded_resolve(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in LOOPBACK and not _is_number(host):  # numbers are read, not looked up
            refuse(host)
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_resolve)

    yield

    if tried:
        pytest.fail(f"the test tried to reach {tried}; use a loopback server", pytrace=False)
