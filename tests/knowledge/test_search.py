"""Search from question to hits, over a real store."""

from __future__ import annotations

import pytest

from knowledge.relevance import load_relevance
from knowledge.retriever import ClauseRetriever
from knowledge.search import Searcher
from knowledge.store import Store
from knowledge.types import OPERATOR, Reader
from models.fakes import HashEmbedder
from tests.knowledge.conftest import Line, Shelf

ANOMALY = "門市知悉出貨異常後，應於24小時內通報物流部。"
LEAVE = "特別休假應於三日前提出申請，由主管核准。"
SECRET = "出貨異常的內部賠償上限為五千元。"


@pytest.fixture
def searcher(store: Store, shelf: Shelf, embedder: HashEmbedder) -> Searcher:
    """Return a search over two documents, one of them with an internal and a public passage."""
    shelf.put(
        "sop.md",
        [
            Line(ANOMALY, clause="4.3", audience="public"),
            Line(SECRET, clause="4.4"),
            Line("驗收數量不符時應拍照存證。"),
        ],
        "SOP-012 出貨作業",
    )
    shelf.put(
        "leave.md",
        [Line(LEAVE, clause="7", audience="public"), "婚假八日。", "喪假依親等給予。"],
        "員工請假辦法",
    )
    return Searcher(store, embedder, load_relevance())


class TestRanking:
    """What stands first."""

    def test_the_passage_that_answers_is_first(self, searcher: Searcher) -> None:
        """Ranks count from 1 and scores fall."""
        hits = searcher.search("出貨異常要在幾小時內通報物流部？", OPERATOR)

        assert hits[0].passage.text.strip() == ANOMALY
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)

    def test_simplified_characters_find_traditional_text(
        self, searcher: Searcher, embedder: HashEmbedder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And the hit shows the text as it is written; real embedders, too, put both scripts near."""
        near = embedder.embed_question("出貨異常要在幾小時內通報物流部？")
        monkeypatch.setattr(embedder, "embed_question", lambda _: near)

        assert (
            searcher.search("出货异常要在几小时内通报物流部？", OPERATOR)[0].passage.text.strip() == ANOMALY
        )

    def test_at_most_k_hits(self, searcher: Searcher) -> None:
        """As many as were asked for."""
        assert len(searcher.search("出貨異常", OPERATOR, 1)) == 1

    def test_the_same_text_in_two_documents_is_one_hit_with_two_places(
        self, searcher: Searcher, shelf: Shelf
    ) -> None:
        """No source is listed twice."""
        shelf.put("copy.md", [Line(ANOMALY, clause="4.3", audience="public")], "SOP-012 出貨作業")

        hits = searcher.search("出貨異常要在幾小時內通報物流部？", OPERATOR)

        same = [hit for hit in hits if hit.passage.text.strip() == ANOMALY]
        assert len(same) == 1
        assert {same[0].passage.source, *(p.source for p in same[0].places)} == {"sop.md", "copy.md"}


class TestAccess:
    """Nobody finds what they may not see."""

    def test_a_reader_finds_only_its_audiences(self, searcher: Searcher) -> None:
        """Neither by words, nor by number, nor as another place."""
        public = Reader(frozenset({"public"}))

        for question in (SECRET, "SOP-012 4.4", "出貨異常的內部賠償上限"):
            assert all(hit.passage.audience == "public" for hit in searcher.search(question, public))

    def test_no_audience_finds_nothing(self, searcher: Searcher) -> None:
        """An empty set is no operator."""
        assert searcher.search("出貨異常", Reader(frozenset())) == []

    def test_narrowing_never_widens(self) -> None:
        """A request's audience is intersected with the reader's."""
        assert Reader(frozenset({"public"})).narrowed(["internal"]).audiences == frozenset()
        assert OPERATOR.narrowed(["internal"]).audiences == frozenset({"internal"})

    def test_a_removed_document_is_gone(self, searcher: Searcher, shelf: Shelf) -> None:
        """By its exact sentence, at once."""
        document = shelf.put("gone.md", ["退貨須於七日內提出並附發票。"])
        shelf.store.documents.remove(document)

        assert all(
            "七日" not in hit.passage.text
            for hit in searcher.search("退貨須於七日內提出並附發票。", OPERATOR)
        )

    def test_a_changed_document_answers_the_new_text(self, searcher: Searcher, shelf: Shelf) -> None:
        """Monday is Friday now."""
        shelf.put("day.md", ["盤點日為每週一，由組長負責。"])
        shelf.put("day.md", ["盤點日為每週五，由組長負責。"])

        texts = [hit.passage.text for hit in searcher.search("盤點日是哪一天，由誰負責？", OPERATOR)]

        assert "每週五" in texts[0]
        assert not any("每週一" in text for text in texts)


class TestExactClause:
    """A named clause is that clause."""

    @pytest.mark.parametrize("question", ["SOP-012 4.3", "請問 SOP-012 第4.3條規定什麼？", "出貨作業第4.3條"])
    def test_the_clause_is_first_and_alone_asked_for(self, searcher: Searcher, question: str) -> None:
        """Whatever else is similar."""
        found = searcher.find(question, OPERATOR)

        assert found.hits[0].exact
        assert found.hits[0].passage.clause == "4.3"
        assert found.exact_only

    def test_a_question_about_a_clause_is_not_a_mere_reference(self, searcher: Searcher) -> None:
        """It is answered in words, from that clause."""
        found = searcher.find("依 SOP-012 第4.3條，通報物流部的時限是幾小時？", OPERATOR)

        assert found.hits[0].passage.clause == "4.3"
        assert not found.exact_only

    def test_a_clause_that_is_all_sub_clauses_is_these(self, searcher: Searcher) -> None:
        """Clause 4 has no words of its own here."""
        found = searcher.find("SOP-012 第4條", OPERATOR)

        assert [hit.passage.clause for hit in found.hits if hit.exact] == ["4.3", "4.4"]

    def test_a_number_that_a_document_gives_twice_is_both(self, searcher: Searcher, shelf: Shelf) -> None:
        """Each under its own chapter."""
        shelf.put(
            "twice.md",
            [Line("本章第八條。", clause="chapter1/8"), Line("次章第八條。", clause="chapter2/8")],
            "議事規則",
        )

        found = searcher.find("議事規則第8條", OPERATOR)

        assert [h.passage.clause for h in found.hits if h.exact] == ["chapter1/8", "chapter2/8"]

    def test_a_number_without_a_document_means_none_where_many_have_it(
        self, searcher: Searcher, shelf: Shelf
    ) -> None:
        """Four documents have a clause 4.3."""
        assert searcher.find("第4.3條", OPERATOR).hits[0].exact
        for name in "abc":
            shelf.put(f"{name}.md", [Line(f"{name} 部門的規定。", clause="4.3")], f"規章{name}")

        assert not any(hit.exact for hit in searcher.find("第4.3條", OPERATOR).hits)


class TestRetriever:
    """The search in LangChain's terms."""

    def test_documents_carry_where_they_come_from(self, searcher: Searcher) -> None:
        """Source, clause, span, score."""
        documents = ClauseRetriever(searcher=searcher, reader=OPERATOR, k=2).invoke(
            "出貨異常要在幾小時內通報？"
        )

        assert len(documents) == 2
        first = documents[0]
        assert first.page_content.strip() == ANOMALY
        assert (first.metadata["source"], first.metadata["clause"]) == ("sop.md", "4.3")
        assert first.metadata["end"] - first.metadata["start"] == len(first.page_content)
