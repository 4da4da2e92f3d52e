"""Who does jobs: takes them from their rows, one after another, tells how far they are, and stays alive for them."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from uuid import uuid4

import structlog
from sqlalchemy.exc import SQLAlchemyError

from knowledge.job_rows import JobRows
from knowledge.job_types import Handler, JobContext, JobId, JobInfo, Json, is_transient

_TELL_S = 0.3  # progress is written down at most so often: each time is a transaction

log = structlog.get_logger(__name__)


def worker_name() -> str:
    """Return a name that no other process has, readable for people."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:6]}"


class JobWorker:
    """Does jobs in the threads that call ``work``. ``ring_at`` is told of jobs to be tried again, and when."""

    def __init__(self, rows: JobRows, retry: Callable[[JobInfo], None]) -> None:
        self.handlers: dict[str, Handler] = {}
        self._rows = rows
        self._retry = retry
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._at_hand: dict[JobId, JobContext] = {}

    def work(self) -> int:
        """Do jobs until none may begin or ``stop`` is called; return how many."""
        done = 0
        while not self._stopping.is_set() and (job := self._rows.take(list(self.handlers))) is not None:
            self._do(job)
            done += 1
        return done

    def beat(self) -> None:
        """Give a sign of life for what is at hand, and stop what is to stop or is no longer ours."""
        with self._lock:
            at_hand = dict(self._at_hand)
        to_stop, lost = self._rows.beat(list(at_hand))
        for job_id in to_stop | lost:
            at_hand[job_id].cancel.set()
        with self._lock:
            lost &= self._at_hand.keys()  # what ended meanwhile was not lost
        if lost:
            log.warning("jobs are with another process by now; they are stopped here", jobs=sorted(lost))

    def cancel(self, job_id: str) -> None:
        """Let a job at hand stop; nothing where it is not here."""
        with self._lock:
            context = self._at_hand.get(JobId(job_id))
        if context is not None:
            context.cancel.set()

    def begin(self) -> None:
        """Allow work again after ``stop``."""
        self._stopping.clear()

    def stop(self) -> None:
        """Take no more jobs, and let those at hand stop; they are queued again."""
        self._stopping.set()
        with self._lock:
            for context in self._at_hand.values():
                context.cancel.set()

    def _do(self, job: JobInfo) -> None:
        progress = _Progress(self._rows, job.job_id)
        context = JobContext(job.job_id, progress.tell)
        with self._lock:
            self._at_hand[job.job_id] = context
        if self._stopping.is_set():
            context.cancel.set()
        try:
            try:
                result = self.handlers[job.task](dict(job.payload), context)
            finally:
                progress.settle()
        except Exception as error:  # noqa: BLE001 (a handler may raise anything, and the next job is done)
            self._failed(job, context, error)
        else:
            self._ended(job, context, result)
        finally:
            with self._lock:
                del self._at_hand[job.job_id]

    def _ended(self, job: JobInfo, context: JobContext, result: Json) -> None:
        if not context.cancel.is_set():
            self._rows.finish(job.job_id, "done", result=result)
        elif self._is_cut_short(job):
            self._rows.give_back(job)
        else:
            self._rows.finish(job.job_id, "cancelled", result=result)

    def _failed(self, job: JobInfo, context: JobContext, error: Exception) -> None:
        reason = str(error) or type(error).__name__
        if context.cancel.is_set():
            if self._is_cut_short(job):
                self._rows.give_back(job)
            else:
                self._rows.finish(job.job_id, "cancelled", error=reason)
            return
        transient = is_transient(error)
        if transient:
            log.warning("job failed for a passing cause", job=job.job_id, task=job.task, error=reason)
        else:
            log.error("job failed", job=job.job_id, task=job.task, exc_info=error)
        if self._rows.fail(job, reason, again=transient) is not None:
            self._retry(self._rows.get(job.job_id))

    def _is_cut_short(self, job: JobInfo) -> bool:
        """Tell whether the end of the program stopped a job, not a person."""
        return self._stopping.is_set() and not self._rows.get(job.job_id).cancel_asked


class _Progress:
    """How far a job is: the newest word is kept, and written down now and then."""

    def __init__(self, rows: JobRows, job_id: JobId) -> None:
        self._rows = rows
        self._job_id = job_id
        self._untold: Json | None = None
        self._told_at = 0.0

    def tell(self, progress: Json) -> None:
        """Keep ``progress``, and write it down unless that was done a moment ago."""
        self._untold = progress
        if time.monotonic() - self._told_at >= _TELL_S:
            self.settle()

    def settle(self) -> None:
        """Write down what was not yet."""
        progress, self._untold = self._untold, None
        if progress is None:
            return
        self._told_at = time.monotonic()
        try:
            self._rows.tell(self._job_id, progress)
        except SQLAlchemyError as error:  # no reason to break off the job
            log.warning("the progress of a job could not be written down", job=self._job_id, error=str(error))
