from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from ingest.parsers.registry import parse
from ingest.types import ParsedDocument

Fill = Callable[[Any], None]


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
