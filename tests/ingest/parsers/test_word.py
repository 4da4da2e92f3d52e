from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from ingest.errors import BrokenFile
from ingest.parsers.registry import parse
from ingest.types import ParsedDocument

Fill = Callable[[Any], None]
ParseWord = Callable[[Fill], ParsedDocument]
NAMES = nsdecls("w")
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


@pytest.fixture
def parse_word(tmp_path: Path) -> ParseWord:
    """Return a function that parses a Word document filled by another function."""

    def parsed(fill: Fill) -> ParsedDocument:
        document = Document()
        fill(document)
        path = tmp_path / "made.docx"
        document.save(str(path))
        return parse(path, "made.docx")

    return parsed


def xml(text: str) -> Any:
    """Return an element of Word's XML."""
    return parse_xml(re.sub(r"^<([\w:]+)", rf"<\1 {NAMES}", text))


def texts(document: ParsedDocument) -> list[str]:
    """Return the blocks' texts."""
    return [block.text for block in document.blocks]


class TestBody:
    def test_order_headings_and_title(self, parse_word: ParseWord) -> None:
        """Paragraphs and tables come in the order of the body; headings have their levels."""

        def fill(document: Any) -> None:
            document.add_heading("出貨程序", 0)
            document.add_heading("目的", 1)
            document.add_paragraph("說明。")
            table = document.add_table(rows=2, cols=2)
            for cell, text in zip(table._cells, ["項目", "期限", "退貨", "七日"], strict=True):
                cell.text = text
            document.add_heading("範圍", 2)

        document = parse_word(fill)

        assert document.title == "出貨程序"
        assert [(block.kind, block.level, block.text) for block in document.blocks] == [
            ("heading", 1, "出貨程序"),
            ("heading", 1, "目的"),
            ("paragraph", None, "說明。"),
            ("table_row", None, "項目：退貨；期限：七日"),
            ("heading", 2, "範圍"),
        ]

    def test_centred_title(self, parse_word: ParseWord) -> None:
        """A first line set in the middle is the title, as most Chinese documents have it."""

        def fill(document: Any) -> None:
            document.add_paragraph("員工請假辦法").alignment = 1
            document.add_paragraph("第一條 目的")

        document = parse_word(fill)

        assert document.title == "員工請假辦法"
        assert document.blocks[0].kind == "heading"

    def test_what_nobody_sees(self, parse_word: ParseWord) -> None:
        """Deleted and hidden text, field codes and tables of contents are left out; insertions are read."""

        def fill(document: Any) -> None:
            deleted = '<w:del w:id="1"><w:r><w:delText>old</w:delText></w:r></w:del>'
            hidden = "<w:r><w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t></w:r>"
            link = '<w:hyperlink w:anchor="x"><w:r><w:t>link</w:t></w:r></w:hyperlink>'
            gallery = '<w:docPartObj><w:docPartGallery w:val="Table of Contents"/></w:docPartObj>'
            contents = "<w:p><w:r><w:t>1 Purpose .... 3</w:t></w:r></w:p>"
            control = "<w:p><w:r><w:t>in a control</w:t></w:r></w:p>"
            body = document.element.body
            for content in (
                f'<w:p>{deleted}<w:ins w:id="2"><w:r><w:t>new</w:t></w:r></w:ins></w:p>',
                f"<w:p>{hidden}<w:r><w:t>seen</w:t></w:r></w:p>",
                f"<w:p><w:r><w:instrText>PAGE</w:instrText></w:r>{link}<w:r><w:tab/><w:t>after</w:t></w:r></w:p>",
                f"<w:sdt><w:sdtPr>{gallery}</w:sdtPr><w:sdtContent>{contents}</w:sdtContent></w:sdt>",
                f"<w:sdt><w:sdtContent>{control}</w:sdtContent></w:sdt>",
            ):
                body.insert(len(body) - 1, xml(content))

        assert texts(parse_word(fill)) == ["new", "seen", "link after", "in a control"]

    def test_text_boxes(self, parse_word: ParseWord) -> None:
        """A text box is read once, after the paragraph that it hangs on."""

        def fill(document: Any) -> None:
            paragraph = document.add_paragraph("before")._p
            paragraph.append(
                xml(
                    "<w:r><w:pict><w:txbxContent><w:p><w:r><w:t>in the box</w:t></w:r></w:p>"
                    "</w:txbxContent></w:pict></w:r>"
                )
            )
            document.add_paragraph("after")

        assert texts(parse_word(fill)) == ["before", "in the box", "after"]

    def test_strict_form(self, tmp_path: Path) -> None:
        """A document in ISO's strict form says so."""
        import zipfile

        path = tmp_path / "strict.docx"
        with zipfile.ZipFile(path, "w") as package:
            package.writestr(
                "[Content_Types].xml",
                f'<Types xmlns="{TYPES}"><Default Extension="rels" ContentType="x/y"/></Types>',
            )
            package.writestr(
                "_rels/.rels",
                '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                '<Relationship Id="r" Target="word/document.xml" '
                'Type="http://purl.oclc.org/ooxml/officeDocument/relationships/officeDocument"/></Relationships>',
            )
            package.writestr("word/document.xml", "<x/>")

        with pytest.raises(BrokenFile, match="Strict Open XML"):
            parse(path, "strict.docx")


