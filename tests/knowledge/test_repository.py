"""Reading passages: order, clauses, places, names, cosines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from knowledge.types import OPERATOR, PassageId, Reader

if TYPE_CHECKING:
    from tests.knowledge.conftest import Shelf

PUBLIC = Reader(frozenset({"public"}))


class TestPassages:
    def test_keeps_the_order_of_the_question(self, shelf: Shelf) -> None:
        """Passages come in the order in which they were asked for, each once, unknown ones left out."""
        document_id = shelf.put("a.md", ["一", "二", "三"])
        first, second, third = shelf.store.repository.document_passages(document_id, OPERATOR)

        asked = [third.passage_id, PassageId("unknown"), first.passage_id, third.passage_id]

        assert list(shelf.store.repository.passages(asked, OPERATOR)) == [third.passage_id, first.passage_id]
        assert shelf.store.repository.passages([], OPERATOR) == {}
        assert second.start == first.end

    def test_carry_all_that_is_known(self, shelf: Shelf) -> None:
        """Source with its row, title, headings, audience and span come with the text."""
        line = shelf.line("甲：乙", audience="public", heading=("表", "部"), anchor="row=3", clause="4.3")
        document_id = shelf.put("t.csv", [line], title="價目")

        (passage,) = shelf.store.repository.document_passages(document_id, OPERATOR)

        assert (passage.source, passage.title, passage.clause) == ("t.csv#row=3", "價目", "4.3")
        assert (passage.heading, passage.audience, passage.version) == (("表", "部"), "public", 1)
        text = shelf.store.repository.canonical(document_id, None, OPERATOR)
        assert text[passage.start : passage.end] == passage.text


class TestClauses:
    def test_are_found_by_key(self, shelf: Shelf) -> None:
        """A clause is found in the named documents, or in all, its pieces in order."""
        lines = [shelf.line("前", clause="38"), shelf.line("後", clause="38"), shelf.line("他", clause="39")]
        one = shelf.put("a.md", lines)
        shelf.put("b.md", [shelf.line("別法", clause="38", audience="public")])
        find = shelf.store.repository.find_clause

        assert [p.text for p in find([one], "38", OPERATOR)] == ["前\n", "後\n"]
        assert [p.text for p in find(None, "38", OPERATOR)] == ["前\n", "後\n", "別法\n"]
        assert [p.text for p in find(None, "38", PUBLIC)] == ["別法\n"]
        assert find([one], "40", OPERATOR) == []

    def test_have_neighbours(self, shelf: Shelf) -> None:
        """The pieces of a clause that adjoin a passage are its neighbours, the same number elsewhere not."""
        document_id = shelf.put(
            "a.md",
            [
                shelf.line("甲", clause="1"),
                shelf.line("乙", clause="1"),
                shelf.line("丙", clause="2"),
                shelf.line("附則甲", clause="1"),
                shelf.line("序"),
            ],
        )
        passages = shelf.store.repository.document_passages(document_id, OPERATOR)
        neighbours = shelf.store.repository.clause_neighbours

        assert [p.text for p in neighbours(passages[1], OPERATOR)] == ["甲\n", "乙\n"]
        assert neighbours(passages[3], OPERATOR) == [passages[3]]
        assert neighbours(passages[4], OPERATOR) == [passages[4]]
        assert neighbours(passages[1], PUBLIC) == []


class TestPlaces:
    def test_joins_identical_files(self, shelf: Shelf) -> None:
        """The same passage of a file with the very same text is another place."""
        one = shelf.put("a.md", ["甲", "乙"])
        shelf.put("copy/a.md", ["甲", "乙"])
        passages = shelf.store.repository.document_passages(one, OPERATOR)

        places = shelf.store.repository.places([p.passage_id for p in passages], OPERATOR)

        assert [[p.source for p in places[p.passage_id]] for p in passages] == [["copy/a.md"]] * 2

    def test_does_not_join_equal_sentences_of_different_documents(self, shelf: Shelf) -> None:
        """Each act says for itself when it takes effect."""
        one = shelf.put("a.md", ["本法自公布日施行。", "甲"])
        shelf.put("b.md", ["本法自公布日施行。", "乙"])
        first = shelf.store.repository.document_passages(one, OPERATOR)[0]

        assert shelf.store.repository.places([first.passage_id], OPERATOR) == {first.passage_id: ()}

    def test_hides_places_of_other_audiences(self, shelf: Shelf) -> None:
        """A copy that the reader may not see is no place for that reader."""
        one = shelf.put("a.md", [shelf.line("甲", audience="public")])
        shelf.put("b.md", [shelf.line("甲", audience="internal")])
        (passage,) = shelf.store.repository.document_passages(one, PUBLIC)

        assert shelf.store.repository.places([passage.passage_id], PUBLIC)[passage.passage_id] == ()


class TestNames:
    def test_are_those_of_visible_documents(self, shelf: Shelf) -> None:
        """Titles, sources and codes of documents of which the reader sees something; until a change."""
        shelf.put("SOP-012.md", [shelf.line("甲", audience="public")], title="出貨作業")
        shelf.put("b.md", ["乙"], title="請假辦法")
        names = shelf.store.repository.document_names

        assert [(n.title, n.codes) for n in names(PUBLIC)] == [("出貨作業", ("SOP-012",))]
        assert [n.title for n in names(OPERATOR)] == ["出貨作業", "請假辦法"]
        assert names(OPERATOR) is names(OPERATOR)
        shelf.put("c.md", ["丙"], title="新辦法")
        assert "新辦法" in [n.title for n in names(OPERATOR)]


class TestNumbers:
    def test_cosines_are_of_the_vectors_kept(self, shelf: Shelf) -> None:
        """A passage's cosine with its own vector is 1, to half precision; unknown passages are left out."""
        document_id = shelf.put("a.md", ["員工特別休假", "出貨異常通報"])
        first, second = shelf.store.repository.document_passages(document_id, OPERATOR)
        vector = shelf.embedder.embed_passages([first.text])[0]

        found = shelf.store.repository.cosines(
            [first.passage_id, second.passage_id, PassageId("unknown")], vector, shelf.embedder.model_id
        )

        assert found[first.passage_id] == pytest.approx(1.0, abs=1e-3)
        other = shelf.embedder.embed_passages([second.text])[0]
        assert found[second.passage_id] == pytest.approx(float(np.dot(vector, other)), abs=2e-3)
        assert len(found) == 2

    def test_average_length_follows_changes(self, shelf: Shelf) -> None:
        """The mean length counts characters of passages in force."""
        assert shelf.store.average_length() == 0.0
        shelf.put("a.md", ["123", "12345"])
        assert shelf.store.average_length() == 5.0
