from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cleaning import join_lines, pages_to_blocks
from ingest.types import Block

WIDE = "雇主於僱用勞工時應置備勞工名卡並登記勞工之姓名性別出生年月日本籍"  # a line that fills the width


def brief(blocks: tuple[Block, ...]) -> list[tuple[str, str]]:
    """Return (kind, text) of each block."""
    return [(block.kind, block.text) for block in blocks]


class TestJoinLines:
    @pytest.mark.parametrize(
        ("before", "after", "joined"),
        [
            ("雇主應置備", "勞工名卡", "雇主應置備勞工名卡"),
            ("依據", "ISO 9001 辦理", "依據ISO 9001 辦理"),
            ("the quick", "brown fox", "the quick brown fox"),
            ("infor-", "mation", "information"),
            ("infor\ufffe", "mation", "information"),
            ("soft\u00ad", "ware", "software"),
            ("SOP-", "012", "SOP- 012"),
        ],
    )
    def test_scripts(self, before: str, after: str, joined: str) -> None:
        """Chinese joins without a space, Latin with one, a word that was cut without its hyphen."""
        assert join_lines(before, after) == joined

    def test_compounds_keep_their_hyphen(self) -> None:
        """A word that stands hyphenated elsewhere stays so."""
        assert join_lines("a well-", "known rule", frozenset({"well-known"})) == "a well-known rule"


class TestLines:
    def test_wrapped_lines_are_joined(self) -> None:
        """Lines that reach the margin go on; a short one ends the paragraph."""
        page = f"{WIDE}\n{WIDE}\n及其他事項。\n違反者處以罰鍰。"

        assert [block.text for block in pages_to_blocks([page])] == [
            f"{WIDE}{WIDE}及其他事項。",
            "違反者處以罰鍰。",
        ]

    def test_columns_have_their_own_margin(self) -> None:
        """Narrow lines beside wide ones still join: the margin is that of the lines around."""
        narrow = "雇主應置備勞工名卡並登記姓名"
        page = "\n".join([*[narrow] * 7, "完畢。", *[WIDE * 2] * 8])

        assert pages_to_blocks([page])[0].text == narrow * 7 + "完畢。"

    def test_lists_of_short_lines_stay(self) -> None:
        """Names below each other are no wrapped text."""
        page = "Jim Bainbridge\nHernando Bedoya\nRob Bestgen\nMike Cain"

        assert len(pages_to_blocks([page])) == 4

    def test_empty_line_and_indent(self) -> None:
        """An empty line or an indented line begins a paragraph."""
        page = f"{WIDE}\n{WIDE}\n\n{WIDE}\n　　{WIDE}"

        assert len(pages_to_blocks([page])) == 3

    def test_title_after_a_full_line(self) -> None:
        """A short line after a sentence that fills its line is a title, not more of the paragraph."""
        page = f"{WIDE}\n{WIDE[:-1]}。\n特別休假\n{WIDE}"

        assert [block.text for block in pages_to_blocks([page])][1] == "特別休假"

    def test_items_begin_blocks(self) -> None:
        """Bullets and numbered items are list items; a bullet's sign goes, a number stays."""
        page = f"{WIDE}\n• 事假\n（1）病假\n(a) sick leave\n\uf0b7 公假"

        assert brief(pages_to_blocks([page]))[1:] == [
            ("list_item", "事假"),
            ("list_item", "（1）病假"),
            ("list_item", "(a) sick leave"),
            ("list_item", "公假"),
        ]

    def test_control_characters(self) -> None:
        """Stray control characters leave no trace, and no empty block."""
        assert brief(pages_to_blocks(["a\x00b\x05\n\x0e\x0f\nc"])) == [
            ("paragraph", "ab"),
            ("paragraph", "c"),
        ]


