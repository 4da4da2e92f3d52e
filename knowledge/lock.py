"""One process owns a home directory at a time: Chroma must never be opened twice (chroma issue 7040).

The lock is the operating system's, so it ends with its process, however that ends.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from knowledge.errors import HomeLocked, HomeUnreachable

LOCK_FILE = "lock"
OWNER_FILE = "owner"


class HomeLock:
    """Exclusive ownership of ``home``, which is made (mode 0700) where it is missing."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._lock = FileLock(home / LOCK_FILE, mode=0o600, thread_local=False)

    def acquire(self) -> None:
        """Take the home.

        Raises:
            HomeLocked: another process has it.
            HomeUnreachable: it cannot be made or written.
        """
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            if self.home.stat().st_mode & 0o077:
                self.home.chmod(0o700)
            self._lock.acquire(timeout=0)
            (self.home / OWNER_FILE).write_text(f"{os.getpid()}\n", encoding="ascii")
        except Timeout:
            raise HomeLocked(
                f"another Clausewise process ({self._owner()}) is using {self.home}; "
                "wait for it, stop it, or choose another --home"
            ) from None
        except OSError as error:
            raise HomeUnreachable(f"cannot use the home directory {self.home}: {error}") from error

    def release(self) -> None:
        """Give the home back; releasing twice does no harm."""
        self._lock.release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _owner(self) -> str:
        try:
            return f"process {int((self.home / OWNER_FILE).read_text(encoding='ascii'))}"
        except (OSError, ValueError):
            return "its number is unknown"
