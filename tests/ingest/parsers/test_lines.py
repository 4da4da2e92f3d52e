from __future__ import annotations

import pytest

from ingest.parsers.lines import name_title, readable, title_like, unwrapped


class TestReadable:
    def test_invisible_characters_go(self) -> None:
        """What nobody sees and what cannot be saved is taken out."""
        hidden = "\ufeff退\u200b貨\u202e\x00\ud800\U000e0041\ue000"

        assert readable(hidden) == "退貨"

    @pytest.mark.parametrize(
        "mark",
        [
            "\u200b",
            "\u200c",
            "\u200d",
            "\u2060",
            "\ufeff",
            "\u202e",
            "\u034f",
            "\u3164",
            "\U000e0041",
            "\ufe01",
        ],
    )
    def test_words_are_whole(self, mark: str) -> None:
        """A word that is cut by marks nobody sees is the word again, for search and for every check."""
        assert readable(f"忽{mark}略 sys{mark}tem{mark}") == "忽略 system"

    def test_joiners_that_belong(self) -> None:
        """Emoji and scripts that need joiners keep them."""
        for text in ("👩\u200d🔧", "❤\ufe0f\u200d🔥", "می\u200cخواهم"):
            assert readable(text) == text

    def test_line_ends(self) -> None:
        """Every kind of line end becomes a newline."""
        assert readable("a\r\nb\rc\u2028d\x85e") == "a\nb\nc\nd\ne"

    def test_composed(self) -> None:
        """Letters and marks are composed."""
        assert readable("e\u0301") == "é"


class TestUnwrapped:
    def test_latin(self) -> None:
        """Hard-wrapped Latin lines are joined with a space."""
        lines = [
            "The warehouse manager decides on the same working day",
            "whether the goods are sent again, and tells",
            "the customer.",
        ]

        assert unwrapped(lines) == " ".join(lines)

    def test_chinese(self) -> None:
        """Hard-wrapped Chinese lines are joined without a space."""
        lines = ["出貨發生異常時，承辦人員應於二十四小時內通報", "物流主管，並由倉儲主管決定是否重新出貨。"]

        assert unwrapped(lines) == "".join(lines)

    @pytest.mark.parametrize(
        "start", ["二、雇主：", "(二)雇主", "第 3 條 雇主", "2. Employer", "4.3.2 Scope", "- item"]
    )
    def test_items_keep_their_lines(self, start: str) -> None:
        """A line that begins like a clause or an item is never joined to the one above."""
        above = "一、勞工：指受雇主僱用從事工作獲致工資者而言並包括下列各款"

        assert unwrapped([above, start + "指僱用勞工之事業主"]).split("\n")[1].startswith(start[:2])

    def test_sentences_keep_their_lines(self) -> None:
        """A line that ends a sentence is not joined to the next."""
        lines = ["雇主與勞工所訂勞動條件，不得低於本法所定之最低標準。", "本法未規定者，適用其他法律之規定。"]

        assert unwrapped(lines) == "\n".join(lines)


class TestTitles:
    def test_notion_id(self) -> None:
        """A Notion id is no part of a title."""
        assert name_title("Leave Policy 0123456789abcdef0123456789abcdef.md") == "Leave Policy"

    @pytest.mark.parametrize("line", ["第一條 本辦法", "1. Purpose", "請於七日內退貨。", ""])
    def test_not_titles(self, line: str) -> None:
        """Clauses, items and sentences are no titles."""
        assert not title_like(line)

    def test_title(self) -> None:
        """A short line that is no sentence can be a title."""
        assert title_like("出貨作業標準程序書")
