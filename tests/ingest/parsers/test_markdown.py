from __future__ import annotations

from collections.abc import Callable

from ingest.types import ParsedDocument

ParseBytes = Callable[[str, bytes | str], ParsedDocument]


class TestFrontMatter:
    def test_fields(self, parse_bytes: ParseBytes) -> None:
        """Front matter becomes metadata, its title the title; it is no text."""
        fields = 'title: "退貨政策"\ntags: [a, b]\ndate: 2025-01-02\nnested: {x: 1}'
        text = f"---\n{fields}\n---\n# 另一個\n\n內文。\n"

        document = parse_bytes("a.md", text)

        assert document.title == "退貨政策"
        assert document.metadata == {"title": "退貨政策", "tags": "a, b", "date": "2025-01-02"}
        assert [block.text for block in document.blocks] == ["另一個", "內文。"]

    def test_not_quite_yaml(self, parse_bytes: ParseBytes) -> None:
        """Front matter that is not quite YAML still gives its plain fields."""
        document = parse_bytes("a.md", "---\ntitle: A: B [draft\n---\ntext\n")

        assert document.title == "A: B [draft"
        assert [block.text for block in document.blocks] == ["text"]

    def test_rule_is_no_front_matter(self, parse_bytes: ParseBytes) -> None:
        """A text between two rules stays text."""
        document = parse_bytes("a.md", "---\njust a sentence\n---\nmore\n")

        assert "just a sentence" in [block.text for block in document.blocks]


class TestBlocks:
    def test_heading_anchors_go(self, parse_bytes: ParseBytes) -> None:
        """Anchors in headings are no text."""
        document = parse_bytes("a.md", '# <a name="x"></a>存取權檢查\n\n## Title {#id}\n')

        assert [(block.kind, block.level, block.text) for block in document.blocks] == [
            ("heading", 1, "存取權檢查"),
            ("heading", 2, "Title"),
        ]
        assert document.title == "存取權檢查"

    def test_list_numbers_as_written(self, parse_bytes: ParseBytes) -> None:
        """List numbers are kept as written, with their marks."""
        blocks = parse_bytes("a.md", "3. three\n4. four\n\n   more\n\ntext\n\n1) one\n\n- bullet\n").blocks

        assert [(block.kind, block.text, block.label) for block in blocks] == [
            ("list_item", "3. three", "3."),
            ("list_item", "4. four", "4."),
            ("paragraph", "more", None),
            ("paragraph", "text", None),
            ("list_item", "1) one", "1)"),
            ("list_item", "bullet", None),
        ]

    def test_list_items_set_far_in(self, parse_bytes: ParseBytes) -> None:
        """Items with many spaces after their number are items, not code, and keep the number."""
        document = parse_bytes("a.md", "如下：\n1.      本國人。\n2.      外國人。\n")

        assert [(block.kind, block.text) for block in document.blocks[1:]] == [
            ("list_item", "1. 本國人。"),
            ("list_item", "2. 外國人。"),
        ]

    def test_tables(self, parse_bytes: ParseBytes) -> None:
        """A table's rows carry their headings; empty cells are left out."""
        blocks = parse_bytes("a.md", "| 項目 | 期限 |\n|---|---|\n| 退貨 | 七日 |\n| 換貨 | |\n").blocks

        assert [(block.kind, block.text) for block in blocks] == [
            ("table_row", "項目：退貨；期限：七日"),
            ("table_row", "項目：換貨"),
        ]

    def test_code(self, parse_bytes: ParseBytes) -> None:
        """Code keeps its lines and blanks."""
        (block,) = parse_bytes("a.md", "```python\nif x:\n    y()\n```\n").blocks

        assert (block.kind, block.text) == ("code", "if x:\n    y()")

    def test_lines_of_clauses_stay(self, parse_bytes: ParseBytes) -> None:
        """Lines that begin like items stay lines; hard-wrapped prose is joined."""
        text = "本法用詞，定義如下：\n一、勞工：指受雇主僱用者。\n二、雇主：指事業主。\n"

        (block,) = parse_bytes("a.md", text).blocks

        assert block.text == text.strip()

    def test_markup_goes(self, parse_bytes: ParseBytes) -> None:
        """Emphasis, links, comments and line breaks leave the text that a person sees."""
        (block,) = parse_bytes("a.md", "**退貨** 見 [政策](x.md)<!-- no --> `SOP-012`<br>次行\n").blocks

        assert block.text == "退貨 見 政策 SOP-012\n次行"

    def test_html_blocks(self, parse_bytes: ParseBytes) -> None:
        """HTML inside Markdown is read like HTML; a call-out is part of the text."""
        rows = "<tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr>"
        text = f"<aside>\n注意事項\n</aside>\n\n<table>{rows}</table>\n"

        blocks = parse_bytes("a.md", text).blocks

        assert [block.text for block in blocks] == ["注意事項", "a：1；b：2"]
