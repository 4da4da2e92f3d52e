"""Background work."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from knowledge.database import Database, open_database
from knowledge.errors import NotFound
from knowledge.jobs import (
    BACKGROUND,
    INTERACTIVE,
    SCHEDULED,
    JobContext,
    Jobs,
    Json,
    Transient,
    WrongState,
    is_transient,
)
from knowledge.permissions import OPERATING, Actor, Rights
from knowledge.settings import JobsSettings, KnowledgeSettings
from knowledge.tables import JobRow

ROOT = Path(__file__).resolve().parent.parent.parent
WAIT_S = 20.0


def _wait_until(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds, and fail where it never does."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def _let_it_be_due(database: Database) -> None:
    """Let the time of every waiting job have come."""
    with database.write() as session:
        session.execute(update(JobRow).values(not_before=None))


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    """Return an empty database."""
    opened = open_database(home)
    yield opened
    opened.close()


@pytest.fixture
def jobs(database: Database) -> Iterator[Jobs]:
    """Return the queue, stopped after the test."""
    made = Jobs(database, JobsSettings(attempts=2, retry_s=0.01))
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


class TestRetry:
    def test_tries_again_what_failed_for_a_passing_cause(self, database: Database) -> None:
        """Each attempt's reason is kept, each wait is longer, and the result is that of the last attempt."""
        jobs = Jobs(database, JobsSettings(attempts=3, retry_s=0.01))
        waits: list[float] = []

        def flaky(_payload: Json, context: JobContext) -> Json:
            failed = len(jobs.get(context.job_id).failures)
            if failed < 2:
                raise Transient(f"the mail server is away ({failed})")
            return {"after": failed}

        jobs.register("flaky", flaky)
        job_id = jobs.submit("flaky", {})

        for _ in range(2):
            with capture_logs():
                assert jobs.run_pending() == 1
            job = jobs.get(job_id)
            assert (job.state, jobs.run_pending()) == ("queued", 0)  # its time has not come
            assert job.not_before is not None
            waits.append((job.not_before - datetime.now(UTC)).total_seconds())
            _let_it_be_due(database)
        jobs.run_pending()

        job = jobs.get(job_id)
        assert (job.state, job.result, job.attempts) == ("done", {"after": 2}, 3)
        assert job.failures == ("the mail server is away (0)", "the mail server is away (1)")
        assert waits[0] < 0.013
        assert 0.02 < waits[1] < 0.051

    def test_gives_up_after_the_last_attempt(self, database: Database, jobs: Jobs) -> None:
        """A cause that does not pass makes a dead letter with all its reasons; a person may try again."""

        def fail(_payload: Json, _context: JobContext) -> Json:
            raise ConnectionRefusedError("nobody listens")

        jobs.register("fail", fail)
        job_id = jobs.submit("fail", {})
        for _ in range(2):
            with capture_logs():
                jobs.run_pending()
            _let_it_be_due(database)

        dead = jobs.recent(states=["failed"])
        assert [(job.job_id, job.error, job.failures) for job in dead] == [
            (job_id, "nobody listens", ("nobody listens", "nobody listens"))
        ]
        jobs.register("fail", lambda _payload, _context: {"well": True})
        assert (jobs.retry(job_id, by="ann").state, jobs.run_pending()) == ("queued", 1)
        assert (jobs.get(job_id).state, jobs.get(job_id).result) == ("done", {"well": True})

    def test_does_not_try_again_what_is_final(self, jobs: Jobs) -> None:
        """A mistake stays one however often it is repeated."""
        jobs.register("fail", lambda _payload, _context: {}["no such key"])
        job_id = jobs.submit("fail", {})

        with capture_logs():
            jobs.run_pending()

        assert (jobs.get(job_id).state, jobs.get(job_id).attempts) == ("failed", 1)

    @pytest.mark.parametrize(
        ("error", "expected"),
        [
            (Transient("away"), True),
            (ConnectionResetError("reset"), True),
            (TimeoutError("slow"), True),
            (OSError(errno.EHOSTUNREACH, "no route"), True),
            (OSError(errno.ENOSPC, "disk full"), False),
            (PermissionError(errno.EACCES, "no right"), False),
            (FileNotFoundError(errno.ENOENT, "gone"), False),
            (ValueError("wrong"), False),
        ],
    )
    def test_knows_which_causes_pass(self, error: Exception, *, expected: bool) -> None:
        """The machine, the network or another program; also as the cause of another error."""
        outer = RuntimeError("could not be done")
        outer.__cause__ = error

        assert (is_transient(error), is_transient(outer)) == (expected, expected)

    def test_knows_a_database_that_another_process_keeps_busy(self, database: Database, home: Path) -> None:
        """SQLite's own word for it, as SQLAlchemy passes it on."""
        impatient = open_database(home, KnowledgeSettings(busy_timeout_s=0.1))
        with database.write() as session:
            session.execute(text("SELECT 1"))
            with pytest.raises(OperationalError) as busy, impatient.write() as other:
                other.execute(text("SELECT 1"))
        impatient.close()

        assert is_transient(busy.value)

    def test_refuses_what_has_not_failed(self, jobs: Jobs) -> None:
        """Only what failed or was cancelled is tried again; only what is over is thrown away."""
        job_id = jobs.submit("unknown", {})

        with pytest.raises(WrongState, match="queued"):
            jobs.retry(job_id)
        with pytest.raises(WrongState, match="cancel it first"):
            jobs.discard(job_id)
        jobs.cancel(job_id)
        jobs.discard(job_id)
        with pytest.raises(NotFound):
            jobs.get(job_id)


