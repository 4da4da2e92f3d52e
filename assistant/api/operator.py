"""Who opened the one-time operator link sees every audience in that browser.

Only SHA-256 digests of tokens reach the disk, in one small file of mode 0600 that is replaced whole. Tokens
have 256 random bits, so a plain digest needs neither salt nor stretching.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
import threading
import time
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_HOUR_S = 3600.0
_DAY_S = 24 * _HOUR_S
# Old browsers fall out first; a person has a handful, never this many.
_MOST_SESSIONS = 50

COOKIE = "clausewise_operator"
LINK_PATH = "/operator"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _token() -> str:
    return secrets.token_urlsafe(32)


class OperatorAccess:
    """Links and browser sessions of the operator, kept over restarts."""

    def __init__(
        self,
        path: Path,
        *,
        link_hours: float = 24,
        session_days: float = 30,
        now: Callable[[], float] = time.time,
        new_token: Callable[[], str] = _token,
    ) -> None:
        """Keep state in ``path``, which need not exist; nothing is read before it is needed."""
        self._path = path
        self._link_s = link_hours * _HOUR_S
        self._now = now
        self._new_token = new_token
        self._lock = threading.Lock()
        self._digests: dict[str, dict[str, float]] | None = None
        self.session_s = session_days * _DAY_S

    @property
    def opened(self) -> bool:
        """Whether some browser is an operator's now, so that no new link needs to be printed."""
        with self._lock:
            return bool(self._state()["sessions"])

    def new_link(self, base_url: str) -> str:
        """Return a fresh link under ``base_url``; it replaces an earlier one that nobody opened."""
        token = self._new_token()
        with self._lock:
            state = self._state()
            state["links"] = {_digest(token): self._now() + self._link_s}
            self._save(state)
        return f"{base_url.rstrip('/')}{LINK_PATH}?token={quote(token)}"

    def redeem(self, token: str) -> str | None:
        """Turn a link's token into a browser's session token, once; None when it is spent."""
        with self._lock:
            state = self._state()
            found = _find(state["links"], token)
            if found is None:
                return None
            del state["links"][found]
            session = self._new_token()
            state["sessions"][_digest(session)] = self._now() + self.session_s
            newest = sorted(state["sessions"].items(), key=lambda item: item[1])[-_MOST_SESSIONS:]
            state["sessions"] = dict(newest)
            self._save(state)
            return session

    def admits(self, session: str | None) -> bool:
        """Whether ``session`` (a cookie's value) belongs to an operator's browser now."""
        if not session:
            return False
        with self._lock:
            return _find(self._state()["sessions"], session) is not None

    def sign_out(self, session: str) -> None:
        """Forget one browser."""
        with self._lock:
            state = self._state()
            found = _find(state["sessions"], session)
            if found is not None:
                del state["sessions"][found]
                self._save(state)

    def _state(self) -> dict[str, dict[str, float]]:
        """Return digests with their expiry (seconds since 1970), without those that are over."""
        if self._digests is None:
            self._digests = _read(self._path)
        now = self._now()
        self._digests = {
            name: {digest: expiry for digest, expiry in entries.items() if expiry > now}
            for name, entries in self._digests.items()
        }
        return self._digests

    def _save(self, state: dict[str, dict[str, float]]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_name(f"{self._path.name}.new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(state, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


def _find(entries: dict[str, float], token: str) -> str | None:
    """Return the stored digest of ``token``; time does not depend on how much of it matches."""
    wanted = _digest(token)
    found = None
    for digest in entries:
        if hmac.compare_digest(digest, wanted):
            found = digest
    return found


def _read(path: Path) -> dict[str, dict[str, float]]:
    """Read the file; one that is absent or damaged means no access, never an error at start."""
    empty: dict[str, dict[str, float]] = {"links": {}, "sessions": {}}
    try:
        stored = json.loads(path.read_text("utf-8"))
        return {
            name: {str(digest): float(expiry) for digest, expiry in stored[name].items()} for name in empty
        }
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return empty
