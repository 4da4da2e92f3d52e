from __future__ import annotations

from collections.abc import Callable

from ingest.types import ParsedDocument

ParseBytes = Callable[[str, bytes | str], ParsedDocument]


class TestText:
    def test_paragraphs_and_title(self, parse_bytes: ParseBytes) -> None:
        """Blank lines part paragraphs; a short first line that stands alone is the title."""
        document = parse_bytes("a.txt", "出貨作業程序\n\n第一條 目的\n說明。\n\n第二條 範圍\n")

        assert document.title == "出貨作業程序"
        assert [(block.kind, block.text) for block in document.blocks] == [
            ("heading", "出貨作業程序"),
            ("paragraph", "第一條 目的\n說明。"),
            ("paragraph", "第二條 範圍"),
        ]

    def test_title_from_the_name(self, parse_bytes: ParseBytes) -> None:
        """A text that begins with a clause is called by its file's name."""
        assert parse_bytes("勞動規章.txt", "第一條 目的\n\n說明。").title == "勞動規章"

    def test_big5(self, parse_bytes: ParseBytes) -> None:
        """A text saved by an old editor in Taiwan is read."""
        document = parse_bytes("a.txt", "貨到七日內可退貨。".encode("cp950"))

        assert document.blocks[0].text == "貨到七日內可退貨。"
