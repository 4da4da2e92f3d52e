"""The record of ingest runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge.database import Database, open_database
from knowledge.runs import FileOutcome, Runs


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    """Return an empty database."""
    opened = open_database(home)
    yield opened
    opened.close()


class TestRuns:
    def test_keep_what_became_of_each_file(self, database: Database) -> None:
        """Files come back in order with state and reason."""
        runs = Runs(database)
        run_id = runs.start(["/docs"])
        outcomes = [
            FileOutcome("a.md", "indexed", 3, document_id="d", version=1),
            FileOutcome("b.pdf", "failed", reason="needs a password", code="encrypted"),
        ]

        runs.record(run_id, outcomes[:1])
        runs.record(run_id, outcomes[1:])
        runs.record(run_id, [])
        runs.finish(run_id, "done", {"files": 2})

        assert runs.files(run_id) == outcomes
        (run,) = runs.recent()
        assert (run.run_id, run.state, run.roots, run.totals) == (run_id, "done", ("/docs",), {"files": 2})

    def test_close_what_a_killed_process_left(self, database: Database) -> None:
        """A run that never ended is shown as interrupted once another begins."""
        runs = Runs(database)
        first = runs.start(["/docs"])
        second = runs.start(["/docs"])

        assert {run.run_id: run.state for run in runs.recent()} == {first: "interrupted", second: "running"}
