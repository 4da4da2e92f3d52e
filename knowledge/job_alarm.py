"""Huey wakes those who do jobs, keeps what is to be woken later, and its clock; the only module that knows Huey.

Huey's queue forgets a message as soon as it is taken, so nothing is entrusted to it: a message says only
"look at the rows". Losing all messages costs seconds, until a look at the rows without being woken.
Messages are JSON, not Huey's pickle: whoever can write to the Redis must not be able to run code here.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from huey import Huey, PriorityRedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer
from huey.registry import Message
from huey.serializer import Serializer

from knowledge.settings import JobsSettings

FILE = "queue.db"
_LOOK_S = 0.05  # first wait of an idle worker before it looks into the file again, growing to:
_LONGEST_LOOK_S = 0.5
_REDIS_S = 5.0  # connecting to Redis, and waiting for its answers beyond what a blocking read waits

logging.getLogger("huey").setLevel(logging.ERROR)  # it writes a line for each message
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Calls:
    """What is done when Huey rings: work on what is due, and tidy up now and then."""

    work: Callable[[], None]
    tidy: Callable[[], None]


class Alarm:
    """Rings in the processes that do jobs, at once or later, for ``name``'s home alone."""

    def __init__(self, home: Path, name: str, settings: JobsSettings, calls: Calls) -> None:
        self._settings = settings
        self._huey = _huey(home / FILE, name, settings)
        self._wake = self._huey.task(name="wake")(_task(calls.work))
        self._huey.periodic_task(crontab(minute="*/10"), name="tidy")(_task(calls.tidy))
        self._consumer: Consumer | None = None
        self._silent = False

    @property
    def name_of_place(self) -> str:
        """Where messages lie, for people; a password in the address is left out."""
        if self._settings.redis_url is None:
            return FILE
        parts = urlsplit(self._settings.redis_url.get_secret_value())
        return f"{parts.scheme}://{parts.hostname}:{parts.port or 6379}{parts.path}"

    def ring(self, priority: int = 0, at: datetime | None = None) -> bool:
        """Wake one worker, now or ``at`` a time; return False where the message could not be left.

        It does not raise: the job is in its row, and is found there without being woken.
        """
        try:
            if at is None:
                self._huey.enqueue(self._wake.s(priority=priority))
            else:
                self._wake.schedule(eta=at, priority=priority)
        except Exception as error:  # noqa: BLE001 (whatever the storage raises)
            self._complain(error)
            return False
        self._silent = False
        return True

    def waiting(self) -> int:
        """Return how many messages lie there unread; 0 where that cannot be told."""
        try:
            return int(self._huey.pending_count())
        except Exception as error:  # noqa: BLE001
            self._complain(error)
            return 0

    def start(self, workers: int) -> None:
        """Begin to ring here, in ``workers`` threads."""
        self._consumer = _Consumer(
            self._huey,
            workers=workers,
            initial_delay=_LOOK_S,
            max_delay=_LONGEST_LOOK_S,
            backoff=1.5,
            check_worker_health=True,
        )
        self._consumer.start()

    def keep_alive(self) -> None:
        """Replace workers whose thread has died."""
        if self._consumer is not None:
            self._consumer.check_worker_health()

    def stop(self, timeout_s: float) -> None:
        """End the threads; those that are at work for longer are left to themselves."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            consumer.shutdown_timeout = timeout_s
            consumer.stop(graceful=True)

    def close(self) -> None:
        """Close the connection to where messages lie."""
        self._huey.storage.close()

    def _complain(self, error: Exception) -> None:
        if not self._silent:  # once for each time that it fails, not once a job
            advice = (
                "start it, or take redis_url out of the [jobs] settings"
                if self._settings.redis_url is not None
                else "see whether the home can be written"
            )
            log.warning(
                "jobs cannot be woken; they wait until it works again",
                where=self.name_of_place,
                error=str(error),
                advice=advice,
            )
        self._silent = True


class _Consumer(Consumer):  # type: ignore[misc]
    """Huey's consumer inside a program that has signal handlers of its own."""

    def _set_signal_handlers(self) -> None:
        """Leave them as they are."""


class _JsonSerializer(Serializer):  # type: ignore[misc]
    """Messages as JSON."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps(data, default=_moment).encode()

    def _deserialize(self, data: bytes) -> Any:
        read = json.loads(data)
        if not isinstance(read, list):
            return read
        message = Message(*read)
        eta = datetime.fromisoformat(message.eta) if message.eta else None
        return message._replace(args=tuple(message.args or ()), kwargs=message.kwargs or {}, eta=eta)


def _moment(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"a message cannot carry {type(value).__name__}")


def _task(call: Callable[[], None]) -> Callable[[], None]:
    """Return ``call`` as a function of this module: Huey knows tasks by module and name, in every process alike."""

    def task() -> None:
        call()

    return task


def _huey(file: Path, name: str, settings: JobsSettings) -> Huey:
    common = {"results": False, "serializer": _JsonSerializer()}
    if settings.redis_url is not None:
        from redis import ConnectionPool  # noqa: PLC0415 (needed where a setting says so)

        # Without limits a Redis that does not answer would hold whoever asks for a job.
        pool = ConnectionPool.from_url(
            settings.redis_url.get_secret_value(),
            socket_connect_timeout=_REDIS_S,
            socket_timeout=_REDIS_S,
        )
        return PriorityRedisHuey(name, connection_pool=pool, **common)
    try:
        return SqliteHuey(name, filename=str(file), fsync=False, **common)
    except sqlite3.DatabaseError:  # nothing in it is needed: every job is in its row
        for suffix in ("", "-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        return SqliteHuey(name, filename=str(file), fsync=False, **common)
