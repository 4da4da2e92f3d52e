"""Days of versions as an ingest meets them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.pipeline import Ingestor
from knowledge.staging import Note
from knowledge.store import Store

TOMORROW = datetime.now(UTC) + timedelta(days=1)


def states(ingestor: Ingestor, docs: Path, note: Note | None = None) -> dict[str, str]:
    """Ingest and prune, and return what became of each file."""
    return {file.source: file.state for file in ingestor.run([docs], prune=True, note=note).files}


class TestDays:
    def test_a_file_that_waits_and_goes_is_removed(
        self, ingestor: Ingestor, store: Store, docs: Path
    ) -> None:
        """It was never in force, and its day does not bring it back."""
        (docs / "a.md").write_text("十日內退貨\n")
        (docs / "b.md").write_text("乙\n")
        assert states(ingestor, docs, Note(effective_from=TOMORROW))["a.md"] == "waiting"
        (docs / "a.md").unlink()

        assert states(ingestor, docs)["a.md"] == "removed"
        store.life_cycle.tick(TOMORROW + timedelta(days=1))
        assert "a.md" not in [info.source for info in store.documents.browse()]

    def test_days_given_again_are_kept(self, ingestor: Ingestor, store: Store, docs: Path) -> None:
        """The file is the same, its end is new."""
        (docs / "a.md").write_text("七日內退貨\n")
        ingestor.run([docs])

        assert states(ingestor, docs, Note(expires_at=TOMORROW)) == {"a.md": "unchanged"}
        assert store.documents.browse()[0].expires_at == TOMORROW
