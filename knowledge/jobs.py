"""Background work by name: whoever asks writes a row, whoever can do it registers a handler.

So the web can ask for an ingest without importing it. A job is a row, written in the transaction that
asks for it; Huey wakes those who do jobs when that has committed, and when a failed one is to be tried again.
The rows are the truth: what a killed process was at is taken again by the next one, or by another one once the
lease is over, and a job is found even if nothing rings.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy.orm import Session

from knowledge.database import Database, get_meta, set_meta
from knowledge.errors import Transient, WrongState
from knowledge.job_alarm import Alarm, Calls
from knowledge.job_rows import JobRows
from knowledge.job_types import (
    BACKGROUND,
    INTERACTIVE,
    OVER,
    SCHEDULED,
    Handler,
    JobContext,
    JobId,
    JobInfo,
    JobState,
    Json,
    is_transient,
)
from knowledge.job_worker import JobWorker, worker_name
from knowledge.permissions import OPERATING, Actor
from knowledge.settings import JobsSettings

__all__ = [
    "BACKGROUND",
    "INTERACTIVE",
    "OVER",
    "SCHEDULED",
    "Handler",
    "JobContext",
    "JobId",
    "JobInfo",
    "JobState",
    "Jobs",
    "Json",
    "Transient",
    "WrongState",
    "is_transient",
]

_ASKED = "jobs_asked"  # in a session's info: the priorities for which its commit is to ring
_QUEUE = "queue_name"  # in the meta table: several homes may share one Redis
_BEAT_S = 2.0
_ALIVE_EVERY = 10  # beats

log = structlog.get_logger(__name__)


class Jobs:
    """The queue, and those in this process who work on it. ``start()`` begins to work, ``stop()`` ends."""

    def __init__(self, database: Database, settings: JobsSettings | None = None) -> None:
        self._database = database
        self._settings = settings or JobsSettings()
        self._rows = JobRows(database, self._settings, worker_name())
        self._worker = JobWorker(self._rows, self._ring_later)
        self._making = threading.Lock()
        self._alarm: Alarm | None = None
        self._over = threading.Event()
        self._heart: threading.Thread | None = None
        self._on_takeover: list[Callable[[], None]] = []
        database.on_commit(self._committed)

    def register(self, task: str, handler: Handler) -> None:
        """Let ``handler`` do the jobs of this name; it returns the job's result as JSON.

        It raises ``Transient`` (or any error with ``transient = True``) for what is worth another try.
        """
        self._worker.handlers[task] = handler

    def on_takeover(self, call: Callable[[], None]) -> None:
        """Call ``call`` after jobs of a process that died were taken over, before they are done."""
        self._on_takeover.append(call)

    # -- asking ------------------------------------------------------------------------------

    def enqueue(
        self,
        session: Session,
        task: str,
        payload: Json,
        *,
        priority: int = SCHEDULED,
        lock: str | None = None,
        by: str = "operator",
        collection: str | None = None,
    ) -> JobId:
        """Ask for a job in the caller's transaction: it exists if, and only if, that one commits.

        Jobs of a higher ``priority`` go first; those of one ``lock`` ("document:ID") never run together. ``by`` is
        who asks, ``collection`` whose editors may see the job (None: administrators only).
        """
        session.info.setdefault(_ASKED, []).append(priority)
        about = {"priority": priority, "lock": lock, "by": by, "collection": collection}
        return self._rows.add(session, task, payload, about)

    def submit(
        self,
        task: str,
        payload: Json,
        *,
        priority: int = SCHEDULED,
        lock: str | None = None,
        by: str = "operator",
        collection: str | None = None,
    ) -> JobId:
        """Ask for a job in a transaction of its own; see ``enqueue``."""
        with self._database.write() as session:
            return self.enqueue(
                session, task, payload, priority=priority, lock=lock, by=by, collection=collection
            )

    def cancel(self, job_id: str, by: str = "operator") -> JobInfo:
        """Ask a job to stop; one that has not begun never will. What is over stays as it is.

        Raises:
            NotFound: there is none of this id.
        """
        self._rows.get(job_id)
        self._rows.cancel(job_id, by)
        self._worker.cancel(job_id)
        return self._rows.get(job_id)

    def retry(self, job_id: str, by: str = "operator") -> JobInfo:
        """Queue a job that failed or was cancelled once more, with all its attempts before it.

        Raises:
            NotFound: there is none of this id.
            WrongState: it has not failed, nor was it cancelled.
        """
        with self._database.write() as session:
            session.info.setdefault(_ASKED, []).append(INTERACTIVE)
            self._rows.ask_again(session, job_id, by)
        return self._rows.get(job_id)

    def discard(self, job_id: str, by: str = "operator") -> None:
        """Delete a job that is over; the log of events keeps that it was.

        Raises:
            NotFound: there is none of this id.
            WrongState: it is not over.
        """
        self._rows.discard(job_id, by)

    # -- showing -----------------------------------------------------------------------------

    def get(self, job_id: str) -> JobInfo:
        """Return one job.

        Raises:
            NotFound: there is none of this id.
        """
        return self._rows.get(job_id)

    def recent(
        self, limit: int = 50, states: Collection[JobState] = (), actor: Actor = OPERATING
    ) -> list[JobInfo]:
        """Return the newest jobs that ``actor`` may know of; only those of ``states`` where any are given.

        Those in the state ``failed`` are the dead letters: nobody tries them again unless asked to.
        """
        return self._rows.newest(limit, states, actor)

    def counts(self) -> dict[JobState, int]:
        """Return how many jobs there are of each state."""
        return self._rows.counts()

    # -- working -----------------------------------------------------------------------------

    def start(self, workers: int | None = None) -> None:
        """Begin to work in threads of its own, ``workers`` of them (None: as the settings say; 0: none).

        What a process that died left unfinished comes first: at once where no other process can be alive, else when
        its lease is over.
        """
        count = self._settings.workers if workers is None else workers
        if count == 0:
            return
        self._over.clear()
        self._worker.begin()
        self._rows.purge()
        if not self._database.shared:
            self._take_back(all_of_them=True)
        alarm = self._ringing()
        alarm.start(count)
        self._heart = threading.Thread(target=self._beat, args=(alarm,), name="clausewise-jobs", daemon=True)
        self._heart.start()
        alarm.ring()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Stop the jobs at hand and end; they are queued again, and that attempt does not count."""
        heart, self._heart = self._heart, None
        self._worker.stop()
        if heart is not None:
            self._over.set()
            heart.join(timeout_s)
        alarm, self._alarm = self._alarm, None
        if alarm is not None:
            alarm.stop(timeout_s)
            alarm.close()

    def run_pending(self) -> int:
        """Do all jobs that may begin now, in this thread, and return how many; for tests and one-shot programs."""
        return self._worker.work()

    # -- inside ------------------------------------------------------------------------------

    def _ringing(self) -> Alarm:
        with self._making:
            if self._alarm is None:
                calls = Calls(work=self._work, tidy=self._tidy)
                self._alarm = Alarm(self._database.home, self._queue_name(), self._settings, calls)
            return self._alarm

    def _queue_name(self) -> str:
        with self._database.write() as session:
            name = get_meta(session, _QUEUE)
            if name is None:
                name = f"clausewise{uuid4().hex[:12]}"
                set_meta(session, _QUEUE, name)
        return name

    def _committed(self, session: Session) -> None:
        for priority in session.info.pop(_ASKED, ()):
            try:
                self._ringing().ring(priority)
            except Exception:  # who asked has asked: the row is there, and is found without being rung for
                log.exception("jobs cannot be woken")

    def _ring_later(self, job: JobInfo) -> None:
        if self._alarm is not None:
            self._alarm.ring(job.priority, job.not_before)

    def _work(self) -> None:
        self._worker.work()

    def _tidy(self) -> None:
        if purged := self._rows.purge():
            log.info("jobs that were over for long are deleted", jobs=purged)

    def _beat(self, alarm: Alarm) -> None:
        """Every few seconds: give signs of life, take over from the dead, look whether something is due."""
        every_s = min(_BEAT_S, self._settings.lease_s / 5)
        number = 0
        while not self._over.wait(every_s):
            number += 1
            try:
                self._worker.beat()
                self._take_back(all_of_them=False)
                if alarm.waiting() == 0 and self._rows.is_due(list(self._worker.handlers)):
                    alarm.ring()
                if number % _ALIVE_EVERY == 0:
                    alarm.keep_alive()
            except Exception:
                log.exception("jobs could not be looked after; it is tried again")

    def _take_back(self, *, all_of_them: bool) -> None:
        taken: Any = self._rows.take_back_all if all_of_them else self._rows.take_back_lapsed
        if count := taken():
            log.info("jobs that a dead process was at are queued again", jobs=count)
            for call in self._on_takeover:
                call()
