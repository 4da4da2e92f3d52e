"""One process owns a home directory at a time: Chroma must never be opened twice (chroma issue 7040).

With a Chroma server several processes share a home; each of them still keeps away whoever must be alone, as a restore
must. Locks are the operating system's, so they end with their process, however that ends.
"""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from knowledge.errors import HomeLocked, HomeUnreachable

LOCK_FILE = "lock"
OWNER_FILE = "owner"


class HomeLock:
    """Ownership of ``home``, which is made (mode 0700) where it is missing: alone, or ``shared`` with its like."""

    def __init__(self, home: Path, *, shared: bool = False) -> None:
        self.home = home
        path = home / LOCK_FILE
        self._lock: FileLock | _SharedLock = (
            _SharedLock(path) if shared else FileLock(path, mode=0o600, thread_local=False)
        )

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


class Turn:
    """Held by whoever writes to what several threads write to, and several processes where ``file`` is given.

    A thread that holds it may take it again.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._threads = threading.RLock()
        self._processes = FileLock(file, mode=0o600, thread_local=False) if file is not None else None

    def __enter__(self) -> Self:
        self._threads.acquire()
        if self._processes is not None:
            try:
                self._processes.acquire(poll_interval=0.02)
            except BaseException:
                self._threads.release()
                raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._processes is not None:
                self._processes.release()
        finally:
            self._threads.release()


class _SharedLock:
    """The same file as the exclusive lock's, held together with others who share it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: int | None = None

    def acquire(self, timeout: float) -> None:  # noqa: ARG002 - the exclusive lock's signature
        """Take a share, or raise Timeout where somebody has it alone."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            raise Timeout(str(self._path)) from None
        except BaseException:
            os.close(handle)
            raise
        self._held = handle

    def release(self) -> None:
        """Give the share back."""
        handle, self._held = self._held, None
        if handle is not None:
            os.close(handle)