class TestLock:
    def test_keeps_jobs_of_one_lock_apart(self, database: Database) -> None:
        """Two workers, one lock: never together; another lock goes beside."""
        jobs = Jobs(database, JobsSettings(workers=3))
        together: dict[str, int] = {"a": 0, "b": 0}
        most: dict[str, int] = {"a": 0, "b": 0}
        beside = threading.Barrier(2, timeout=WAIT_S)
        guard = threading.Lock()

        def work(payload: Json, _context: JobContext) -> Json:
            name = payload["lock"]
            with guard:
                together[name] += 1
                most[name] = max(most[name], together[name])
            if payload["first"]:
                beside.wait()  # the other lock's job must be at work now
            with guard:
                together[name] -= 1
            return {}

        jobs.register("work", work)
        ids = [
            jobs.submit("work", {"lock": name, "first": first}, lock=f"document:{name}")
            for first in (True, False, False)
            for name in ("a", "b")
        ]
        jobs.start()
        _wait_until(lambda: all(jobs.get(job_id).is_over for job_id in ids))
        jobs.stop()

        assert [jobs.get(job_id).state for job_id in ids] == ["done"] * 6
        assert most == {"a": 1, "b": 1}


class TestRetention:
    def test_deletes_what_was_over_for_long(self, database: Database) -> None:
        """Beyond the days and the number kept; what waits or works is never touched."""
        jobs = Jobs(database, JobsSettings(kept_days=1, kept=10))
        jobs.register("note", lambda _payload, _context: {})
        waiting = jobs.submit("unknown", {})
        ids = [jobs.submit("note", {}) for _ in range(13)]
        jobs.run_pending()
        with database.write() as session:
            long_ago = datetime.now(UTC) - timedelta(days=2)
            session.execute(update(JobRow).where(JobRow.id == ids[12]).values(finished_at=long_ago))

        jobs._tidy()

        kept = {job.job_id for job in jobs.recent(100)}
        assert waiting in kept
        assert ids[12] not in kept
        assert jobs.counts() == {"queued": 1, "running": 0, "done": 10, "failed": 0, "cancelled": 0}


