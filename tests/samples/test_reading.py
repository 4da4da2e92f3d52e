"""The demo corpus through the real parsers and splitter: every clause is found as it is cited."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ingest.parsers.registry import parse
from ingest.splitting import split
from ingest.types import PassageDraft, SplitDocument
from knowledge.clauses import clause_key
from knowledge.samples.build import HERE

DOCUMENTS = HERE / "documents"
FILES = sorted(path for path in DOCUMENTS.rglob("*") if path.is_file())
ANSWERABLE: list[dict[str, Any]] = [
    question
    for line in (Path(__file__).parents[1] / "evals/samples.jsonl").read_text(encoding="utf-8").splitlines()
    if (question := json.loads(line))["answerable"]
]


def count_tokens(texts: Sequence[str]) -> list[int]:
    """Count about as many tokens as the default embedder does on Chinese."""
    return [max(1, len(text) * 2 // 3) for text in texts]


@cache
def read(path: Path) -> SplitDocument:
    """Return a document in passages."""
    return split(parse(path, path.name), count_tokens, 512)


def passages(source: str, clause: str | None) -> list[str]:
    """Return the texts of the passages that a source, with its anchor and a clause's label, names."""
    name, _, anchor = source.partition("#")
    (path,) = (p for p in FILES if p.relative_to(DOCUMENTS).as_posix().split("/", 1)[1] == name)

    def named(draft: PassageDraft) -> bool:
        if anchor and draft.anchor != anchor:
            return False
        return clause is None or (draft.clause is not None and clause_key(draft.clause) == clause_key(clause))

    document = read(path)
    return [document.text[draft.start : draft.end] for draft in document.drafts if named(draft)]


class TestReading:
    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
    def test_every_document_has_a_title_and_passages(self, path: Path) -> None:
        """Nothing is empty, and passages cover the text."""
        document = read(path)

        assert document.title
        assert "".join(document.text[draft.start : draft.end] for draft in document.drafts) == document.text

    def test_the_clause_on_anomalies_is_found_by_its_counted_number(self) -> None:
        """Word shows 第4.3條 though the paragraph does not contain it; it says 24 hours and who decides."""
        (text,) = passages("sop/SOP-012_出貨作業標準程序.docx", "第4.3條")

        assert text.startswith("第4.3條 出貨異常之通報與補寄")
        assert "24 小時" in text
        assert "由倉儲經理判定" in text

    def test_articles_are_counted_on_across_chapters(self) -> None:
        """第五條 is the first article of the second chapter, not a second 第一條."""
        (text,) = passages("hr/HR-003_員工請假辦法.docx", "第五條")

        assert "年資：滿 3 年未滿 5 年；特別休假日數：14 日" in text

    def test_a_web_page_is_read_without_its_navigation(self) -> None:
        """Menus, banners, recommendations and the footer are no part of the policy."""
        text = read(DOCUMENTS / "public/POL-103_配送與取貨說明.html").text

        assert "購物車" not in text
        assert "猜你喜歡" not in text
        assert "統一編號 12345678" not in text
        assert "超商取貨之包裹" in text

    def test_a_pdf_is_read_without_its_running_header_and_page_numbers(self) -> None:
        """A sentence that crosses a page is not torn by what stands between."""
        text = read(DOCUMENTS / "public/manuals/LH-AP300_空氣清淨機使用手冊.pdf").text

        assert "頁，共" not in text
        assert "2.0 版" not in text

    def test_rows_for_staff_keep_their_audience_in_a_public_file(self) -> None:
        """A row's own audience goes with it."""
        drafts = read(DOCUMENTS / "public/faq.csv").drafts
        audiences = {draft.anchor: draft.audience for draft in drafts}

        assert audiences["I005"] == "internal"
        assert audiences["F001"] == "public"


class TestQuestions:
    @pytest.mark.parametrize("question", ANSWERABLE, ids=lambda question: question["id"])
    def test_the_expected_clause_holds_the_expected_words(self, question: dict[str, Any]) -> None:
        """The set asks for nothing that its own documents do not say (English apart)."""
        texts = passages(question["source"], question["clause"])

        assert texts, f"{question['source']} has no {question['clause']}"
        if question["language"] != "en":
            for words in question["answer_contains"]:
                assert any(word in text for word in words.split("|") for text in texts)
