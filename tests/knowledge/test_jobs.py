"""Background work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from knowledge.database import Database, open_database
from knowledge.errors import NotFound
from knowledge.jobs import BACKGROUND, INTERACTIVE, SCHEDULED, JobContext, Jobs, Json
from knowledge.settings import KnowledgeSettings
from knowledge.tables import JobRow

WAIT_S = 20.0


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    """Return an empty database."""
    opened = open_database(home)
    yield opened
    opened.close()


@pytest.fixture
def jobs(database: Database) -> Iterator[Jobs]:
    """Return the queue, stopped after the test."""
    made = Jobs(database, KnowledgeSettings(job_attempts=2))
    yield made
    made.stop()


def double(payload: Json, context: JobContext) -> Json:
    """Return twice the number, telling how far it is."""
    context.progress({"done": 1})
    return {"number": payload["number"] * 2}


class TestEnqueue:
    def test_belongs_to_its_transaction(self, database: Database, jobs: Jobs) -> None:
        """A job exists if its transaction committed, and only then."""

        def ask_and_fail() -> None:
            with database.write() as session:
                jobs.enqueue(session, "double", {"number": 1})
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            ask_and_fail()

        assert jobs.recent() == []
        with database.write() as session:
            job_id = jobs.enqueue(session, "double", {"number": 1})
        assert [job.job_id for job in jobs.recent()] == [job_id]
        assert jobs.get(job_id).state == "queued"


class TestRun:
    def test_does_what_the_handler_does(self, jobs: Jobs) -> None:
        """Progress and result are kept with the job."""
        jobs.register("double", double)
        job_id = jobs.submit("double", {"number": 21})

        done = jobs.run_pending()

        job = jobs.get(job_id)
        assert (done, job.state, job.result, job.progress) == (1, "done", {"number": 42}, {"done": 1})
        assert job.finished_at is not None

    def test_keeps_the_order_of_asking(self, jobs: Jobs) -> None:
        """First come, first served."""
        seen: list[int] = []
        jobs.register("note", lambda payload, _context: seen.append(payload["n"]) or {})
        for number in range(5):
            jobs.submit("note", {"n": number})

        jobs.run_pending()

        assert seen == [0, 1, 2, 3, 4]

    def test_takes_what_a_person_waits_for_first(self, jobs: Jobs) -> None:
        """A higher priority goes before, whoever asked first; who asked and for which collection is kept."""
        seen: list[int] = []
        jobs.register("note", lambda payload, _context: seen.append(payload["n"]) or {})
        for number, priority in enumerate((BACKGROUND, SCHEDULED, INTERACTIVE)):
            job_id = jobs.submit(
                "note", {"n": number}, priority=priority, lock="source:s", by="ann", collection="hr"
            )

        jobs.run_pending()

        job = jobs.get(job_id)
        assert seen == [2, 1, 0]
        assert (job.priority, job.lock, job.by, job.collection) == (INTERACTIVE, "source:s", "ann", "hr")

    def test_tells_a_failure(self, jobs: Jobs) -> None:
        """What a handler raises is the job's error, and the next job is done all the same."""

        def fail(_payload: Json, _context: JobContext) -> Json:
            raise ValueError("no such folder: /nowhere")

        jobs.register("fail", fail)
        jobs.register("double", double)
        failed, done = jobs.submit("fail", {}), jobs.submit("double", {"number": 1})

        with capture_logs() as logs:
            jobs.run_pending()

        assert (jobs.get(failed).state, jobs.get(failed).error) == ("failed", "no such folder: /nowhere")
        assert jobs.get(done).state == "done"
        assert [(entry["event"], entry["job"]) for entry in logs] == [("job failed", failed)]

    def test_waits_for_a_handler(self, jobs: Jobs) -> None:
        """A job that nobody can do yet stays queued."""
        job_id = jobs.submit("unknown", {})

        assert jobs.run_pending() == 0
        assert jobs.get(job_id).state == "queued"

    def test_is_woken_by_the_commit(self, jobs: Jobs) -> None:
        """The consumer thread begins as soon as the asking transaction has committed."""
        done = threading.Event()
        jobs.register("signal", lambda _payload, _context: done.set() or {})
        jobs.start()

        jobs.submit("signal", {})

        assert done.wait(WAIT_S)


class TestCancel:
    def test_keeps_a_queued_job_from_starting(self, jobs: Jobs) -> None:
        """A job cancelled before it began is never done."""
        jobs.register("double", double)
        job_id = jobs.submit("double", {"number": 1})

        state = jobs.cancel(job_id).state

        assert (state, jobs.run_pending()) == ("cancelled", 0)

    def test_reaches_the_job_at_hand(self, jobs: Jobs) -> None:
        """A running job sees the event, and counts as cancelled."""
        begun, over = threading.Event(), threading.Event()

        def patient(_payload: Json, context: JobContext) -> Json:
            begun.set()
            assert context.cancel.wait(WAIT_S)
            over.set()
            return {}

        jobs.register("patient", patient)
        jobs.register("last", lambda _payload, _context: {})
        jobs.start()
        job_id = jobs.submit("patient", {})
        assert begun.wait(WAIT_S)

        jobs.cancel(job_id)

        assert over.wait(WAIT_S)
        jobs.stop()
        assert jobs.get(job_id).state in {"cancelled", "running"}

    def test_refuses_what_is_not_there(self, jobs: Jobs) -> None:
        """An unknown job cannot be cancelled."""
        with pytest.raises(NotFound):
            jobs.cancel("unknown")


class TestRestart:
    def test_takes_unfinished_jobs_again(self, database: Database, jobs: Jobs) -> None:
        """A job that a killed process was at is done by the next one."""
        job_id = jobs.submit("double", {"number": 2})
        with database.write() as session:
            session.execute(update(JobRow).values(state="running", attempts=1))
        again = Jobs(database)
        again.register("double", double)

        again._take_back()
        again.run_pending()

        job = again.get(job_id)
        assert (job.state, job.attempts) == ("done", 2)

    def test_gives_up_on_a_job_that_kills(self, database: Database, jobs: Jobs) -> None:
        """A job whose process died too often has failed, so that it cannot stop every start."""
        job_id = jobs.submit("double", {"number": 2})
        with database.write() as session:
            session.execute(update(JobRow).values(state="running", attempts=2))

        jobs._take_back()

        job = jobs.get(job_id)
        assert job.state == "failed"
        assert "stopped 2 times" in str(job.error)

    def test_finds_a_job_cut_short_by_the_end(self, database: Database) -> None:
        """A job that was stopped with its program is taken again, not counted as cancelled."""
        jobs = Jobs(database)
        begun = threading.Event()

        def patient(_payload: Json, context: JobContext) -> Json:
            begun.set()
            assert context.cancel.wait(WAIT_S)
            return {}

        jobs.register("patient", patient)
        jobs.start()
        job_id = jobs.submit("patient", {})
        assert begun.wait(WAIT_S)

        jobs.stop()

        assert jobs.get(job_id).state == "running"
        again = Jobs(database)
        again.register("patient", lambda _payload, _context: {"whole": True})
        again._take_back()
        again.run_pending()
        assert again.get(job_id).result == {"whole": True}