class TestPages:
    def test_paragraph_over_a_page_break(self) -> None:
        """A sentence goes on over footer, page break and header; its block begins on the first page."""
        lines = ["".join(chr(0x4E00 + 97 * line + i) for i in range(30)) for line in range(16)]
        bodies = ["\n".join(lines[4 * n : 4 * n + 4]) for n in range(4)]
        pages = [f"請假辦法\n{text}\n- {n} -" for n, text in enumerate(bodies, start=1)]

        blocks = pages_to_blocks(pages)

        assert [block.text for block in blocks] == ["".join(lines)]
        assert blocks[0].page == 1

    def test_sentence_that_ends_with_its_page(self) -> None:
        """A full stop at the page's end ends the paragraph."""
        one, two = WIDE, WIDE[::-1]

        blocks = pages_to_blocks([f"{one}\n{one[:-1]}。", f"{two}\n{two[:-1]}。"])

        assert [block.page for block in blocks] == [1, 2]

    def test_contents_are_dropped(self) -> None:
        """A table of contents, which repeats every heading, is left out."""
        page = "目錄\n第一章 總則 ........ 1\n第二章 休假 ........ 3\n第三章 附則 ........ 9"

        assert brief(pages_to_blocks([page, "第一章 總則\n文字。"])) == [
            ("paragraph", "目錄"),
            ("heading", "第一章 總則"),
            ("paragraph", "文字。"),
        ]


class TestHeadings:
    def test_outline(self) -> None:
        """The outline's titles are headings with its levels, on their page only, also over two lines."""
        pages = ["安全\n請先閱讀安全說明。\n很長的標題\n第二行", "安全\n第二頁的文字。"]

        blocks = pages_to_blocks(pages, [(1, "安全", 1), (2, "很長的標題 第二行", 1)])

        assert [(b.text, b.level) for b in blocks if b.kind == "heading"] == [
            ("安全", 1),
            ("很長的標題第二行", 2),
        ]

    def test_outline_without_numbers(self) -> None:
        """A heading keeps the number that the outline leaves out."""
        blocks = pages_to_blocks(["3 Baz\nText without a meaning."], [(1, "Baz", 1)])

        assert brief(blocks) == [("heading", "3 Baz"), ("paragraph", "Text without a meaning.")]

    def test_labels(self) -> None:
        """Chapters and bare clause labels are headings; a label with text is a paragraph of its own."""
        third = "第 3 條 第五條所定人員，不適用之。"
        page = f"第一章 總則\n第 1 條\n為規範請假，訂定本辦法。\n第 2 條 員工適用之。\n{third}"

        assert brief(pages_to_blocks([page])) == [
            ("heading", "第一章 總則"),
            ("heading", "第 1 條"),
            ("paragraph", "為規範請假，訂定本辦法。"),
            ("paragraph", "第 2 條 員工適用之。"),
            ("paragraph", "第 3 條 第五條所定人員，不適用之。"),
        ]

    def test_decimals_with_titles(self) -> None:
        """4.3 with a short title is a heading; an amount wrapped to a line's start is not."""
        page = f"4.1 通報\n{WIDE}\n4.2 補寄\n{WIDE[:-3]}重量超過\n3.5公斤以上之包裹另計。\n4.3 結案\n結案。"

        blocks = pages_to_blocks([page])

        assert [b.text for b in blocks if b.kind == "heading"] == ["4.1 通報", "4.2 補寄", "4.3 結案"]
        assert blocks[3].text.endswith("重量超過3.5公斤以上之包裹另計。")


class TestAnything:
    @settings(max_examples=100, deadline=None)
    @given(
        st.lists(
            st.lists(
                st.sampled_from(["第 1 條", "- 3 -", WIDE, "4.3 x", "• a", "", "end-", "第一章 總則"])
                | st.text(max_size=30),
                max_size=9,
            ).map("\n".join),
            max_size=6,
        )
    )
    def test_blocks_are_in_order_and_not_empty(self, pages: list[str]) -> None:
        """Whatever the pages: no empty block, pages in order, the same result again."""
        blocks = pages_to_blocks(pages, [(1, "第一章 總則", 2)])

        assert all(block.text for block in blocks)
        assert [b.page for b in blocks] == sorted(b.page or 0 for b in blocks)
        assert pages_to_blocks(pages, [(1, "第一章 總則", 2)]) == blocks

    @pytest.mark.timeout(30)
    @pytest.mark.parametrize("text", ["a", ".", "1 ", "-", "第", "中"])
    def test_one_endless_line(self, text: str) -> None:
        """A line without end, of whatever it consists, is one block."""
        assert len(pages_to_blocks([text * 200_000])) == 1
