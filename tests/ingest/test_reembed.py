"""Another embedder for what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.pipeline import Ingestor
from ingest.reembed import reembed
from knowledge.errors import IndexMismatch
from knowledge.identity import EmbedderInfo
from knowledge.store import Store
from models.fakes import HashEmbedder


class Failing(HashEmbedder):
    """Embeds nothing."""

    def embed_passages(self, *_args: object, **_kwargs: object) -> object:
        """Break off."""
        raise RuntimeError("out of memory")


class TestReembed:
    def test_changes_over(self, ingestor: Ingestor, store: Store, docs: Path, home: Path) -> None:
        """All versions get vectors of the new model, the old ones go, and search works with it."""
        (docs / "a.md").write_text("# 甲\n\n舊的規定\n")
        ingestor.run([docs])
        (docs / "a.md").write_text("# 甲\n\n出貨異常通報\n")
        ingestor.run([docs])
        store.close()
        other = HashEmbedder(dimension=64)

        with Store.open(home, EmbedderInfo(other.model_id, 64)) as again:
            with pytest.raises(IndexMismatch):
                again.load()
            report = reembed(again, other)

            assert (report.model_id, report.embedded, report.vectors) == ("hash-64", 2, 1)
            assert again.indexed_model() == EmbedderInfo("hash-64", 64)
            assert again.maintenance.check().problems == ()
            assert again.vectors.search(other.embed_question("出貨異常"), None, 1) != []
            assert again.documents.rollback(again.documents.find("a.md")).version == 1
            assert Ingestor(again, other).run([docs]).totals["embedded"] == 0

    def test_changes_nothing_when_it_breaks_off(
        self, ingestor: Ingestor, store: Store, docs: Path, home: Path, embedder: HashEmbedder
    ) -> None:
        """Until the change-over the old index answers."""
        (docs / "a.md").write_text("# 甲\n\n出貨異常通報\n")
        ingestor.run([docs])
        store.close()
        with Store.open(home, EmbedderInfo("hash-64", 64)) as again, pytest.raises(RuntimeError):
            reembed(again, Failing(dimension=64))

        with Store.open(home, EmbedderInfo(embedder.model_id, embedder.dimension)) as as_before:
            as_before.load()

            assert as_before.vectors.count() == 1
            assert as_before.maintenance.check().problems == ()