class TestShown:
    def test_is_known_to_admins_and_editors_of_its_collection(self, jobs: Jobs) -> None:
        """A job of no collection is the administrators' alone."""
        editor = Actor("ed", Rights(frozenset({"hr"}), edit=frozenset({"hr"})), "editor")
        reader = Actor("vi", Rights(frozenset({"hr"})), "viewer")
        ours, theirs, nobodys = (jobs.submit("x", {}, collection=name) for name in ("hr", "it", None))

        shown = {
            actor.name: [i for i in (ours, theirs, nobodys) if jobs.get(i).is_shown_to(actor)]
            for actor in (OPERATING, editor, reader)
        }

        assert shown == {"operator": [ours, theirs, nobodys], "ed": [ours], "vi": []}


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
        assert jobs.get(job_id).state == "cancelled"

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

        again._take_back(all_of_them=True)
        again.run_pending()

        job = again.get(job_id)
        assert (job.state, job.attempts) == ("done", 2)

    def test_takes_over_from_a_worker_that_died(self, database: Database) -> None:
        """Where other processes may live, a job is taken over once its lease is over and no sign came between."""
        jobs = Jobs(database, JobsSettings(lease_s=30))
        jobs.register("double", double)
        taken_over: list[bool] = []
        jobs.on_takeover(lambda: taken_over.append(True))
        dead, living = jobs.submit("double", {"number": 1}), jobs.submit("double", {"number": 2})
        now = datetime.now(UTC)
        with database.write() as session:
            values = {"state": "running", "attempts": 1, "worker": "elsewhere"}
            session.execute(update(JobRow).values(**values, seen_at=now - timedelta(seconds=31)))
        jobs._take_back(all_of_them=False)
        with database.write() as session:
            session.execute(update(JobRow).where(JobRow.id == living).values(seen_at=now))

        jobs._take_back(all_of_them=False)
        jobs.run_pending()

        assert (jobs.get(dead).state, jobs.get(living).state, taken_over) == ("done", "running", [True])

    def test_stops_a_job_that_another_process_has_taken(self, database: Database, jobs: Jobs) -> None:
        """Who was thought dead is told, and its result no longer counts."""
        begun = threading.Event()

        def patient(_payload: Json, context: JobContext) -> Json:
            begun.set()
            assert context.cancel.wait(WAIT_S)
            return {"late": True}

        jobs.register("patient", patient)
        jobs.start()
        job_id = jobs.submit("patient", {})
        assert begun.wait(WAIT_S)
        with database.write() as session:
            session.execute(update(JobRow).values(worker="elsewhere"))

        with capture_logs() as logs:
            jobs._worker.beat()
            _wait_until(lambda: not jobs._worker._at_hand)

        assert jobs.get(job_id).worker == "elsewhere"
        assert jobs.get(job_id).result is None
        assert [entry["jobs"] for entry in logs if "jobs" in entry] == [[job_id]]

    def test_survives_kill_9(self, home: Path, database: Database) -> None:
        """Twenty jobs, killed without warning while they run: each is done, none is lost."""
        database.close()
        program = (
            "import os, signal, sys, threading, time; from pathlib import Path\n"
            "from knowledge.database import open_database; from knowledge.jobs import Jobs\n"
            "jobs = Jobs(open_database(Path(sys.argv[1])))\n"
            "ids = [jobs.submit('note', {'n': n}) for n in range(20)]\n"
            "jobs.register('note', lambda payload, context: time.sleep(0.02) or payload)\n"
            "jobs.start()\n"
            "while sum(jobs.counts()[state] for state in ('done',)) < 5: time.sleep(0.005)\n"
            "os.kill(os.getpid(), signal.SIGKILL)"
        )
        ended = subprocess.run(
            [sys.executable, "-c", program, str(home)],
            check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert ended.returncode == -signal.SIGKILL
        again = open_database(home)
        jobs = Jobs(again)
        before = jobs.counts()
        jobs.register("note", lambda payload, _context: payload)

        jobs.start()
        _wait_until(lambda: jobs.counts()["done"] == 20)
        jobs.stop()

        results = sorted(job.result["n"] for job in jobs.recent(100) if job.result)
        again.close()
        assert before["done"] < 20
        assert results == list(range(20))

    def test_finds_jobs_without_being_woken(self, database: Database) -> None:
        """Messages may be lost, all of them: the rows are looked at anyway."""
        asking, working = Jobs(database), Jobs(database, JobsSettings(lease_s=1))
        working.register("double", double)
        working.start()
        working._ringing()._huey.flush()
        asking._committed = lambda _session: None
        with database.write() as session:
            job_id = asking._rows.add(session, "double", {"number": 4}, {})

        _wait_until(lambda: working.get(job_id).is_over)
        working.stop()

        assert working.get(job_id).result == {"number": 8}

    def test_makes_a_damaged_queue_anew(self, home: Path, database: Database) -> None:
        """The file of messages holds nothing that is needed."""
        (home / "queue.db").write_bytes(b"no database at all" * 100)
        jobs = Jobs(database)
        jobs.register("double", double)
        jobs.start()

        job_id = jobs.submit("double", {"number": 4})
        _wait_until(lambda: jobs.get(job_id).is_over)
        jobs.stop()

        assert jobs.get(job_id).result == {"number": 8}

    def test_gives_up_on_a_job_that_kills(self, database: Database, jobs: Jobs) -> None:
        """A job whose process died too often has failed, so that it cannot stop every start."""
        job_id = jobs.submit("double", {"number": 2})
        with database.write() as session:
            session.execute(update(JobRow).values(state="running", attempts=2))

        jobs._take_back(all_of_them=True)

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

        assert (jobs.get(job_id).state, jobs.get(job_id).attempts) == ("queued", 0)
        again = Jobs(database)
        again.register("patient", lambda _payload, _context: {"whole": True})
        again.run_pending()
        assert again.get(job_id).result == {"whole": True}
