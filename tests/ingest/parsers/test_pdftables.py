"""Tables in PDFs: ruled, only aligned, cut by a page's end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.pagetables import CELL, marked, table_blocks
from ingest.parsers.registry import parse
from ingest.types import Block

FONT = "MSung-Light"
HEADER = ("型號", "品名", "單價（元）")
ROWS = [(f"X-{n}", f"濾網{n}型", f"{n * 10:,}") for n in range(100, 160)]


def write(path: Path, story: Callable[[], list[object]], head: str = "") -> None:
    """Write a PDF of flowables, with ``head`` and the page's number on every page."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import SimpleDocTemplate

    pdfmetrics.registerFont(UnicodeCIDFont(FONT))

    def on_page(canvas: object, document: object) -> None:
        canvas.setFont(FONT, 9)  # type: ignore[attr-defined]
        canvas.drawString(72, 810, head)  # type: ignore[attr-defined]
        canvas.drawString(280, 30, f"第 {document.page} 頁")  # type: ignore[attr-defined]

    SimpleDocTemplate(str(path), pagesize=A4).build(story(), onFirstPage=on_page, onLaterPages=on_page)


def table(
    rows: Sequence[Sequence[object]], *, ruled: bool = True, repeat: int = 0, style: Sequence[object] = ()
) -> object:
    """Return a table as a flowable."""
    from reportlab.lib import colors
    from reportlab.platypus import Table

    looks: list[object] = [("FONT", (0, 0), (-1, -1), FONT, 10), *style]
    if ruled:
        looks.append(("GRID", (0, 0), (-1, -1), 0.5, colors.black))
    return Table([list(row) for row in rows], colWidths=[120] * len(rows[0]), repeatRows=repeat, style=looks)


def text(words: str) -> object:
    """Return a paragraph as a flowable."""
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

    return Paragraph(words, ParagraphStyle("plain", fontName=FONT, fontSize=11, leading=16))


def rows_of(blocks: Sequence[Block]) -> list[str]:
    """Return the texts of the tables' rows."""
    return [block.text for block in blocks if block.kind == "table_row"]


EXPECTED = [f"型號：{a}；品名：{b}；單價（元）：{c}" for a, b, c in ROWS]


