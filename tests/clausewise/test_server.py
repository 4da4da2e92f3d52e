from __future__ import annotations

import socket
import stat
from pathlib import Path

import pytest

from clausewise.errors import PortTaken, WrongUsage
from clausewise.server import bind_tcp, bind_unix, url_of


class TestBindTcp:
    def test_port_0_takes_a_free_one(self) -> None:
        """The address to open names the port that was taken."""
        with bind_tcp("127.0.0.1", 0) as listener:
            assert url_of(listener) == f"http://127.0.0.1:{listener.getsockname()[1]}"

    def test_a_taken_port_says_what_to_do(self) -> None:
        """The message names the port and the option."""
        with bind_tcp("127.0.0.1", 0) as other:
            port = other.getsockname()[1]

            with pytest.raises(PortTaken, match=f"Port {port} .*--port"):
                bind_tcp("127.0.0.1", port)

    def test_an_address_of_another_machine_is_refused(self) -> None:
        """One can listen on one's own addresses only."""
        with pytest.raises(WrongUsage, match="Cannot listen"):
            bind_tcp("192.0.2.1", 0)


class TestUrlOf:
    @pytest.mark.parametrize(
        ("name", "url"),
        [
            (("0.0.0.0", 80), "http://127.0.0.1:80"),
            (("127.0.0.2", 8000), "http://127.0.0.2:8000"),
            (("::1", 8000, 0, 0), "http://[::1]:8000"),
            (("::", 8000, 0, 0), "http://127.0.0.1:8000"),
        ],
    )
    def test_it_opens_in_a_browser_here(self, name: tuple[str, int], url: str) -> None:
        """An address that means 'all' becomes one that can be opened."""

        class Listener:
            def getsockname(self) -> tuple[str, int]:
                return name

        assert url_of(Listener()) == url  # type: ignore[arg-type]


class TestBindUnix:
    def test_only_the_owner_can_open_it(self, home: Path) -> None:
        """The socket has mode 0600, and replaces one that a killed server left."""
        path = home / "clausewise.sock"
        bind_unix(path).close()

        with bind_unix(path) as listener:
            assert listener.family == socket.AF_UNIX
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
