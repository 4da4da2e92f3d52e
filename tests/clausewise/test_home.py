from __future__ import annotations

import stat
from pathlib import Path

import pytest

from clausewise.home import LONGEST_SOCKET_PATH, Home, ServerRecord
from knowledge.errors import HomeUnreachable


class TestResolve:
    def test_the_option_goes_before_the_variable(self, home: Path, tmp_path: Path) -> None:
        """--home, else CLAUSEWISE_HOME."""
        assert Home.resolve(tmp_path / "other").path == tmp_path / "other"
        assert Home.resolve(None).path == home

    def test_without_either_it_is_in_the_users_directory(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """~/.clausewise is the default."""
        monkeypatch.delenv("CLAUSEWISE_HOME")

        assert Home.resolve(None).path == Path("~/.clausewise").expanduser()


class TestCreate:
    def test_it_is_for_its_owner_only(self, tmp_path: Path) -> None:
        """The directory has mode 0700."""
        Home(tmp_path / "a" / "b").create()

        assert stat.S_IMODE((tmp_path / "a" / "b").stat().st_mode) == 0o700

    def test_a_file_in_its_place_is_refused(self, tmp_path: Path) -> None:
        """A home that cannot be a directory is unreachable."""
        (tmp_path / "file").write_text("")

        with pytest.raises(HomeUnreachable, match="cannot be made"):
            Home(tmp_path / "file").create()


class TestSocketPath:
    def test_it_lies_in_the_home(self, tmp_path: Path) -> None:
        """A home with a short path holds its own socket."""
        home = Home(Path("/tmp/short"))

        assert home.socket_path() == Path("/tmp/short/clausewise.sock")

    def test_a_path_too_long_for_a_socket_falls_back(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A private directory holds the socket of a home that lies too deep; two homes never share one."""
        monkeypatch.setenv("XDG_RUNTIME_DIR", "/tmp")
        deep = tmp_path / ("x" * LONGEST_SOCKET_PATH)

        found, other = Home(deep).socket_path(), Home(deep / "y").socket_path()

        assert len(str(found)) <= LONGEST_SOCKET_PATH
        assert found != other
        assert stat.S_IMODE(found.parent.stat().st_mode) == 0o700

    def test_a_directory_that_others_can_enter_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Somebody else's directory of that name is not used."""
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        monkeypatch.setattr("os.getuid", lambda: 12345)

        with pytest.raises(HomeUnreachable, match="not a private directory"):
            Home(tmp_path / ("x" * LONGEST_SOCKET_PATH)).socket_path()


class TestServerRecord:
    def test_what_is_recorded_is_read_back(self, home: Path) -> None:
        """A server's record comes back as it was, for its owner's eyes only."""
        record = ServerRecord(home / "clausewise.sock", 42, "http://127.0.0.1:8000")

        Home(home).record_server(record)

        assert Home(home).server() == record
        assert stat.S_IMODE((home / "server.json").stat().st_mode) == 0o600

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"socket": 1}', "\udcff"])
    def test_a_broken_record_counts_as_none(self, home: Path, text: str) -> None:
        """A damaged file never stops a command."""
        (home / "server.json").write_bytes(text.encode("utf-8", "surrogateescape"))

        assert Home(home).server() is None

    def test_forgetting_removes_record_and_socket(self, home: Path) -> None:
        """A server that stopped leaves nothing behind."""
        (home / "clausewise.sock").write_text("")
        Home(home).record_server(ServerRecord(home / "clausewise.sock", 42, "http://127.0.0.1:8000"))

        Home(home).forget_server()

        assert list(home.iterdir()) == []
