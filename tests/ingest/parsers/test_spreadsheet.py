from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from ingest.parsers.registry import parse
from ingest.types import ParsedDocument

Fill = Callable[[Any], None]
NAMES = st.text("型號品名單價庫存", min_size=2, max_size=6)
VALUES = st.lists(st.text("abc台北店0123", min_size=1, max_size=6), min_size=6, max_size=6)


@pytest.fixture
def parse_book(tmp_path: Path) -> Callable[[Fill], ParsedDocument]:
    """Return a function that parses a workbook filled by another function."""

    def parsed(fill: Fill) -> ParsedDocument:
        book = Workbook()
        fill(book)
        path = tmp_path / "book.xlsx"
        book.save(path)
        return parse(path, "book.xlsx")

    return parsed


class TestSpreadsheet:
    def test_faq(self, parse_book: Callable[[Fill], ParsedDocument]) -> None:
        """A FAQ sheet gives a pair a row; rows are named by id, else by sheet and place."""

        def fill(book: Any) -> None:
            sheet = book.active
            sheet.title = "常見問題"
            for row in (
                ["編號", "問題", "答案"],
                ["F1", "能退貨嗎？", "七日內可以。"],
                [None, "運費誰付？", "買方。"],
            ):
                sheet.append(row)

        blocks = parse_book(fill).blocks

        assert [block.text for block in blocks] == ["能退貨嗎？\n七日內可以。", "運費誰付？\n買方。"]
        assert [block.anchor for block in blocks] == ["F1", "常見問題!row=2"]

    def test_faq_below_a_title(self, parse_book: Callable[[Fill], ParsedDocument]) -> None:
        """A FAQ's header is found below title lines."""

        def fill(book: Any) -> None:
            for row in (["客服問答", None], ["2025 版", "內部"], ["question", "answer"], ["Q1", "A1"]):
                book.active.append(row)

        (block,) = parse_book(fill).blocks

        assert (block.kind, block.anchor) == ("faq", "Sheet!row=1")

    def test_values_as_shown(self, parse_book: Callable[[Fill], ParsedDocument]) -> None:
        """Numbers, percentages, dates and truths are written as the sheet shows them."""

        def fill(book: Any) -> None:
            sheet = book.active
            sheet.append(["數量", "折扣", "日期", "時間", "有效"])
            day = dt.date(2025, 3, 1)
            sheet.append([3.0, 0.15, day, dt.datetime(2025, 3, 1, 9, 30), True])  # noqa: DTZ001
            sheet["B2"].number_format = "0%"

        (block,) = parse_book(fill).blocks

        assert block.text == "數量：3；折扣：15%；日期：2025-03-01；時間：2025-03-01 09:30；有效：TRUE"

    def test_several_sheets(self, parse_book: Callable[[Fill], ParsedDocument]) -> None:
        """Each visible sheet has a header of its own; hidden ones are named, not read."""

        def fill(book: Any) -> None:
            book.active.append(["a"])
            book.active.append(["1"])
            second = book.create_sheet("Second")
            second.append([])
            second.append(["b", "c"])
            second.append(["2", "3"])
            hidden = book.create_sheet("Secret")
            hidden.append(["x"])
            hidden.append(["9"])
            hidden.sheet_state = "hidden"

        document = parse_book(fill)

        assert [(block.anchor, block.text) for block in document.blocks] == [
            ("Sheet!row=1", "a：1"),
            ("Second!row=1", "b：2；c：3"),
        ]
        assert document.metadata["sheets_hidden"] == "Secret"

    def test_merged_cells(self, parse_book: Callable[[Fill], ParsedDocument]) -> None:
        """A merged cell's value counts for every row that it covers; a title across the top is no header."""

        def fill(book: Any) -> None:
            sheet = book.active
            for row in (["請假規定", None], ["假別", "天數"], ["特休", "七日"], [None, "十日"]):
                sheet.append(row)
            sheet.merge_cells("A1:B1")
            sheet.merge_cells("A3:A4")

        blocks = parse_book(fill).blocks

        assert [block.text for block in blocks] == ["假別：特休；天數：七日", "假別：特休；天數：十日"]

    def test_header_of_two_rows(self, parse_book: Callable[[Fill], ParsedDocument]) -> None:
        """Columns below a merged heading say both; the rows are counted from the last row of the header."""

        def fill(book: Any) -> None:
            sheet = book.active
            sheet.title = "價目"
            for row in (
                ["2027 年度價目表", None, None, None],
                ["單位：新臺幣元", None, None, "製表：財務部"],
                ["型號", "價格", None, "庫存"],
                [None, "定價", "會員價", None],
                ["X-100", 1200, 1080, 30],
                ["X-1000", 12000, 10800, 3],
            ):
                sheet.append(row)
            for cells in ("A1:D1", "A3:A4", "B3:C3", "D3:D4"):
                sheet.merge_cells(cells)
            sheet["B6"].number_format = "#,##0"

        blocks = parse_book(fill).blocks

        assert [(block.anchor, block.text) for block in blocks] == [
            ("價目!row=1", "型號：X-100；價格 定價：1200；價格 會員價：1080；庫存：30"),
            ("價目!row=2", "型號：X-1000；價格 定價：12,000；價格 會員價：10800；庫存：3"),
        ]
        assert {block.above for block in blocks} == {
            ("價目", "2027 年度價目表", "單位：新臺幣元", "製表：財務部")
        }

    def test_header_of_two_rows_without_merged_cells(
        self, parse_book: Callable[[Fill], ParsedDocument]
    ) -> None:
        """Empty places of the first row are named by the second."""

        def fill(book: Any) -> None:
            for row in (["門市", "平日", None], [None, "開門", "打烊"], ["板橋店", "10:30", "22:00"]):
                book.active.append(row)

        (block,) = parse_book(fill).blocks

        assert block.text == "門市：板橋店；平日 開門：10:30；平日 打烊：22:00"

    def test_words_below_the_header_are_data(self, parse_book: Callable[[Fill], ParsedDocument]) -> None:
        """A first row of words is no second header row, whatever is merged or empty above it."""

        def fill(book: Any) -> None:
            sheet = book.active
            for row in (
                ["假別", "說明", None, None],
                ["特休", "七日", "須簽核", "全薪"],
                ["事假", "十四日", None, "無薪"],
            ):
                sheet.append(row)
            sheet.merge_cells("B1:C1")

        blocks = parse_book(fill).blocks

        assert [block.text for block in blocks] == [
            "假別：特休；說明：七日；說明：須簽核；全薪",
            "假別：事假；說明：十四日；無薪",
        ]

    def test_the_sheet_stands_above_its_rows(self, parse_book: Callable[[Fill], ParsedDocument]) -> None:
        """Two years' sheets with equal rows differ by what stands above them; a sheet nobody named has no name."""

        def fill(book: Any) -> None:
            book.active.append(["型號", "價格"])
            book.active.append(["A", 1])
            second = book.create_sheet("2026 年")
            second.append(["型號", "價格"])
            second.append(["A", 1])

        assert [block.above for block in parse_book(fill).blocks] == [(), ("2026 年",)]

    @settings(max_examples=25, deadline=None)
    @given(st.lists(NAMES, min_size=2, max_size=6, unique=True), st.lists(VALUES, min_size=1, max_size=8))
    def test_every_value_keeps_its_heading(self, header: list[str], rows: list[list[str]]) -> None:
        """Whatever the words, each row holds each of its values under the heading of its column."""
        book = Workbook()
        sheet: Any = book.active
        for row in (header, *(row[: len(header)] for row in rows)):
            sheet.append(row)
        with TemporaryDirectory() as folder:
            path = Path(folder) / "book.xlsx"
            book.save(path)
            blocks = parse(path, "book.xlsx").blocks

        assert [block.text.split("；") for block in blocks] == [
            [f"{name}：{value}" for name, value in zip(header, row, strict=False)] for row in rows
        ]
