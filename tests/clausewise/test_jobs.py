"""``clausewise jobs``: what waits, what failed and why, and another try."""

from __future__ import annotations

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from clausewise.bootstrap import Program
from clausewise.home import Home
from clausewise.jobs import Jobs
from clausewise.operations import LocalOperations
from clausewise.services import CHECK, INGEST, register
from clausewise.settings import load
from knowledge.permissions import OPERATING, Actor, Rights
from tests.clausewise.conftest import Cli


@pytest.fixture
def dead_and_waiting(indexed: Path) -> tuple[str, str]:
    """Return the ids of a job that failed for good and of one that waits."""
    program = Program(Home(indexed), load(Home(indexed)))
    queue = program.searchable_store.jobs
    register(queue, LocalOperations(program))
    dead = queue.submit(INGEST, {"paths": ["/no/such/file.md"], "audience": "internal"}, by="ann")
    with capture_logs():
        queue.run_pending()
    waiting = queue.submit(CHECK, {}, collection="hr")
    program.close()
    return dead, waiting


class TestJobs:
    def test_lists_what_there_is(self, dead_and_waiting: tuple[str, str], cli: Cli) -> None:
        """All, or the dead letters with the reason of each attempt."""
        dead, waiting = dead_and_waiting

        listed = cli("jobs", "list", "--json").json["jobs"]
        spoken = cli("jobs", "dead").out

        assert [(job["job_id"], job["state"]) for job in listed] == [(waiting, "queued"), (dead, "failed")]
        assert f"{dead}  failed" in spoken
        assert "by ann" in spoken
        assert "attempt 1:" in spoken
        assert "/no/such/file.md" in spoken
        assert waiting not in spoken

    def test_retries_cancels_and_discards(self, dead_and_waiting: tuple[str, str], cli: Cli) -> None:
        """Each only where it makes sense; else exit code 2 and why."""
        dead, waiting = dead_and_waiting

        again = cli("jobs", "retry", dead, "--json").json
        too_early = cli("jobs", "discard", dead)
        cancelled = cli("jobs", "cancel", waiting).out
        shown = cli("jobs", "show", waiting)
        gone = cli("jobs", "discard", waiting, "--json").json

        assert (again["state"], again["attempts"]) == ("queued", 0)
        assert (too_early.code, "cancel it first" in too_early.err) == (2, True)
        assert "cancelled" in cancelled
        assert "collection: hr" in shown.out
        assert gone == {"job_id": waiting, "state": "discarded"}
        assert cli("jobs", "show", waiting).code == 2

    def test_refuses_a_state_that_there_is_not(self, fake_home: Path, cli: Cli) -> None:
        """With those that there are."""
        outcome = cli("jobs", "list", "--state", "lost")

        assert outcome.code == 2
        assert "queued" in outcome.err


class TestSeen:
    def test_by_editors_of_its_collection(self, dead_and_waiting: tuple[str, str], indexed: Path) -> None:
        """The rest does not exist for them: not in lists, not by id."""
        dead, waiting = dead_and_waiting
        program = Program(Home(indexed), load(Home(indexed)))
        jobs = Jobs(program.store.jobs)
        editor = Actor("ed", Rights(frozenset({"hr"}), edit=frozenset({"hr"})), "editor")

        seen = [job.job_id for job in jobs.jobs(9, (), editor)]
        by_id = (jobs.job(dead, editor), jobs.job(waiting, editor), jobs.job(dead, OPERATING))
        program.close()

        assert seen == [waiting]
        assert [job is not None for job in by_id] == [False, True, True]