class TestRuled:
    @pytest.mark.parametrize("repeat", [0, 1])
    def test_a_table_over_pages_keeps_its_header(self, tmp_path: Path, repeat: int) -> None:
        """Whether or not the file repeats the header; running heads in between do not matter."""
        path = tmp_path / "a.pdf"
        write(
            path,
            lambda: [text("價目如下表。"), table([HEADER, *ROWS], repeat=repeat), text("以上價格含稅。")],
            "栗湖數位 價目表",
        )

        document = parse(path, "a.pdf")

        assert (document.pages or 0) > 1
        assert rows_of(document.blocks) == EXPECTED
        pages = [block.page for block in document.blocks if block.kind == "table_row"]
        assert pages == sorted(p for p in pages if p)
        assert set(pages) == set(range(1, (document.pages or 0) + 1))
        others = [block.text for block in document.blocks if block.kind != "table_row"]
        assert others[0] == "價目如下表。"
        assert others[-1] == "以上價格含稅。"

    def test_merged_cells_count_for_every_place(self, tmp_path: Path) -> None:
        """A header of two rows, and a cell that reaches down."""
        path = tmp_path / "a.pdf"
        rows = [
            ("類別", "價格", ""),
            ("", "定價", "會員價"),
            ("濾網", "1,280", "1,180"),
            ("", "980", "900"),
        ]
        spans = [("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (2, 0)), ("SPAN", (0, 2), (0, 3))]
        write(path, lambda: [table(rows, style=spans)])

        assert rows_of(parse(path, "a.pdf").blocks) == [
            "類別：濾網；價格 定價：1,280；價格 會員價：1,180",
            "類別：濾網；價格 定價：980；價格 會員價：900",
        ]

    def test_a_frame_is_no_table(self, tmp_path: Path) -> None:
        """Lines round text do not make cells of it."""
        path = tmp_path / "a.pdf"
        write(path, lambda: [table([(text("一個框裡的說明文字，" * 12), text("另一段說明，" * 30))])])

        assert rows_of(parse(path, "a.pdf").blocks) == []


class TestAligned:
    def test_columns_without_rules(self, tmp_path: Path) -> None:
        """The header does not join the paragraph above; empty cells are left out."""
        path = tmp_path / "a.pdf"
        rows = [HEADER, *ROWS[:4], ("X-999", "", "9,990")]
        write(path, lambda: [text("本年度濾網價目如下，含稅："), table(rows, ruled=False)])

        blocks = parse(path, "a.pdf").blocks

        assert blocks[0].text == "本年度濾網價目如下，含稅："
        assert rows_of(blocks) == [*EXPECTED[:4], "型號：X-999；單價（元）：9,990"]

    def test_two_columns_of_amounts(self, tmp_path: Path) -> None:
        """A column of names and one that counts."""
        path = tmp_path / "a.pdf"
        write(
            path,
            lambda: [
                table(
                    [("項目", "費用"), ("檢測", "300 元"), ("清潔", "800 元"), ("換濾網", "1,280 元")],
                    ruled=False,
                )
            ],
        )

        assert rows_of(parse(path, "a.pdf").blocks)[-1] == "項目：換濾網；費用：1,280 元"

    @pytest.mark.parametrize(
        "rows",
        [
            [("第一章 總則", "1"), ("第二章 交通", "3"), ("第三章 住宿", "7")],
            [("甲方", "乙方"), ("簽名", "簽名"), ("日期", "日期")],
            [("1.", "登入系統"), ("2.", "選擇訂單"), ("3.", "送出")],
        ],
    )
    def test_no_tables(self, tmp_path: Path, rows: list[tuple[str, str]]) -> None:
        """Contents with page numbers, two columns of words, numbered lines."""
        path = tmp_path / "a.pdf"
        write(path, lambda: [table(rows, ruled=False)])

        assert rows_of(parse(path, "a.pdf").blocks) == []


class TestRowsOfPages:
    def test_another_table_on_the_next_page(self) -> None:
        """As many columns, but a header of its own: words where the table above counts."""
        first = marked([("品名", "單價"), ("濾網", "100")]).split("\n")
        second = marked([("門市", "電話號碼"), ("板橋店", "02-1")]).split("\n")

        found = table_blocks([*((line, 1) for line in first), *((line, 2) for line in second)])

        assert [block.text for block in found] == ["品名：濾網；單價：100", "門市：板橋店；電話號碼：02-1"]

    @pytest.mark.parametrize(
        ("above", "below", "last"),
        [
            (
                [("品項", "運費"), ("書", "100"), ("衣服", "200")],
                [("贈品", "免費"), ("家具", "300")],
                "品項：贈品；運費：免費",
            ),
            (
                [("假別", "天數", "證明"), ("婚假", "8", "結婚書約"), ("喪假", "6", "訃聞")],
                [("無薪假", "不限", "無"), ("產假", "56", "診斷書")],
                "假別：無薪假；天數：不限；證明：無",
            ),
        ],
    )
    def test_a_row_of_words_is_no_header(
        self, above: list[tuple[str, ...]], below: list[tuple[str, ...]], last: str
    ) -> None:
        """What is free, or without limit, is a row of the table above it."""
        lines = [(line, 1) for line in marked(above).split("\n")] + [
            (line, 2) for line in marked(below).split("\n")
        ]

        found = [block.text for block in table_blocks(lines)]

        assert last in found
        assert len(found) == len(above) + len(below) - 1

    def test_a_title_across_the_top(self) -> None:
        """It stands above, the header is the next row."""
        lines = marked([("價目", "價目"), ("品名", "單價"), ("濾網", "100")]).split("\n")

        assert [(b.kind, b.text) for b in table_blocks([(line, 3) for line in lines])] == [
            ("paragraph", "價目"),
            ("table_row", "品名：濾網；單價：100"),
        ]

    @settings(max_examples=80, deadline=None)
    @given(
        st.lists(st.text("型號品名價", min_size=2, max_size=4), min_size=2, max_size=5, unique=True),
        st.lists(
            st.lists(st.text("a1台店", min_size=1, max_size=4), min_size=5, max_size=5),
            min_size=1,
            max_size=9,
        ),
        st.integers(0, 9),
        st.booleans(),
    )
    def test_every_row_has_its_header(
        self, header: list[str], rows: list[list[str]], cut: int, again: bool
    ) -> None:
        """Wherever the page ends, and whether or not the header is repeated."""
        rows = [[f"{cell}1" for cell in row[: len(header)]] for row in rows]
        pages = [rows[:cut], rows[cut:]]
        pages = [page for page in pages if page] if cut else [rows]
        lines: list[tuple[str, int]] = []
        for number, page in enumerate(pages, start=1):
            shown = [header, *page] if number == 1 or again else page
            lines += [(line, number) for line in marked(shown).split("\n")]

        found = [block.text for block in table_blocks(lines) if block.kind == "table_row"]

        expected = [row for row in rows if len(set(row)) > 1]
        assert found == ["；".join(f"{n}：{v}" for n, v in zip(header, row, strict=True)) for row in expected]
        assert CELL not in "".join(found)
