"""Versions: stable names, what is embedded again, what one transaction changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from sqlalchemy import func, select, update

from knowledge.embeddings import embed_key, pack, unpack
from knowledge.errors import IndexBroken, IndexMismatch
from knowledge.staging import known, passage_ids, sources
from knowledge.tables import DocumentRow, PassageRow, VectorRow, VersionRow
from knowledge.text import keys
from knowledge.types import OPERATOR, DocumentId

if TYPE_CHECKING:
    from knowledge.store import Store
    from tests.knowledge.conftest import Shelf

DOCUMENT = DocumentId("d")


def count(store: Store, table: type) -> int:
    """Return the number of rows of a table."""
    with store.database.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


class TestPassageIds:
    def test_do_not_depend_on_what_stands_before(self, shelf: Shelf) -> None:
        """An insertion renames nothing that follows it."""
        before = shelf.version("a", ["甲", "乙"]).passages
        after = shelf.version("a", ["新", "甲", "乙"]).passages

        assert passage_ids(DOCUMENT, after)[1:] == passage_ids(DOCUMENT, before)

    def test_tell_repeats_apart(self, shelf: Shelf) -> None:
        """The same text twice under one clause has two names, stable by order."""
        ids = passage_ids(DOCUMENT, shelf.version("a", ["甲", "乙", "甲"]).passages)

        assert len(set(ids)) == 3

    @pytest.mark.parametrize(
        "change",
        [
            {"audience": "public"},
            {"clause_key": "2"},
            {"heading": ("第一章",)},
            {"anchor": "row=2"},
            {"text": "乙"},
        ],
    )
    def test_depend_on_place_and_content(self, shelf: Shelf, change: dict[str, object]) -> None:
        """Audience, clause path, row and text make the name."""
        (passage,) = shelf.version("a", ["甲"]).passages

        assert passage_ids(DOCUMENT, [replace(passage, **change)]) != passage_ids(DOCUMENT, [passage])

    def test_differ_between_documents(self, shelf: Shelf) -> None:
        """The same text in two documents is two passages."""
        passages = shelf.version("a", ["甲"]).passages

        assert passage_ids(DOCUMENT, passages) != passage_ids(DocumentId("e"), passages)


class TestStage:
    def test_replaces_what_was_staged_before(self, shelf: Shelf) -> None:
        """A run that starts over leaves one staged version, not two."""
        shelf.put("a.md", ["甲"])
        shelf.stage(shelf.version("a.md", ["乙"]))
        again = shelf.stage(shelf.version("a.md", ["丙"]))

        assert again.number == 2
        assert count(shelf.store, VersionRow) == 2

    def test_keeps_the_first_source_of_a_place(self, shelf: Shelf) -> None:
        """A file is the same document when it is ingested through another folder."""
        version = shelf.version("hr/a.md", ["甲"])
        first = shelf.store.publisher.stage(version)
        second = shelf.store.publisher.stage(replace(version, source="a.md", root="/docs/hr"))

        assert (first[1], second[1]) == ("hr/a.md", "hr/a.md")
        assert first[0].document_id == second[0].document_id

    def test_tells_equal_sources_apart(self, shelf: Shelf) -> None:
        """Two places never share a source."""
        version = shelf.version("a.md", ["甲"])
        shelf.store.publisher.stage(version)

        _, source = shelf.store.publisher.stage(replace(version, location="/elsewhere/a.md"))

        assert source == "a.md~2"
        with shelf.store.database.read() as connection:
            assert set(sources(connection)) == {"a.md", "a.md~2"}

    def test_is_unknown_until_published(self, shelf: Shelf) -> None:
        """What was only staged does not count as known, so the next run reads it again."""
        shelf.stage(shelf.version("a.md", ["甲"]))
        with shelf.store.database.read() as connection:
            assert known(connection, "/docs/a.md") is None

        document_id = shelf.put("a.md", ["甲"])

        with shelf.store.database.read() as connection:
            found = known(connection, "/docs/a.md")
        assert found is not None
        assert (found.document_id, found.number, found.current, found.removed) == (document_id, 1, 1, False)


class TestVectors:
    def test_are_kept_by_text(self, shelf: Shelf) -> None:
        """A text that is known, from any document or version, is not embedded again."""
        shelf.put("a.md", ["甲", "乙"])
        version = shelf.version("b.md", ["乙", "丙", "丙"])

        lacking = shelf.store.publisher.without_vectors([p.embed_key for p in version.passages])

        assert lacking == [embed_key("丙\n")]

    def test_survive_the_round_trip(self) -> None:
        """A stored vector has length 1 again and differs by less than a thousandth."""
        vector = np.random.default_rng(1).normal(size=384).astype(np.float32)
        vector /= np.linalg.norm(vector)

        again = unpack(pack(vector))

        assert float(np.linalg.norm(again)) == pytest.approx(1.0, abs=1e-6)
        assert float(again @ vector) > 0.9999

    def test_of_another_shape_are_refused(self, shelf: Shelf) -> None:
        """An embedder that returns something else than it says is stopped before anything is kept."""
        shelf.stage(shelf.version("a.md", ["甲"]))

        with pytest.raises(IndexMismatch, match="shape"):
            shelf.store.publisher.keep_vectors(
                [b"k"], np.zeros((1, 3), np.float32), shelf.store.publisher.model
            )

    def test_must_be_there_before_publishing(self, shelf: Shelf) -> None:
        """A version whose texts were not embedded cannot be put in force."""
        target, _ = shelf.store.publisher.stage(shelf.version("a.md", ["甲"]))

        with pytest.raises(IndexBroken, match="no vector"):
            shelf.store.publisher.change(target, "document.published")
        assert shelf.store.documents.browse() == []


class TestPublish:
    def test_shows_nothing_before(self, shelf: Shelf) -> None:
        """Between preparing and publishing, readers find the old version by words and by vectors."""
        document_id = shelf.put("a.md", ["舊的規定"])
        target = shelf.stage(shelf.version("a.md", ["嶄新條款"]))
        shelf.store.publisher.prepare([target])

        by_words = [i for i, _ in shelf.store.fulltext.search(keys("規定條款").grams, None, 9)]
        by_vector = [i for i, _ in shelf.store.vectors.search(shelf.embedder.embed_question("條款"), None, 9)]
        shown = shelf.store.repository.passages([*by_words, *by_vector], OPERATOR)

        assert [p.text for p in shown.values()] == ["舊的規定\n"]
        shelf.store.publisher.publish(target, "document.published")
        (passage,) = shelf.store.repository.document_passages(document_id, OPERATOR)
        assert (passage.text, passage.version) == ("嶄新條款\n", 2)

    def test_keeps_what_is_unchanged_in_place(self, shelf: Shelf) -> None:
        """Passages that a new version repeats keep their names, rows and vectors."""
        shelf.put("a.md", ["共同的一段", "舊的一段"])
        before = set().union(*shelf.store.vectors.ids().values())
        shelf.put("a.md", ["插入的一段", "共同的一段"])
        after = set().union(*shelf.store.vectors.ids().values())

        assert len(before & after) == 1
        assert count(shelf.store, VectorRow) == 3

    def test_follows_a_new_title(self, shelf: Shelf) -> None:
        """A changed title is indexed for unchanged passages too."""
        shelf.put("a.md", ["內容"], title="舊名稱")
        shelf.put("a.md", ["內容"], title="新標題")
        search = shelf.store.fulltext.search

        assert search(keys("標題").grams, None, 5, column="context") != []
        assert search(keys("名稱").grams, None, 5, column="context") == []
        assert [d.title for d in shelf.store.documents.browse()] == ["新標題"]

    def test_bumps_the_generation(self, shelf: Shelf) -> None:
        """Each visible change is counted, staging is not."""
        start = shelf.store.generation
        shelf.stage(shelf.version("a.md", ["甲"]))
        staged = shelf.store.generation
        shelf.put("a.md", ["甲"])

        assert (staged, shelf.store.generation) == (start, start + 1)


class TestGarbage:
    def test_is_what_no_version_needs(self, shelf: Shelf) -> None:
        """Vectors of forgotten versions go, those of kept ones stay."""
        for number in range(5):
            shelf.put("a.md", ["共同", f"第{number}版"])

        shelf.store.publisher.tidy(optimise=True)

        assert count(shelf.store, VectorRow) == 4  # the common one, and three kept versions
        assert count(shelf.store, PassageRow) == 6
        assert shelf.store.maintenance.check().problems == ()

    def test_includes_abandoned_staging(self, shelf: Shelf) -> None:
        """A staged version that nobody came back for in a week is dropped, a fresh one stays."""
        shelf.stage(shelf.version("old.md", ["甲"]))
        shelf.stage(shelf.version("fresh.md", ["乙"]))
        with shelf.store.database.write() as session:
            old = select(DocumentRow.id).where(DocumentRow.source == "old.md").scalar_subquery()
            session.execute(
                update(VersionRow)
                .where(VersionRow.document_id == old)
                .values(created_at=func.datetime("now", "-8 days"))
            )

        shelf.store.publisher.collect_garbage()

        with shelf.store.database.read() as connection:
            assert set(sources(connection)) == {"fresh.md"}
        assert count(shelf.store, VectorRow) == 1
