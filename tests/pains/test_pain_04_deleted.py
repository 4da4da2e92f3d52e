"""Pain 4: a deleted document is still cited."""

from __future__ import annotations

from assistant.answering.types import Turn
from knowledge.types import DocumentId
from tests.pains.conftest import ASKED, RULE, House


def test_gone_from_search_answers_and_indexes(shipping: House) -> None:
    """After the deletion its exact sentence finds nothing: by words, by vectors, by its clause, or over a restart."""
    store = shipping.program.store
    shipping.says(RULE)
    assert shipping.ask(ASKED).citations
    vector = shipping.program.searcher.embed_question(RULE)

    store.documents.remove(DocumentId(shipping.document_id("shipping.md")))

    assert shipping.search(RULE) == []
    assert shipping.search("第4.3條") == []
    assert store.fulltext.search(["通报", "物流"], None, 10) == []
    assert store.vectors.search(vector, None, 10) == []
    shipping.restart()
    assert shipping.search(RULE) == []


def test_history_does_not_bring_it_back(shipping: House) -> None:
    """That an earlier turn quoted it is no source: the same question again is declined."""
    history = [Turn("user", ASKED), Turn("assistant", f"{RULE} [1]")]
    shipping.program.store.documents.remove(DocumentId(shipping.document_id("shipping.md")))
    shipping.write("other.md", "# 餐廳", "餐廳每週一供應熱湯。")
    shipping.take_in(shipping.docs / "other.md")
    shipping.says(RULE)

    answer = shipping.ask("那要在多久內通報物流部？", history=history)

    assert answer.status == "declined"
    assert all(citation.source == "other.md" for citation in answer.citations)
    assert "24小時" not in answer.text


def test_pruned_with_its_file(shipping: House) -> None:
    """A file that was deleted on disk leaves with --prune, and its state says so."""
    shipping.write("other.md", "# 餐廳", "餐廳每週一供應熱湯。")
    (shipping.docs / "shipping.md").unlink()

    report = shipping.take_in(prune=True)

    assert [(file.source, file.state) for file in report.files if file.state == "removed"] == [
        ("shipping.md", "removed")
    ]
    assert all(hit.passage.source != "shipping.md" for hit in shipping.search(RULE))
