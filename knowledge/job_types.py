"""What a background job is, as values, and which failures are worth another try."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NewType

from sqlalchemy.exc import DBAPIError

from knowledge.permissions import Actor

JobId = NewType("JobId", str)
JobState = Literal["queued", "running", "done", "failed", "cancelled"]
OVER: tuple[JobState, ...] = ("done", "failed", "cancelled")
Json = dict[str, Any]

# Priorities: what a person waits for goes before what a clock asked for, and that before measuring.
INTERACTIVE, SCHEDULED, BACKGROUND = 10, 0, -10

_SQLITE_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
# The machine, the network or another program was not ready. A full disk or a missing right is not among them:
# those last until a person does something.
_PASSING = {
    errno.EAGAIN,
    errno.EBUSY,
    errno.EINTR,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENETDOWN,
    errno.ENETUNREACH,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.ESTALE,
    errno.ETXTBSY,
}


@dataclass(frozen=True, slots=True)
class JobInfo:
    """A job as a list shows it."""

    job_id: JobId
    task: str
    payload: Mapping[str, Any]
    state: JobState
    progress: Mapping[str, Any]
    result: Mapping[str, Any] | None
    error: str | None
    attempts: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    priority: int
    lock: str | None
    by: str
    collection: str | None
    not_before: datetime | None  # when it is tried again
    failures: tuple[str, ...]  # the reason of each attempt that failed
    worker: str | None  # which process is at it
    cancel_asked: bool

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more unless somebody asks for it."""
        return self.state in OVER

    def is_shown_to(self, actor: Actor) -> bool:
        """Whether ``actor`` may know of it: administrators, and editors of its collection."""
        if actor.is_admin:
            return True
        return self.collection is not None and actor.rights.may("edit", self.collection)


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a handler works with: tell ``progress``, and stop soon when ``cancel`` is set."""

    job_id: JobId
    progress: Callable[[Json], None]
    cancel: threading.Event = field(default_factory=threading.Event)


Handler = Callable[[Json, JobContext], Json]


def is_transient(error: BaseException) -> bool:
    """Tell whether what failed may succeed later without anybody's doing.

    That is an error that says so itself (``transient = True``), a connection that failed, and a database that
    another process kept busy; also as the stated cause of another error.
    """
    return any(_is_passing(one) for one in _causes(error))


def _is_passing(error: BaseException) -> bool:
    if getattr(error, "transient", False) is True:
        return True
    if isinstance(error, (ConnectionError, TimeoutError)):
        return True
    if isinstance(error, OSError):
        return error.errno in _PASSING
    if isinstance(error, DBAPIError):
        return _is_passing(error.orig) if error.orig is not None else False
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in _SQLITE_BUSY
    return False


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__
