"""Rows told apart by what stands in their cells."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.rows import cells, named, plain, prefer_named_rows, row_spans, stands_whole
from knowledge.types import DocumentId, Hit, Passage, PassageId

ROWS = (
    "型號：X-1000；品名：咖啡機；單價（元）：12,000",
    "型號：X-100；品名：咖啡壺；單價（元）：1,200",
    "型號：X-10；品名：咖啡杯；單價（元）：120",
)


def row(text: str, number: int, sheet: str = "價目") -> Passage:
    """Return row ``number`` of a sheet."""
    return Passage(
        PassageId(f"{sheet}{number}"), DocumentId("book"), 1, f"book.xlsx#{sheet}!row={number}", "book", "record",
        None, (sheet,), None, 0, len(text), text, "zh-Hant", "internal",
    )  # fmt: skip


def hits(*texts: str) -> list[Hit]:
    """Return rows of one table as they were ranked."""
    return [Hit(i, 0.9 - 0.1 * i, row(text, i)) for i, text in enumerate(texts, 1)]


class TestCells:
    def test_headings_and_values(self) -> None:
        """A row comes apart into its cells, each an exact span of it."""
        text = ROWS[0]

        found = cells(text)

        assert [(cell.header, cell.value) for cell in found] == [
            ("型號", "X-1000"),
            ("品名", "咖啡機"),
            ("單價（元）", "12,000"),
        ]
        assert [text[cell.start : cell.end] for cell in found] == text.split("；")

    def test_a_cell_without_a_heading(self) -> None:
        """Its value is all of it; only the first colon parts a heading off."""
        assert [(c.header, c.value) for c in cells("全天；時間：10:30：22:00；")] == [
            ("", "全天"),
            ("時間", "10:30：22:00"),
        ]

    @given(
        st.lists(
            st.tuples(st.text("型號單價", min_size=1), st.text("abc店12 ", min_size=1)),
            min_size=1,
            max_size=6,
        )
    )
    def test_spans_are_exact(self, pairs: list[tuple[str, str]]) -> None:
        """Whatever stands in the cells."""
        text = "；".join(f"{name}：{value}" for name, value in pairs)

        assert all(text[cell.start : cell.end].startswith(cell.header) for cell in cells(text))

    def test_rows_of_a_text(self) -> None:
        """Lines that are rows, and no others."""
        text = "如下表。\n 級別：甲；上限：3 \n級別：乙；上限：2\n\n以上。"

        assert [text[a:b] for a, b in row_spans(text)] == ["級別：甲；上限：3", "級別：乙；上限：2"]


class TestNames:
    @pytest.mark.parametrize(
        ("value", "question", "whole"),
        [
            ("X-100", "x-100的單價？", True),
            ("X-100", "X-1000 的單價？", False),
            ("X-100", "X-100-B 的單價？", False),
            ("X-100", "AX-100 的單價？", False),
            ("X-100", "Ｘ－１００ 多少錢", True),
            ("台北二店", "請問臺北二店在哪裡", True),
            ("Wi-Fi 7 無線路由器 R3", "Wi-Fi 7無線路由器R3多少錢", True),
            ("12", "12.5 公斤", False),
        ],
    )
    def test_whole_values_only(self, value: str, question: str, whole: bool) -> None:
        """A code that goes on is another code; width, script and blanks do not matter."""
        assert stands_whole(plain(value), plain(question)) is whole

    def test_one_of_several_values(self) -> None:
        """A cell that lists is named by any of them."""
        found = named(plain("去日本出差一天多少"), cells("地區：日本、韓國；日支（美元）：240"))

        assert [(cell.header, length) for cell, length in found] == [("地區", 2)]


class TestOrder:
    @pytest.mark.parametrize(("key", "number"), [("X-1000", 1), ("X-100", 2), ("X-10", 3)])
    def test_the_row_named_is_first_and_its_rivals_fall(self, key: str, number: int) -> None:
        """Relevances stay in order; another code in the same column is another thing."""
        ranked = prefer_named_rows(f"{key} 的單價是多少？", hits(*ROWS))

        assert ranked[0].passage.source == f"book.xlsx#價目!row={number}"
        assert ranked[0].score == pytest.approx(0.8)
        assert all(hit.score < 0.2 * 0.8 for hit in ranked[1:])

    def test_the_longest_name_wins(self) -> None:
        """A class of goods that several rows share does not outweigh the one thing named."""
        found = hits("品名：真無線耳機；類別：耳機；售價：2,290", "品名：降噪耳機；類別：耳機；售價：4,990")

        assert "降噪" in prefer_named_rows("降噪耳機多少錢？", found)[0].passage.text

    def test_without_a_name_nothing_changes(self) -> None:
        """Nor for rows of other tables."""
        found = hits(*ROWS)

        assert prefer_named_rows("單價最高是多少？", found) == found

    def test_two_names_keep_both_rows(self) -> None:
        """Who compares two things sees both."""
        ranked = prefer_named_rows("X-100 和 X-1000 哪個貴？", hits(*ROWS))

        assert [hit.score for hit in ranked] == pytest.approx([0.8, 0.7, 0.12])
