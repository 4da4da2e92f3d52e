from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.splitting import split, text_for_embedding
from ingest.types import Block, ParsedDocument, PassageDraft, SplitDocument
from knowledge.meaning import CONTEXT_END


def count(texts: Sequence[str]) -> list[int]:
    """Count a Han character or a Latin word as one token."""
    return [len(re.findall(r"[a-zA-Z0-9]+|[^\sa-zA-Z0-9]", text)) for text in texts]


def document(text: str, title: str = "") -> ParsedDocument:
    """Read paragraphs parted by empty lines; # marks headings, - list items."""
    blocks: list[Block] = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        if match := re.match(r"(#+) (.*)$", paragraph):
            blocks.append(Block("heading", match[2], level=len(match[1])))
        else:
            blocks.append(Block("paragraph", paragraph))
    return ParsedDocument(title or blocks[0].text.split("\n")[0], tuple(blocks))


def cut(text: str, title: str = "", max_tokens: int = 512) -> SplitDocument:
    """Split the document that ``text`` describes."""
    return split(document(text, title), count, max_tokens)


def clauses(found: SplitDocument) -> list[tuple[str | None, str | None]]:
    """Return (clause, key) of each passage."""
    return [(draft.clause, draft.clause_key) for draft in found.drafts]


def texts(found: SplitDocument) -> list[str]:
    """Return the passages' texts without white space at their ends."""
    return [found.text[draft.start : draft.end].strip() for draft in found.drafts]


def labels(text: str, title: str = "") -> list[str | None]:
    """Return the clause of each passage."""
    return [draft.clause for draft in cut(text, title).drafts]


def of_clause(found: SplitDocument, clause: str) -> PassageDraft:
    """Return the first passage of a clause."""
    return next(draft for draft in found.drafts if draft.clause == clause)


LAW = """# 請假規則

- 法規性質: 法律

### 第 一 章 總則

## 第 1 條

為規範請假，訂定本規則。

## 第 2 條

假別如下：
一、事假。
二、病假。
第三條所定假別，不在此限。

### 第 二 章 附則

## 第 3 條

（刪除）

## 第 3-1 條

本規則自公布日施行。"""


class TestStatutes:
    def test_articles(self) -> None:
        """Each article is a passage, a deleted one too; items and mentions stay inside."""
        found = cut(LAW)

        assert clauses(found) == [
            (None, None),
            ("第 1 條", "1"),
            ("第 2 條", "2"),
            ("第 3 條", "3"),
            ("第 3-1 條", "3-1"),
        ]
        assert texts(found)[2].endswith("第三條所定假別，不在此限。")
        assert texts(found)[3].endswith("（刪除）")

    def test_chapters_contain_articles_whatever_the_level(self) -> None:
        """A chapter marked below its articles still is their heading; the title and the label are none."""
        found = cut(LAW)

        assert of_clause(found, "第 2 條").heading == ("第 一 章 總則",)
        assert of_clause(found, "第 3-1 條").heading == ("第 二 章 附則",)

    def test_headings_go_to_the_first_passage_below(self) -> None:
        """A chapter's heading is part of its first article's passage."""
        assert texts(cut(LAW))[3].startswith("第 二 章 附則\n\n第 3 條")

    @pytest.mark.parametrize("separator", [" ", "　", "\n"])
    def test_without_mark_up(self, separator: str) -> None:
        """Plain lines give the same clauses as marked headings."""
        text = (
            f"請假規則\n第一章 總則\n第一條{separator}為規範請假，訂定本規則。\n"
            f"第二條{separator}第五條所定人員適用之。\n第五條所定人員，另定之。\n第三條{separator}本規則自公布日施行。"
        )

        assert labels(text) == ["第一條", "第二條", "第三條"]

    def test_run_on_labels(self) -> None:
        """Labels without a space open articles where the document writes all of them so."""
        text = "總說明\n\n第一條為規範請假，訂定之。\n\n第二條員工適用之。\n\n第三條自公布日施行。"

        assert labels(text) == ["第一條", "第二條", "第三條"]

    def test_english(self) -> None:
        """English articles, their items and their mentions behave alike."""
        text = """# Leave Act

### Chapter I General Provisions

## Article 1

This Act governs leave.

## Article 2

Leave is:
1. Annual.
2. Sick.
Article 5 of the Act shall apply.

## Article 2-1

Deleted."""

        assert labels(text) == ["Article 1", "Article 2", "Article 2-1"]

    def test_a_clause_without_text(self) -> None:
        """A clause that is a heading only is a passage of its own."""
        found = cut("# 規則\n\n## 第 1 條 （刪除）\n\n## 第 2 條\n\n施行。")

        assert clauses(found) == [("第 1 條", "1"), ("第 2 條", "2")]

    def test_annex_numbers_anew(self) -> None:
        """第1條 of an annex is told apart; the main text keeps the bare key."""
        main = "# 契約\n\n第1條 標的\n\n桌子。\n\n第2條 價金\n\n百元。"

        found = cut(f"{main}\n\n附件一 條款\n\n第1條 交貨\n\n三日。\n\n第2條 驗收\n\n七日。")

        assert [key for _, key in clauses(found)] == ["1", "2", "appendix1/1", "appendix1/2"]


