"""Background work by name: whoever asks writes a row, whoever can do it registers a handler.

So the web can ask for an ingest without importing it. A job is a row, written in the transaction that
asks for it; a consumer thread is woken by the commit. Rows that a process left unfinished are taken again
when the next one starts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NewType
from uuid import uuid4

import structlog
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from knowledge.database import Database
from knowledge.errors import KnowledgeError, NotFound
from knowledge.settings import KnowledgeSettings
from knowledge.tables import JobRow

JobId = NewType("JobId", str)
# Priorities: what a person waits for goes before what a clock asked for, and that before measuring.
INTERACTIVE, SCHEDULED, BACKGROUND = 10, 0, -10

JobState = Literal["queued", "running", "done", "failed", "cancelled"]
Json = dict[str, Any]

_ASKED = "job_asked"  # in a session's info: its commit is to wake the consumer

log = structlog.get_logger(__name__)


class Transient(KnowledgeError):
    """A handler raises it for what may succeed later: the job is tried again. Everything else is final."""

    code = "transient"
    transient = True


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


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a handler works with: tell ``progress``, and stop soon when ``cancel`` is set."""

    job_id: JobId
    progress: Callable[[Json], None]
    cancel: threading.Event = field(default_factory=threading.Event)


Handler = Callable[[Json, JobContext], Json]


class Jobs:
    """The queue and its one consumer. ``start()`` begins to work, ``stop()`` ends after cancelling."""

    def __init__(self, database: Database, settings: KnowledgeSettings | None = None) -> None:
        self._database = database
        self._attempts = (settings or KnowledgeSettings()).job_attempts
        self._handlers: dict[str, Handler] = {}
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._current: JobContext | None = None
        database.on_commit(self._committed)

    def register(self, task: str, handler: Handler) -> None:
        """Let ``handler`` do the jobs of this name; it returns the job's result as JSON."""
        self._handlers[task] = handler

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
        job_id = JobId(uuid4().hex[:16])
        session.info[_ASKED] = True
        session.execute(
            insert(JobRow).values(
                id=job_id,
                task=task,
                payload=payload,
                state="queued",
                progress={},
                result=None,
                error=None,
                attempts=0,
                cancel_asked=False,
                created_at=datetime.now(UTC),
                started_at=None,
                finished_at=None,
                priority=priority,
                lock=lock,
                by=by,
                collection=collection,
            )
        )
        return job_id

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

    def get(self, job_id: str) -> JobInfo:
        """Return one job.

        Raises:
            NotFound: there is none of this id.
        """
        with self._database.read() as connection:
            row = connection.execute(select(JobRow.__table__).where(JobRow.id == job_id)).first()
        if row is None:
            raise NotFound(f"no job {job_id!r}")
        return _info(row)

    def recent(self, limit: int = 50) -> list[JobInfo]:
        """Return the newest jobs, newest first."""
        statement = select(JobRow.__table__).order_by(JobRow.created_at.desc(), JobRow.id).limit(limit)
        with self._database.read() as connection:
            return [_info(row) for row in connection.execute(statement)]

    def cancel(self, job_id: str) -> JobInfo:
        """Ask a job to stop; one that has not begun never will.

        Raises:
            NotFound: there is none of this id.
        """
        with self._database.write() as session:
            session.execute(update(JobRow).where(JobRow.id == job_id).values(cancel_asked=True))
            session.execute(
                update(JobRow)
                .where(JobRow.id == job_id, JobRow.state == "queued")
                .values(state="cancelled", finished_at=datetime.now(UTC))
            )
        current = self._current
        if current is not None and current.job_id == job_id:
            current.cancel.set()
        return self.get(job_id)

    # -- the consumer ------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to work in a thread of its own; what an earlier process left unfinished comes first."""
        self._take_back()
        self._stopping.clear()
        self._thread = threading.Thread(target=self._consume, name="clausewise-jobs", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float = 10.0) -> None:
        """Cancel the job at hand, wait for it and end; it is taken again by the next process."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._stopping.set()
        self._wake.set()
        current = self._current
        if current is not None:
            current.cancel.set()
        thread.join(timeout_s)

    def run_pending(self) -> int:
        """Do all queued jobs now, in this thread, and return how many; for tests and one-shot programs."""
        done = 0
        while not self._stopping.is_set() and (job := self._take()) is not None:
            self._do(job)
            done += 1
        return done

    def _committed(self, session: Session) -> None:
        if session.info.get(_ASKED):
            self._wake.set()

    def _consume(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            self.run_pending()
            self._wake.wait()

    def _take_back(self) -> None:
        """Queue again what a killed process was at, unless it was at it too often."""
        with self._database.write() as session:
            left = (JobRow.state == "running", JobRow.attempts >= self._attempts)
            session.execute(
                update(JobRow)
                .where(*left)
                .values(
                    state="failed",
                    error=f"the program stopped {self._attempts} times while it was at this",
                    finished_at=datetime.now(UTC),
                )
            )
            session.execute(update(JobRow).where(JobRow.state == "running").values(state="queued"))
            session.execute(
                update(JobRow)
                .where(JobRow.state == "queued", JobRow.cancel_asked)
                .values(state="cancelled", finished_at=datetime.now(UTC))
            )

    def _take(self) -> JobInfo | None:
        with self._database.write() as session:
            row = session.execute(
                select(JobRow.__table__)
                .where(JobRow.state == "queued", JobRow.task.in_(list(self._handlers)))
                .order_by(JobRow.priority.desc(), JobRow.created_at, JobRow.id)
                .limit(1)
            ).first()
            if row is None:
                return None
            session.execute(
                update(JobRow)
                .where(JobRow.id == row.id)
                .values(state="running", attempts=row.attempts + 1, started_at=datetime.now(UTC))
            )
        return _info(row)

    def _do(self, job: JobInfo) -> None:
        context = JobContext(job.job_id, lambda told: self._update(job.job_id, progress=told))
        self._current = context
        try:
            result = self._handlers[job.task](dict(job.payload), context)
        except Exception as error:
            log.exception("job failed", job=job.job_id, task=job.task)
            self._finish(job.job_id, context, "failed", error=str(error) or type(error).__name__)
        else:
            self._finish(job.job_id, context, "done", result=result)
        finally:
            self._current = None

    def _finish(self, job_id: JobId, context: JobContext, state: JobState, **values: Any) -> None:
        if self._stopping.is_set() and context.cancel.is_set():
            return  # cut short by the end of the program: stays "running", taken again by the next
        if context.cancel.is_set():
            state = "cancelled"
        self._update(job_id, state=state, finished_at=datetime.now(UTC), **values)

    def _update(self, job_id: JobId, **values: Any) -> None:
        with self._database.write() as session:
            session.execute(update(JobRow).where(JobRow.id == job_id).values(**values))


def _info(row: Any) -> JobInfo:
    return JobInfo(
        job_id=JobId(row.id),
        task=row.task,
        payload=row.payload,
        state=row.state,
        progress=row.progress,
        result=row.result,
        error=row.error,
        attempts=row.attempts,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        priority=row.priority,
        lock=row.lock,
        by=row.by,
        collection=row.collection,
    )
