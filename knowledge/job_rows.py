"""The rows of background jobs: each method is one transaction, and holds with any number of processes."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import uuid4

from sqlalchemy import ColumnElement, Update, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from knowledge.database import Database
from knowledge.errors import NotFound, WrongState
from knowledge.events import append_event
from knowledge.job_types import OVER, JobId, JobInfo, JobState, Json
from knowledge.permissions import Actor
from knowledge.settings import JobsSettings
from knowledge.tables import JobRow

_LONGEST_WAIT_S = 900.0
_GROWTH = 4  # each wait is four times the one before
_AGAIN: Mapping[str, Any] = {"worker": None, "seen_at": None, "started_at": None}


class JobRows:
    """Reads and writes them; ``worker`` is the name of the process that does."""

    def __init__(self, database: Database, settings: JobsSettings, worker: str) -> None:
        self._database = database
        self._settings = settings
        self._worker = worker
        self._suspects: dict[str, datetime | None] = {}

    # -- asking and showing ------------------------------------------------------------------

    def add(self, session: Session, task: str, payload: Json, about: Mapping[str, Any]) -> JobId:
        """Write a job in the caller's transaction."""
        job_id = JobId(uuid4().hex[:16])
        values = {
            "id": job_id,
            "task": task,
            "payload": payload,
            "state": "queued",
            "progress": {},
            "attempts": 0,
            "cancel_asked": False,
            "created_at": datetime.now(UTC),
            **about,
        }
        session.execute(insert(JobRow).values(values))
        return job_id

    def get(self, job_id: str) -> JobInfo:
        """Return one job.

        Raises:
            NotFound: there is none of this id.
        """
        with self._database.read() as connection:
            row = connection.execute(select(JobRow.__table__).where(JobRow.id == job_id)).first()
        if row is None:
            raise NotFound(f"no job {job_id!r}; `clausewise jobs list` shows all", "job")
        return info(row)

    def newest(self, limit: int, states: Collection[JobState], actor: Actor) -> list[JobInfo]:
        """Return the newest jobs that ``actor`` may know of, of ``states`` where any are given."""
        statement = select(JobRow.__table__).order_by(JobRow.created_at.desc(), JobRow.id).limit(limit)
        if not actor.is_admin:  # the same rule as JobInfo.is_shown_to
            statement = statement.where(JobRow.collection.is_not(None))
            if actor.rights.edit is not None:
                statement = statement.where(JobRow.collection.in_(list(actor.rights.edit)))
        if states:
            statement = statement.where(JobRow.state.in_(states))
        with self._database.read() as connection:
            return [info(row) for row in connection.execute(statement)]

    def counts(self) -> dict[JobState, int]:
        """Return how many jobs there are of each state."""
        statement = select(JobRow.state, func.count()).group_by(JobRow.state)
        with self._database.read() as connection:
            found = {state: count for state, count in connection.execute(statement)}  # noqa: C416 (rows are no pairs)
        return {state: found.get(state, 0) for state in get_args(JobState)}

    def cancel(self, job_id: str, by: str) -> None:
        """Ask a job to stop; one that has not begun never will."""
        with self._database.write() as session:
            asked = session.execute(
                update(JobRow)
                .where(JobRow.id == job_id, JobRow.state.not_in(OVER), JobRow.cancel_asked.is_(False))
                .values(cancel_asked=True)
                .returning(JobRow.task)
            ).scalar()
            if asked is not None:
                _cancel_queued(session, JobRow.id == job_id)
                append_event(session, "job.cancelled", {"job_id": job_id, "task": asked, "by": by})

    def ask_again(self, session: Session, job_id: str, by: str) -> None:
        """Queue a job that failed or was cancelled once more, with all its attempts before it.

        Raises:
            NotFound: there is none of this id.
            WrongState: it has not failed, nor was it cancelled.
        """
        row = _row_in(
            session, job_id, ("failed", "cancelled"), "only failed and cancelled jobs are tried again"
        )
        session.execute(
            update(JobRow)
            .where(JobRow.id == job_id)
            .values(
                state="queued",
                attempts=0,
                cancel_asked=False,
                error=None,
                result=None,
                progress={},
                not_before=None,
                finished_at=None,
                **_AGAIN,
            )
        )
        append_event(session, "job.retried", {"job_id": job_id, "task": row.task, "by": by})

    def discard(self, job_id: str, by: str) -> None:
        """Delete a job that is over.

        Raises:
            NotFound: there is none of this id.
            WrongState: it is not over.
        """
        with self._database.write() as session:
            row = _row_in(session, job_id, OVER, "cancel it first")
            session.execute(delete(JobRow).where(JobRow.id == job_id))
            told = {"job_id": job_id, "task": row.task, "state": row.state, "error": row.error, "by": by}
            append_event(session, "job.discarded", told)

    def purge(self) -> int:
        """Delete jobs that have been over for long, and those beyond the number kept; return how many."""
        over = JobRow.state.in_(OVER)
        kept = select(JobRow.id).where(over).order_by(JobRow.finished_at.desc(), JobRow.id)
        oldest = datetime.now(UTC) - timedelta(days=self._settings.kept_days)
        with self._database.write() as session:
            beyond = session.execute(kept.offset(self._settings.kept)).scalars().all()
            gone = session.execute(
                delete(JobRow).where(over, or_(JobRow.finished_at < oldest, JobRow.id.in_(beyond)))
            )
            return int(getattr(gone, "rowcount", 0))

    # -- working -----------------------------------------------------------------------------

    def take(self, tasks: Collection[str]) -> JobInfo | None:
        """Take the job that comes next, if there is one that may begin now."""
        now = datetime.now(UTC)
        with self._database.write() as session:
            row = session.execute(
                select(JobRow.__table__)
                .where(*_due(tasks, now))
                .order_by(JobRow.priority.desc(), JobRow.created_at, JobRow.id)
                .limit(1)
            ).first()
            if row is None:
                return None
            taken = {"state": "running", "attempts": row.attempts + 1, "started_at": now, "not_before": None}
            session.execute(
                update(JobRow).where(JobRow.id == row.id).values(**taken, worker=self._worker, seen_at=now)
            )
        return info(row)

    def is_due(self, tasks: Collection[str]) -> bool:
        """Tell whether a job may begin now."""
        with self._database.read() as connection:
            found = connection.execute(select(JobRow.id).where(*_due(tasks, datetime.now(UTC))).limit(1))
            return found.first() is not None

    def tell(self, job_id: JobId, progress: Json) -> None:
        """Write down how far a job is."""
        with self._database.write() as session:
            session.execute(self._mine(job_id).values(progress=progress, seen_at=datetime.now(UTC)))

    def finish(self, job_id: JobId, state: JobState, **values: Any) -> bool:
        """Close a job, unless another process has it by now; return whether it was ours."""
        return self._leave(job_id, state=state, finished_at=datetime.now(UTC), **values)

    def fail(self, job: JobInfo, reason: str, *, again: bool) -> datetime | None:
        """Write down a failed attempt; with ``again`` the job is queued, unless it was its last attempt.

        Return when it is tried again, None when it is not.
        """
        attempt = job.attempts + 1
        failures = [*job.failures, reason]
        if not again or attempt >= self._settings.attempts:
            self.finish(job.job_id, "failed", error=reason, failures=failures)
            return None
        at = datetime.now(UTC) + timedelta(seconds=self._wait(attempt))
        if not self._leave(job.job_id, state="queued", not_before=at, failures=failures, **_AGAIN):
            return None
        return at

    def give_back(self, job: JobInfo) -> None:
        """Queue a job that the end of the program cut short; that attempt does not count."""
        self._leave(job.job_id, state="queued", attempts=job.attempts, **_AGAIN)

    def beat(self, job_ids: Collection[JobId]) -> tuple[set[JobId], set[JobId]]:
        """Give a sign of life for the jobs at hand; return those that are to stop, and those no longer ours."""
        if not job_ids:
            return set(), set()
        now = datetime.now(UTC)
        mine = (JobRow.id.in_(job_ids), JobRow.state == "running", JobRow.worker == self._worker)
        with self._database.write() as session:
            session.execute(update(JobRow).where(*mine).values(seen_at=now))
            rows = session.execute(select(JobRow.id, JobRow.cancel_asked).where(*mine)).all()
        held = {JobId(row.id) for row in rows}
        return {JobId(row.id) for row in rows if row.cancel_asked}, set(job_ids) - held

    def take_back_all(self) -> int:
        """Queue whatever is said to run: for a process that knows itself alone. Return how many jobs."""
        with self._database.write() as session:
            return self._queue_again(session, JobRow.state == "running")

    def take_back_lapsed(self) -> int:
        """Queue the jobs of processes that have given no sign of life for the lease; return how many.

        A job must have been found so twice, without any sign between: a long transaction of another process
        keeps the living ones from giving theirs.
        """
        limit = datetime.now(UTC) - timedelta(seconds=self._settings.lease_s)
        lapsed = (JobRow.state == "running", or_(JobRow.seen_at.is_(None), JobRow.seen_at < limit))
        with self._database.read() as connection:
            rows = connection.execute(select(JobRow.id, JobRow.seen_at).where(*lapsed))
            found = {row.id: row.seen_at for row in rows}
        dead = [i for i, seen in found.items() if i in self._suspects and self._suspects[i] == seen]
        self._suspects = found
        if not dead:
            return 0
        with self._database.write() as session:
            return self._queue_again(session, JobRow.id.in_(dead) & lapsed[0] & lapsed[1])

    # -- inside ------------------------------------------------------------------------------

    def _wait(self, attempt: int) -> float:
        """Return the seconds until the next attempt: growing, and never the same for many jobs at once."""
        wait: float = min(self._settings.retry_s * _GROWTH ** (attempt - 1), _LONGEST_WAIT_S)
        return wait * random.uniform(0.75, 1.25)  # noqa: S311 - jitter, no secret

    def _mine(self, job_id: JobId) -> Update:
        held = (JobRow.state == "running", JobRow.worker == self._worker)
        return update(JobRow).where(JobRow.id == job_id, *held)

    def _leave(self, job_id: JobId, **values: Any) -> bool:
        with self._database.write() as session:
            left = session.execute(self._mine(job_id).values(**values).returning(JobRow.id))
            return left.first() is not None

    def _queue_again(self, session: Session, which: ColumnElement[bool]) -> int:
        """Queue jobs whose process died, unless processes died of them too often."""
        rows = session.execute(select(JobRow.id, JobRow.attempts, JobRow.failures).where(which)).all()
        most = self._settings.attempts
        for row in rows:
            reason = "the program stopped while it was at this"
            values: dict[str, Any] = {"failures": [*row.failures, reason], **_AGAIN}
            if row.attempts >= most:
                error = f"the program stopped {most} times while it was at this"
                values |= {"state": "failed", "error": error, "finished_at": datetime.now(UTC)}
            else:
                values |= {"state": "queued"}
            session.execute(update(JobRow).where(JobRow.id == row.id).values(values))
        _cancel_queued(session)
        return len(rows)


