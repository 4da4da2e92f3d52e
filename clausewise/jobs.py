"""Background jobs as the HTTP side and the command line see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from assistant.api.schemas import job_json
from assistant.api.services import Job, JobState
from clausewise.protocol import Json
from clausewise.tasks import CancelJob, DiscardJob, ListJobs, RetryJob, ShowJob
from knowledge.errors import NotFound
from knowledge.jobs import JobInfo
from knowledge.jobs import Jobs as Queue
from knowledge.permissions import OPERATING, Actor


class Jobs:
    """The queue over what each actor may know of."""

    def __init__(self, queue: Queue) -> None:
        """Show this queue."""
        self._queue = queue

    def jobs(self, limit: int, states: Sequence[JobState], actor: Actor) -> Sequence[Job]:
        """Return the newest jobs, of ``states`` where any are given."""
        return [job_of(info) for info in self._queue.recent(limit, states, actor)]

    def job(self, job_id: str, actor: Actor) -> Job | None:
        """Return one job, None where there is none for ``actor``."""
        try:
            found = self._queue.get(job_id)
        except NotFound:
            return None
        return job_of(found) if found.is_shown_to(actor) else None

    def retry(self, job_id: str, actor: Actor) -> Job:
        """Queue a job that failed or was cancelled once more."""
        return job_of(self._queue.retry(job_id, actor.name))

    def cancel(self, job_id: str, actor: Actor) -> Job:
        """Ask a job to stop."""
        return job_of(self._queue.cancel(job_id, actor.name))

    def discard(self, job_id: str, actor: Actor) -> None:
        """Delete a job that is over."""
        self._queue.discard(job_id, actor.name)

    def counts(self) -> Mapping[JobState, int]:
        """Return how many there are of each state."""
        return self._queue.counts()


def carry_out(queue: Queue, task: ListJobs | ShowJob | RetryJob | CancelJob | DiscardJob) -> Json:
    """Show or change jobs as the operator.

    Raises:
        NotFound: there is no such job.
        WrongState: it is not in a state in which this can be done.
    """
    match task:
        case ListJobs():
            listed = queue.recent(task.limit, task.states, OPERATING)
            return {"jobs": [job_json(job_of(info)) for info in listed]}
        case ShowJob():
            return job_json(job_of(queue.get(task.job_id)))
        case RetryJob():
            return job_json(job_of(queue.retry(task.job_id, task.by)))
        case CancelJob():
            return job_json(job_of(queue.cancel(task.job_id, task.by)))
        case DiscardJob():
            queue.discard(task.job_id, task.by)
            return {"job_id": task.job_id, "state": "discarded"}


def job_of(info: JobInfo) -> Job:
    """Return a job as lists tell it."""
    return Job(
        job_id=info.job_id,
        task=info.task,
        progress=dict(info.progress),
        state=info.state,
        created_at=info.created_at.isoformat(timespec="seconds"),
        finished_at=_moment(info.finished_at),
        result=dict(info.result) if info.result is not None else None,
        error=info.error,
        started_at=_moment(info.started_at),
        attempts=info.attempts,
        failures=info.failures,
        next_attempt_at=_moment(info.not_before),
        priority=info.priority,
        lock=info.lock,
        by=info.by,
        collection=info.collection,
        worker=info.worker,
        cancel_asked=info.cancel_asked,
    )


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
