"""The home directory: where everything that Clausewise keeps lies, and how to reach its server."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import HomeUnreachable

DEFAULT_HOME = Path("~/.clausewise")
# sun_path is 108 bytes on Linux and 104 on macOS, the final NUL included.
LONGEST_SOCKET_PATH = 100


@dataclass(frozen=True, slots=True)
class ServerRecord:
    """What a running server wrote down about itself."""

    socket: Path
    pid: int
    url: str


@dataclass(frozen=True, slots=True)
class Home:
    """One home directory; who takes its lock (knowledge.lock) also makes it, with mode 0700."""

    path: Path

    @classmethod
    def resolve(cls, given: Path | None) -> Home:
        """Return the home from ``--home``, else ``CLAUSEWISE_HOME``, else ``~/.clausewise``."""
        chosen = given or Path(os.environ.get("CLAUSEWISE_HOME") or DEFAULT_HOME)
        return cls(Path(os.path.abspath(chosen.expanduser())))  # noqa: PTH100 - resolve() would follow links

    @property
    def settings_file(self) -> Path:
        """The settings file that is read unless ``--config`` names another."""
        return self.path / "settings.toml"

    @property
    def server_file(self) -> Path:
        """Where a running server says how to reach it."""
        return self.path / "server.json"

    def create(self) -> None:
        """Make the directory, for its owner only, where it is missing.

        Raises:
            HomeUnreachable: it cannot be made.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise HomeUnreachable(
                f"The home {self.path} cannot be made ({error.strerror}): "
                "choose another with --home or CLAUSEWISE_HOME."
            ) from error

    def socket_path(self) -> Path:
        """Return where this home's server listens: in the home, unless that path is too long for a socket."""
        inside = self.path / "clausewise.sock"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_PATH:
            return inside
        name = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return _runtime_directory() / f"{name}.sock"

    def record_server(self, record: ServerRecord) -> None:
        """Write down how to reach the server; the file appears whole or not at all."""
        text = json.dumps({"socket": str(record.socket), "pid": record.pid, "url": record.url})
        partial = self.server_file.with_suffix(".tmp")
        partial.write_text(text, encoding="utf-8")
        partial.chmod(0o600)
        partial.replace(self.server_file)

    def server(self) -> ServerRecord | None:
        """Return what a server wrote down, or None; it may have died since."""
        try:
            record = json.loads(self.server_file.read_text(encoding="utf-8"))
            return ServerRecord(Path(record["socket"]), int(record["pid"]), str(record["url"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def forget_server(self) -> None:
        """Remove the record and the socket of a server that stopped."""
        record = self.server()
        self.server_file.unlink(missing_ok=True)
        if record is not None:
            record.socket.unlink(missing_ok=True)


def _runtime_directory() -> Path:
    """Return a directory for sockets that only this user can enter.

    Raises:
        HomeUnreachable: somebody else made a directory of that name.
    """
    base = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    directory = base / f"clausewise-{os.getuid()}"
    directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise HomeUnreachable(
            f"{directory} is not a private directory of yours: remove it or set XDG_RUNTIME_DIR."
        )
    return directory
