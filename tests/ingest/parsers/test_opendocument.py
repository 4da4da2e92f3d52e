from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from ingest.errors import BrokenFile, EncryptedFile
from ingest.types import ParsedDocument

ParseBytes = Callable[[str, bytes | str], ParsedDocument]

NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "style")
)
NUMBERED = """<text:list-style style:name="L"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/>
<text:list-level-style-number text:level="2" style:num-format="1" text:display-levels="2"/></text:list-style>
<text:list-style style:name="C">
<text:list-level-style-number text:level="1" style:num-format="一, 二, 三, ..." style:num-suffix="、"/></text:list-style>
<style:style style:name="P1" style:parent-style-name="Title"/>"""


def odt(body: str, manifest: str = "<x/>") -> bytes:
    """Return a text document with this body."""
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>{NUMBERED}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return buffer.getvalue()


def read(parse_bytes: ParseBytes, body: str) -> list[str]:
    """Return the blocks' texts."""
    return [block.text for block in parse_bytes("a.odt", odt(body)).blocks]


def items(style: str, *texts: str) -> str:
    """Return a list."""
    inner = "".join(f"<text:list-item><text:p>{text}</text:p></text:list-item>" for text in texts)
    return f'<text:list text:style-name="{style}">{inner}</text:list>'


class TestText:
    def test_title_and_headings(self, parse_bytes: ParseBytes) -> None:
        """A paragraph of the title's style, by whatever name, is the title; headings have their levels."""
        body = '<text:p text:style-name="P1">請假規則</text:p><text:h text:outline-level="2">特別休假</text:h><text:p>七日。</text:p>'
        document = parse_bytes("a.odt", odt(body))

        assert document.title == "請假規則"
        assert [(b.kind, b.level) for b in document.blocks] == [
            ("heading", 1),
            ("heading", 2),
            ("paragraph", None),
        ]

    def test_spaces_tabs_and_breaks(self, parse_bytes: ParseBytes) -> None:
        """They are elements and not characters."""
        assert read(
            parse_bytes, '<text:p>a<text:s text:c="3"/>b<text:tab/>c<text:line-break/>d</text:p>'
        ) == ["a b c\nd"]

    def test_list_numbers(self, parse_bytes: ParseBytes) -> None:
        """Numbers are counted on as the document shows them, inner levels with the outer ones, and begin anew."""
        inner = f'<text:list text:style-name="L"><text:list-item><text:p>甲</text:p>{items("L", "乙", "丙")}</text:list-item></text:list>'

        assert read(parse_bytes, inner) == ["1. 甲", "1.1 乙", "1.2 丙"]
        assert read(parse_bytes, items("C", "甲", "乙") + items("C", "丙")) == ["一、甲", "二、乙", "一、丙"]

    def test_notes_follow_their_paragraph(self, parse_bytes: ParseBytes) -> None:
        """A footnote's text is not in the middle of the sentence."""
        note = "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>含運費</text:p></text:note-body></text:note>"

        assert read(parse_bytes, f"<text:p>一千元{note}以上</text:p>") == ["一千元以上", "※ 含運費"]

    def test_final_view(self, parse_bytes: ParseBytes) -> None:
        """Deleted text and comments are not part of what the document says."""
        body = (
            "<text:tracked-changes><text:changed-region><text:deletion><text:p>十日</text:p></text:deletion></text:changed-region>"
            "</text:tracked-changes><text:p>七日<office:annotation><text:p>再確認</text:p></office:annotation>內</text:p>"
        )

        assert read(parse_bytes, body) == ["七日內"]

    def test_tables(self, parse_bytes: ParseBytes) -> None:
        """Rows have their header; a cell over two rows counts in both, repeated cells as often as they say."""

        def cell(text: str, more: str = "") -> str:
            return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

        rows = [
            cell("項目") + cell("期限") + cell("備註"),
            cell("退貨") + cell("七日", 'table:number-rows-spanned="2"') + cell("無"),
            cell("換貨") + "<table:covered-table-cell/>" + cell("無"),
            cell("同", 'table:number-columns-repeated="3"'),
        ]
        body = f"<table:table>{''.join(f'<table:table-row>{row}</table:table-row>' for row in rows)}</table:table>"

        assert read(parse_bytes, body) == [
            "項目：退貨；期限：七日；備註：無",
            "項目：換貨；期限：七日；備註：無",
            "同",
        ]


class TestRefused:
    def test_with_a_password(self, parse_bytes: ParseBytes) -> None:
        """It says so in its manifest."""
        with pytest.raises(EncryptedFile):
            parse_bytes("a.odt", odt("<text:p>x</text:p>", "<manifest:encryption-data/>"))

    def test_damaged(self, parse_bytes: ParseBytes) -> None:
        """XML that is none has a cause."""
        with pytest.raises(BrokenFile):
            parse_bytes("a.odt", odt("<text:p>"))