class TestDecimals:
    TEXT = """# SOP-012 出貨作業

## 4 出貨作業

### 4.3 出貨異常

出貨異常時，應於 24 小時內通報物流。

3.5 公斤以上之包裹另計。

2024.01.05 修訂

4.3.1 倉庫主管決定補寄。

4.3.2 客服通知顧客。

### 4.4 結案

結案。"""

    def test_tree(self) -> None:
        """Decimals nest; amounts and dates at a line's start are text."""
        found = cut(self.TEXT)

        assert [clause for clause, _ in clauses(found)] == ["4.3", "4.3.1", "4.3.2", "4.4"]
        assert of_clause(found, "4.3.1").heading == ("4 出貨作業", "4.3 出貨異常")
        assert of_clause(found, "4.3").heading == ("4 出貨作業", "出貨異常")

    def test_zh_articles_with_decimals(self) -> None:
        """第4.3條 below 第四章, as Word numbers them."""
        found = cut("# SOP\n\n## 第四章 異常處理\n\n### 第4.1條 通報\n\n立即。\n\n### 第4.3條 補寄\n\n決定。")

        assert clauses(found) == [("第4.1條", "4.1"), ("第4.3條", "4.3")]

    def test_single_numbers(self) -> None:
        """1. 目的 … are clauses where text lies between; the steps of a list are not."""
        titled = "1. 目的\n說明本程序。\n2. 範圍\n全公司。\n3. 步驟\n(1) 開機\n(2) 登入"
        steps = "# 重設\n\n請依序：\n1. 開啟設定\n2. 按重設\n3. 完成"

        assert labels(titled, "程序") == ["1", "2", "3"]
        assert labels(steps) == [None]

    def test_decimals_in_an_article(self) -> None:
        """2.1 lies in 第2條; 1.1 in 第2條 only numbers a list."""
        text = "第1條 標的\n\n桌子。\n\n第2條 付款\n\n2.1 驗收後付款。\n\n1.1 見附表。\n\n2.2 遲延另計。"

        found = cut(f"# 契約\n\n{text}")

        assert [clause for clause, _ in clauses(found)] == ["第1條", "2.1", "2.2"]

    def test_sections(self) -> None:
        """Sections and their decimals."""
        found = cut("# Handbook\n\n## Section 4 Returns\n\nText.\n\n## Section 4.1 Period\n\nTen days.")

        assert clauses(found) == [("Section 4", "4"), ("Section 4.1", "4.1")]

    def test_sections_within_articles(self) -> None:
        """Article I > Section 1: the same section number twice is told apart."""
        text = "# Bylaws\n\n" + "\n\n".join(
            f"## Article {a}\n\n### Section 1\n\nOne.\n\n### Section 2\n\nTwo." for a in ("I", "II")
        )

        assert [key for _, key in clauses(cut(text))] == ["1/1", "1/2", "2/1", "2/2"]


