"""Documents as people manage them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from knowledge.errors import NotFound, NotReadable
from knowledge.tables import EventRow
from knowledge.text import keys
from knowledge.types import OPERATOR, DocumentId, Reader

if TYPE_CHECKING:
    from tests.knowledge.conftest import Shelf

PUBLIC = Reader(frozenset({"public"}))


def events(shelf: Shelf) -> list[str]:
    """Return the kinds of all events, oldest first."""
    with shelf.store.database.read() as connection:
        return list(connection.execute(select(EventRow.kind).order_by(EventRow.seq)).scalars())


class TestBrowse:
    def test_lists_what_the_reader_may_see(self, shelf: Shelf) -> None:
        """Documents come by source, with the passages and audiences that this reader sees."""
        shelf.put("b.csv", [shelf.line("甲", audience="public"), shelf.line("乙")])
        shelf.put("a.md", ["丙"])
        documents = shelf.store.documents

        mine = [(d.source, d.passages, d.audiences) for d in documents.browse(PUBLIC)]
        all_of_them = [(d.source, d.passages, d.audiences) for d in documents.browse()]

        assert mine == [("b.csv", 1, ("public",))]
        assert all_of_them == [("a.md", 1, ("internal",)), ("b.csv", 2, ("internal", "public"))]
        assert (documents.count(PUBLIC), documents.count()) == (1, 2)

    def test_gives_pages(self, shelf: Shelf) -> None:
        """A page is a part of the whole list."""
        for name in "abc":
            shelf.put(f"{name}.md", [name])

        assert [d.source for d in shelf.store.documents.browse(limit=1, offset=1)] == ["b.md"]


class TestShow:
    def test_finds_by_id_and_by_source(self, shelf: Shelf) -> None:
        """People name a document by its path as well as by its id."""
        document_id = shelf.put("hr/a.md", ["甲"])

        assert shelf.store.documents.find("hr/a.md") == document_id
        assert shelf.store.documents.find(document_id) == document_id
        assert shelf.store.documents.show(document_id).source == "hr/a.md"

    def test_does_not_know_hidden_ones(self, shelf: Shelf) -> None:
        """A hidden document and one that never was look the same."""
        document_id = shelf.put("a.md", ["甲"])

        for wanted in (document_id, DocumentId("never")):
            with pytest.raises(NotFound, match="no document"):
                shelf.store.documents.show(wanted, PUBLIC)
        with pytest.raises(NotFound):
            shelf.store.documents.find("never")


class TestHistory:
    def test_is_newest_first_and_bounded(self, shelf: Shelf) -> None:
        """Three versions are kept by this store's settings; older ones are forgotten."""
        for number in range(5):
            document_id = shelf.put("a.md", [f"第{number}版"])

        history = shelf.store.documents.history(document_id)

        assert [(v.number, v.current) for v in history] == [(5, True), (4, False), (3, False)]

    def test_is_for_those_who_see_everything(self, shelf: Shelf) -> None:
        """A reader of a part of a document does not learn what the rest was."""
        document_id = shelf.put("a.csv", [shelf.line("甲", audience="public"), shelf.line("乙")])

        with pytest.raises(NotReadable):
            shelf.store.documents.history(document_id, PUBLIC)


class TestRollback:
    def test_puts_the_version_before_in_force(self, shelf: Shelf) -> None:
        """Words and vectors lead to the earlier version again, and nothing is embedded."""
        document_id = shelf.put("a.md", ["共同", "舊的規定"])
        shelf.put("a.md", ["共同", "嶄新條款"])

        info = shelf.store.documents.rollback(document_id)

        texts = [p.text for p in shelf.store.repository.document_passages(document_id, OPERATOR)]
        assert (info.version, texts) == (1, ["共同\n", "舊的規定\n"])
        assert shelf.store.fulltext.search(keys("嶄新").grams, None, 5) == []
        assert len(shelf.store.fulltext.search(keys("舊的規定").grams, None, 5)) == 1
        assert shelf.store.maintenance.check().problems == ()
        assert events(shelf)[-1] == "document.rolled_back"

    def test_goes_to_a_named_version(self, shelf: Shelf) -> None:
        """Any kept version can be chosen, forward again too."""
        document_id = shelf.put("a.md", ["一"])
        shelf.put("a.md", ["二"])
        shelf.put("a.md", ["三"])

        versions = [shelf.store.documents.rollback(document_id, n).version for n in (1, 3)]

        assert versions == [1, 3]

    def test_refuses_what_is_not_kept(self, shelf: Shelf) -> None:
        """The message names the versions that are."""
        document_id = shelf.put("a.md", ["一"])

        with pytest.raises(NotFound, match="kept are 1"):
            shelf.store.documents.rollback(document_id, 7)
        with pytest.raises(NotFound, match="no such earlier version"):
            shelf.store.documents.rollback(document_id)

    def test_brings_back_a_removed_document(self, shelf: Shelf) -> None:
        """Removal keeps the versions, so it can be taken back."""
        document_id = shelf.put("a.md", ["一"])
        shelf.store.documents.remove(document_id)

        assert shelf.store.documents.rollback(document_id).version == 1
        assert shelf.store.maintenance.check().problems == ()


class TestRemove:
    def test_takes_it_out_of_everything(self, shelf: Shelf) -> None:
        """Neither words nor vectors nor lists know a removed document, and the log says so."""
        document_id = shelf.put("a.md", ["獨特內容"])
        shelf.store.documents.remove(document_id)

        assert shelf.store.documents.browse() == []
        assert shelf.store.fulltext.size() == 0
        assert shelf.store.vectors.count() == 0
        assert shelf.store.maintenance.check().problems == ()
        assert events(shelf)[-1] == "document.removed"

    def test_refuses_what_is_not_there(self, shelf: Shelf) -> None:
        """Removing twice is an error, not a silent success."""
        document_id = shelf.put("a.md", ["一"])
        shelf.store.documents.remove(document_id)

        with pytest.raises(NotFound):
            shelf.store.documents.remove(document_id)