def _due(tasks: Collection[str], now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of jobs that may begin now: their time has come and their lock is free."""
    other = aliased(JobRow)
    held = select(other.id).where(other.state == "running", other.lock == JobRow.lock).exists()
    return (
        JobRow.state == "queued",
        JobRow.task.in_(list(tasks)),
        or_(JobRow.not_before.is_(None), JobRow.not_before <= now),
        or_(JobRow.lock.is_(None), ~held),
    )


def _cancel_queued(session: Session, *which: ColumnElement[bool]) -> None:
    session.execute(
        update(JobRow)
        .where(*which, JobRow.cancel_asked, JobRow.state == "queued")
        .values(state="cancelled", not_before=None, finished_at=datetime.now(UTC))
    )


def _row_in(session: Session, job_id: str, states: Collection[str], advice: str) -> Any:
    row = session.execute(select(JobRow.__table__).where(JobRow.id == job_id)).first()
    if row is None:
        raise NotFound(f"no job {job_id!r}; `clausewise jobs list` shows all", "job")
    if row.state not in states:
        raise WrongState(f"job {job_id} is {row.state}: {advice}")
    return row


def info(row: Any) -> JobInfo:
    """Return a row as a value."""
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
        not_before=row.not_before,
        failures=tuple(row.failures),
        worker=row.worker,
        cancel_asked=row.cancel_asked,
    )
