"""Jobs that a real Redis wakes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from knowledge.database import Database, open_database
from knowledge.jobs import Jobs, Transient
from knowledge.settings import JobsSettings
from tests.services import free_port, redis_server, wait_until


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    """Return the address of a Redis of this module."""
    with redis_server() as url:
        yield url


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    """Return an empty database."""
    opened = open_database(home)
    yield opened
    opened.close()


class TestRedis:
    def test_wakes_at_once_and_later(self, database: Database, home: Path, redis: str) -> None:
        """A job begins when it is asked for, and a failed one again when its time has come."""
        jobs = Jobs(database, JobsSettings(redis_url=redis, retry_s=0.2))
        asking = Jobs(database, JobsSettings(redis_url=redis))
        failed = threading.Event()

        def flaky(payload: dict[str, int], _context: object) -> dict[str, int]:
            if not failed.is_set():
                failed.set()
                raise Transient("not yet")
            return {"n": payload["n"] + 1}

        jobs.register("flaky", flaky)
        jobs.start()
        with capture_logs():
            job_id = asking.submit("flaky", {"n": 1}, priority=5)
            wait_until(lambda: jobs.get(job_id).is_over)
        asking.stop()
        jobs.stop()

        job = jobs.get(job_id)
        assert (job.state, job.result, job.attempts, job.failures) == ("done", {"n": 2}, 2, ("not yet",))
        assert not (home / "queue.db").exists()

    def test_keeps_homes_apart(self, tmp_path: Path, redis: str) -> None:
        """Two homes on one Redis: each does its own jobs, and only those."""
        seen: dict[str, list[int]] = {"a": [], "b": []}
        opened: list[tuple[Database, Jobs]] = []
        for name, jobs_of in seen.items():
            (tmp_path / name).mkdir()
            database = open_database(tmp_path / name)
            jobs = Jobs(database, JobsSettings(redis_url=redis))
            jobs.register("note", lambda payload, _, kept=jobs_of: kept.append(payload["n"]) or {})
            jobs.start()
            opened.append((database, jobs))

        for number in range(4):
            opened[number % 2][1].submit("note", {"n": number})
        wait_until(lambda: all(jobs.counts()["done"] == 2 for _, jobs in opened))
        for database, jobs in opened:
            jobs.stop()
            database.close()

        assert seen == {"a": [0, 2], "b": [1, 3]}

    def test_messages_cannot_run_code(self, database: Database, redis: str) -> None:
        """Whoever can write to the Redis can wake workers, and nothing else: messages are no pickles."""
        import pickle

        jobs = Jobs(database, JobsSettings(redis_url=redis))
        ran = database.home / "ran"

        class Evil:
            def __reduce__(self) -> tuple[object, tuple[str]]:
                return (Path.touch, (ran,))

        jobs.register("note", lambda _payload, _context: {})
        jobs.start()
        alarm = jobs._ringing()
        alarm._huey.storage.enqueue(pickle.dumps(Evil()), 0)
        job_id = jobs.submit("note", {})
        wait_until(lambda: jobs.get(job_id).is_over)
        wait_until(lambda: alarm.waiting() == 0)
        jobs.stop()

        assert jobs.get(job_id).state == "done"
        assert not ran.exists()

    def test_may_be_away_and_come_back_empty(self, database: Database) -> None:
        """Asking does not fail; the log says once what to do; the jobs are done when it is back."""
        port = free_port()
        secret = f"redis://:hunter2-secret@127.0.0.1:{port}/0"
        plain = JobsSettings(redis_url=f"redis://127.0.0.1:{port}/0", lease_s=2)
        asking = Jobs(database, JobsSettings(redis_url=secret))
        with capture_logs() as logs:
            ids = [asking.submit("note", {"n": n}) for n in range(3)]

        (told,) = [entry for entry in logs if entry["log_level"] == "warning"]
        assert "redis_url" in told["advice"]
        assert "hunter2" not in str(logs)

        working = Jobs(database, plain)
        working.register("note", lambda payload, _context: payload)
        with capture_logs():
            working.start()
            with redis_server(port):
                wait_until(lambda: working.counts()["done"] == 3)
            working.stop()

        assert [working.get(job_id).result for job_id in ids] == [{"n": 0}, {"n": 1}, {"n": 2}]