class TestTables:
    def test_merged_cells(self, parse_word: ParseWord) -> None:
        """Merged cells count for each place; a cell across the whole row is a line of its own."""

        def fill(document: Any) -> None:
            table = document.add_table(rows=4, cols=3)
            rows = [
                ["假別", "天數", "備註"],
                ["特休", "七日", "滿一年"],
                ["", "十日", "滿二年"],
                ["以下另計", "", ""],
            ]
            for row, values in zip(table.rows, rows, strict=True):
                for cell, text in zip(row.cells, values, strict=True):
                    cell.text = text
            table.cell(1, 0).merge(table.cell(2, 0))
            table.cell(3, 0).merge(table.cell(3, 2))

        assert texts(parse_word(fill)) == [
            "假別：特休；天數：七日；備註：滿一年",
            "假別：特休；天數：十日；備註：滿二年",
            "以下另計",
        ]

    def test_header_rows(self, parse_word: ParseWord) -> None:
        """Rows marked as header stand together above the others, however many."""

        def fill(document: Any) -> None:
            table = document.add_table(rows=3, cols=3)
            words = ["地區", "費用", "費用", "地區", "國內", "國外", "北區", "100", "200"]
            for cell, text in zip(table._cells, words, strict=True):
                cell.text = text
            for row in table.rows[:2]:
                row._tr.get_or_add_trPr().append(xml("<w:tblHeader/>"))

        assert texts(parse_word(fill)) == ["地區：北區；費用 國內：100；費用 國外：200"]

    def test_frames(self, parse_word: ParseWord) -> None:
        """A table of one column is a frame: its paragraphs are read like the body."""

        def fill(document: Any) -> None:
            cell = document.add_table(rows=1, cols=1).cell(0, 0)
            cell.text = "第一條 目的"
            cell.add_paragraph("第二條 範圍")

        assert texts(parse_word(fill)) == ["第一條 目的", "第二條 範圍"]

    def test_forms(self, parse_word: ParseWord) -> None:
        """A form with colons is read as key and value."""

        def fill(document: Any) -> None:
            table = document.add_table(rows=2, cols=2)
            for cell, text in zip(table._cells, ["部門：", "物流部", "電話：", "1234"], strict=True):
                cell.text = text

        assert texts(parse_word(fill)) == ["部門：物流部", "電話：1234"]

    def test_faq_table(self, parse_word: ParseWord) -> None:
        """A table of questions and answers gives pairs in a document, too."""

        def fill(document: Any) -> None:
            table = document.add_table(rows=2, cols=2)
            for cell, text in zip(table._cells, ["問題", "答案", "能退嗎？", "能。"], strict=True):
                cell.text = text

        (block,) = parse_word(fill).blocks

        assert (block.kind, block.question, block.anchor) == ("faq", "能退嗎？", None)