class TestPoints:
    TEXT = """# 請假要點

一、目的

為規範請假，訂定本要點。

二、假別

（一）事假：每年 14 日。

（二）病假：每年 30 日。
1. 住院
2. 門診

三、申請人應檢附下列文件：

（一）身分證影本。

（二）診斷書。"""

    def test_nested(self) -> None:
        """（一） below a title is a clause of its own; after an introduction it is an item."""
        found = cut(self.TEXT)

        assert clauses(found) == [("一、", "1"), ("（一）", "2(1)"), ("（二）", "2(2)"), ("三、", "3")]
        assert of_clause(found, "（二）").heading == ("二、假別",)

    def test_below_chapters(self) -> None:
        """一、 that begins anew in each chapter says its chapter in the key."""
        found = cut(
            "# 辦法\n\n第一章 總則\n\n一、目的。\n\n二、依據。\n\n第二章 附則\n\n一、施行。\n\n二、修正。"
        )

        assert [key for _, key in clauses(found)] == ["chapter1/1", "chapter1/2", "chapter2/1", "chapter2/2"]

    def test_alone(self) -> None:
        """A single 一、 without a 二、 is text."""
        assert labels("# 公告\n\n一、二樓停電。\n\n請見諒。") == [None]


class TestText:
    def test_neighbours_are_joined(self) -> None:
        """Short paragraphs below one heading make one passage; another heading begins another."""
        found = cut("# 公告\n\n前言。\n\n## 時間\n\n週一。\n\n週二。\n\n## 地點\n\n台北。")

        assert texts(found) == ["公告\n\n前言。", "時間\n\n週一。\n\n週二。", "地點\n\n台北。"]
        assert [draft.heading for draft in found.drafts] == [(), ("時間",), ("地點",)]

    def test_heading_inside_a_clause(self) -> None:
        """A deeper heading stays in its clause and joins the path."""
        found = cut("# SOP\n\n## 4.3 出貨異常\n\n通報。\n\n### 流程\n\n打電話。\n\n## 附註\n\n無。")

        assert [(d.clause, d.heading) for d in found.drafts] == [
            ("4.3", ("出貨異常",)),
            ("4.3", ("出貨異常", "流程")),
            (None, ("附註",)),
        ]

    def test_empty(self) -> None:
        """A document without text has no passages."""
        found = split(ParsedDocument("空", (Block("paragraph", " \n "),)), count, 512)

        assert (found.text, found.drafts) == ("", ())

    def test_pages(self) -> None:
        """A passage's page is where its own first line stands."""
        blocks = (
            Block("heading", "第一章 總則", level=1, page=1),
            Block("heading", "第 1 條", level=2, page=2),
            Block("paragraph", "文字。", page=3),
        )

        assert [d.page for d in split(ParsedDocument("法", blocks), count, 512).drafts] == [2]


class TestRows:
    def test_pairs_and_records(self) -> None:
        """Each pair is one passage that starts with its question; a heading before stays outside it."""
        blocks = (
            Block("heading", "常見問題", level=1),
            Block("faq", "能退貨嗎？\n七天內。", question="能退貨嗎？", anchor="F1", audience="public"),
            Block("record", "品名：杯；價格：10", anchor="row=2"),
        )

        found = split(ParsedDocument("問答", blocks), count, 512)

        assert [(d.kind, d.anchor, d.audience) for d in found.drafts] == [
            ("text", None, None),
            ("faq", "F1", "public"),
            ("record", "row=2", None),
        ]
        assert found.text[found.drafts[1].start :].startswith("能退貨嗎？\n七天內。")

    def test_numbers_in_rows_and_code_are_no_clauses(self) -> None:
        """Tables and code keep their numbers."""
        blocks = (
            Block("table_row", "第 1 條：甲"),
            Block("table_row", "第 2 條：乙"),
            Block("code", "1.1 x"),
        )

        assert {d.clause for d in split(ParsedDocument("表", blocks), count, 512).drafts} == {None}


