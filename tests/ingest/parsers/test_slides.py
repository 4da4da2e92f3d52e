from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from ingest.errors import BrokenFile, IngestError, RenamedFile
from ingest.parsers.registry import parse
from ingest.parsers.slides import NOTES
from ingest.types import HIDDEN_TEXTS, ParsedDocument

BLANK, TITLE_AND_BODY = 6, 1


def saved(deck: Any, folder: Path) -> ParsedDocument:
    """Save a presentation and parse it."""
    deck.save(str(folder / "made.pptx"))
    return parse(folder / "made.pptx", "made.pptx")


def box(slide: Any, text: str, left: float, top: float) -> None:
    """Put a text box on a slide, in inches."""
    slide.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(0.5)).text_frame.text = text


class TestSlides:
    def test_pages_headings_and_notes(self, tmp_path: Path) -> None:
        """A slide's number is the page, its title a heading, its notes come last under a heading of their own."""
        deck = Presentation()
        for title, body in (("出貨程序", "第一步：核對\n第二步：裝箱"), ("退貨", "七日內")):
            slide = deck.slides.add_slide(deck.slide_layouts[TITLE_AND_BODY])
            slide.shapes.title.text, slide.placeholders[1].text = title, body
        deck.slides[0].notes_slide.notes_text_frame.text = "口頭提醒易碎品"

        document = saved(deck, tmp_path)

        assert (document.title, document.pages) == ("出貨程序", 2)
        assert [(b.kind, b.page, b.text) for b in document.blocks] == [
            ("heading", 1, "出貨程序"),
            ("paragraph", 1, "第一步：核對"),
            ("paragraph", 1, "第二步：裝箱"),
            ("heading", 1, NOTES),
            ("paragraph", 1, "口頭提醒易碎品"),
            ("heading", 2, "退貨"),
            ("paragraph", 2, "七日內"),
        ]

    def test_reading_order_and_groups(self, tmp_path: Path) -> None:
        """What stands higher is read first, then from the left, whatever the order of making; groups too."""
        deck = Presentation()
        slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
        box(slide, "下", 1, 5)
        box(slide, "右", 5, 1)
        box(slide, "左", 1, 1)
        group = slide.shapes.add_group_shape()
        group.shapes.add_textbox(Inches(1), Inches(3), Inches(2), Inches(1)).text_frame.text = "中"

        assert [b.text for b in saved(deck, tmp_path).blocks] == ["左", "右", "中", "下"]

    def test_tables_have_their_header_in_each_row(self, tmp_path: Path) -> None:
        """A row stands alone; merged cells count on each place that they cover."""
        deck = Presentation()
        slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
        table = slide.shapes.add_table(3, 2, Inches(1), Inches(1), Inches(5), Inches(2)).table
        for at, text in enumerate(["項目", "期限", "退貨", "七日", "換貨", ""]):
            table.cell(at // 2, at % 2).text = text
        table.cell(1, 1).merge(table.cell(2, 1))

        assert [b.text for b in saved(deck, tmp_path).blocks] == [
            "項目：退貨；期限：七日",
            "項目：換貨；期限：七日",
        ]

    def test_charts_give_their_figures(self, tmp_path: Path) -> None:
        """A chart is read as the table that it was drawn from."""
        deck = Presentation()
        slide = deck.slides.add_slide(deck.slide_layouts[BLANK])
        data = CategoryChartData()
        data.categories = ["一月", "二月"]
        data.add_series("退貨件數", (12, 7.5))
        place = (Inches(1), Inches(1), Inches(4), Inches(3))
        slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *place, data)

        assert "退貨件數；一月：12；二月：7.5" in [b.text for b in saved(deck, tmp_path).blocks]

    def test_hidden_slides_are_left_out_and_counted(self, tmp_path: Path) -> None:
        """Nobody sees them when the deck is shown; page numbers stay those of the file."""
        deck = Presentation()
        for text in ("草稿", "定稿"):
            box(deck.slides.add_slide(deck.slide_layouts[BLANK]), text, 1, 1)
        deck.slides[0]._element.set("show", "0")

        document = saved(deck, tmp_path)

        assert [(b.page, b.text) for b in document.blocks] == [(2, "定稿")]
        assert document.metadata[HIDDEN_TEXTS] == "1"


class TestDamaged:
    @pytest.mark.parametrize("cut", [0.3, 0.9])
    def test_has_a_cause(self, tmp_path: Path, cut: float) -> None:
        """A file cut short is refused with a reason."""
        deck = Presentation()
        deck.slides.add_slide(deck.slide_layouts[BLANK])
        deck.save(str(tmp_path / "a.pptx"))
        data = (tmp_path / "a.pptx").read_bytes()
        (tmp_path / "a.pptx").write_bytes(data[: int(len(data) * cut)])

        with pytest.raises(BrokenFile):
            parse(tmp_path / "a.pptx", "a.pptx")

    def test_a_word_document_is_renamed(self, tmp_path: Path) -> None:
        """Another Office format under this name is told."""
        from docx import Document

        Document().save(str(tmp_path / "a.pptx"))

        with pytest.raises(RenamedFile, match="Word"):
            parse(tmp_path / "a.pptx", "a.pptx")
        with pytest.raises(IngestError):
            parse(tmp_path / "a.pptx", "a.docx")
