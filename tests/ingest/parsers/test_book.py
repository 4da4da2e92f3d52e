from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from ingest.errors import BrokenFile, EncryptedFile
from ingest.types import ParsedDocument

ParseBytes = Callable[[str, bytes | str], ParsedDocument]

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
BOOK = """<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>作業手冊</dc:title><dc:creator>客服部</dc:creator></metadata>
<manifest><item id="b" href="two.xhtml" media-type="application/xhtml+xml"/>
<item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>
<item id="a" href="text/one%20a.xhtml" media-type="application/xhtml+xml"/>
<item id="g" href="never.xhtml" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="n"/><itemref idref="a"/><itemref idref="b"/><itemref idref="g"/></spine></package>"""


def epub(**more: str) -> bytes:
    """Return a book of two chapters; ``more`` adds members or replaces them."""
    members = {
        "META-INF/container.xml": CONTAINER,
        "OEBPS/book.opf": BOOK,
        "OEBPS/nav.xhtml": "<html><body><p>目次</p></body></html>",
        "OEBPS/text/one a.xhtml": "<html><body><h1>第一章</h1><p>七日內退貨。</p></body></html>",
        "OEBPS/two.xhtml": "<html><body><h1>第二章</h1><ol><li>核對</li></ol><p hidden>看不見</p></body></html>",
    } | more
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


class TestBook:
    def test_chapters_in_the_order_of_reading(self, parse_bytes: ParseBytes) -> None:
        """The spine decides, not the manifest; the table of contents and what is not there are left out."""
        document = parse_bytes("a.epub", epub())

        assert (document.title, document.metadata["creator"]) == ("作業手冊", "客服部")
        assert [(b.kind, b.text) for b in document.blocks] == [
            ("heading", "第一章"),
            ("paragraph", "七日內退貨。"),
            ("heading", "第二章"),
            ("list_item", "1. 核對"),
        ]

    def test_a_protected_book_cannot_be_read(self, parse_bytes: ParseBytes) -> None:
        """It is told as a file with a password is."""
        with pytest.raises(EncryptedFile):
            parse_bytes("a.epub", epub(**{"META-INF/rights.xml": "<x/>"}))

    @pytest.mark.parametrize("member", ["META-INF/container.xml", "OEBPS/book.opf"])
    def test_damage_has_a_cause(self, parse_bytes: ParseBytes, member: str) -> None:
        """Without its lists a book is broken."""
        with pytest.raises(BrokenFile):
            parse_bytes("a.epub", epub(**{member: ""}))

    def test_entities_are_not_expanded(self, parse_bytes: ParseBytes) -> None:
        """A book cannot read files of this machine."""
        evil = '<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/hostname">]>' + BOOK.replace("作業手冊", "&e;")

        assert parse_bytes("a.epub", epub(**{"OEBPS/book.opf": evil})).title in {"&e;", "a"}