class TestLongClauses:
    def test_cut_between_sentences(self) -> None:
        """A long clause is cut into even parts between sentences; all keep its label."""
        sentence = "雇主應於三十日前以書面通知勞工並記載事由。"
        found = cut(f"# 規則\n\n## 第 1 條\n\n{sentence * 40}\n\n## 第 2 條\n\n短。", max_tokens=256)
        long = [d for d in found.drafts if d.clause == "第 1 條"]
        sizes = [count([found.text[d.start : d.end]])[0] for d in long]

        assert len(long) > 3
        assert all(found.text[d.start : d.end].rstrip().endswith("。") for d in long)
        assert max(sizes) <= 256
        assert min(sizes) * 2 > max(sizes)

    def test_without_sentences(self) -> None:
        """A text without any sentence end is cut all the same."""
        found = cut("# 資料\n\n" + "甲乙丙丁" * 500, max_tokens=128)

        assert all(count([found.text[d.start : d.end]])[0] <= 128 for d in found.drafts)

    def test_whole_embedded_text_fits(self) -> None:
        """Context and body together stay within the embedder's limit."""
        found = cut(
            "# 很長的文件名稱" * 6 + "\n\n## 第 1 條 標題\n\n" + "應於三日內通知。" * 300, max_tokens=200
        )

        for draft in found.drafts:
            text = text_for_embedding(
                found.title, draft.heading, draft.clause, found.text[draft.start : draft.end]
            )
            assert count([text])[0] <= 200


class TestTextForEmbedding:
    def test_says_what_the_text_does_not(self) -> None:
        """Title, headings and label stand in front, except those that the text begins with."""
        text = text_for_embedding("請假規則", ("第一章 總則",), "第 2 條", "第 2 條\n\n假別如下。\n\n")

        assert text.split(CONTEXT_END) == ["請假規則 › 第一章 總則", "第 2 條\n\n假別如下。"]

    def test_long_context_is_cut(self) -> None:
        """The context stays short; title and last heading are kept."""
        text = text_for_embedding("題" * 300, ("甲" * 100, "乙" * 100), "第 1 條", "內文")

        assert len(text.split(CONTEXT_END)[0]) <= 160
        assert text.startswith("題")


LABELLED = [
    "第一條 目的",
    "第 2 條",
    "第三條所定",
    "第2條之1 x",
    "一、甲",
    "二、乙",
    "（一）丙",
    "4.3 丁",
    "4.3.1",
]
OTHERS = [
    "1. 步驟",
    "Section 2",
    "附件一",
    "第一章 總則",
    "3.5 公斤",
    "Text. More text! And 3.5 more.",
    "。",
    "a\tb",
]
LINES = st.sampled_from([*LABELLED, *OTHERS, "\u3000縮排", "很長的句子，沒有句號" * 9, "重複。" * 50])
BLOCKS = st.lists(
    st.builds(
        lambda kind, lines, level, page: Block(
            kind,
            "\n".join(lines),
            level=level if kind == "heading" else None,
            page=page,
            question=lines[0] if kind == "faq" else None,
        ),
        st.sampled_from(["heading", "paragraph", "list_item", "table_row", "faq", "record", "code"]),
        st.lists(LINES | st.text(max_size=40), min_size=1, max_size=4),
        st.integers(1, 6),
        st.integers(1, 9),
    ),
    max_size=25,
)


class TestPartition:
    @settings(max_examples=150, deadline=None)
    @given(BLOCKS, st.integers(16, 512))
    def test_passages_cover_the_text_exactly(self, blocks: list[Block], max_tokens: int) -> None:
        """Whatever the blocks: in order, without gap, without overlap, none empty, and the same again."""
        parsed = ParsedDocument("第一條 目的", tuple(blocks))

        found = split(parsed, count, max_tokens)

        assert "".join(found.text[d.start : d.end] for d in found.drafts) == found.text
        assert [d.start for d in found.drafts] == [0, *(d.end for d in found.drafts)][: len(found.drafts)]
        assert all(d.start < d.end for d in found.drafts)
        assert split(parsed, count, max_tokens) == found

    @settings(max_examples=100, deadline=None)
    @given(BLOCKS)
    def test_rows_start_with_their_question(self, blocks: list[Block]) -> None:
        """A pair's passage starts with its question, whatever stands around it."""
        found = split(ParsedDocument("題", tuple(blocks)), count, 512)

        for draft in found.drafts:
            if draft.question is not None and draft.question == draft.question.strip():
                assert found.text[draft.start :].startswith(draft.question)
