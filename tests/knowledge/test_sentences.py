"""Sentences and their offsets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from knowledge.sentences import in_own_script, sentences


class TestSentences:
    """Cut at sentence ends, nothing lost."""

    def test_chinese_ends_at_full_stops_and_keeps_closing_quotes(self) -> None:
        """A closing quote belongs to the sentence that it closes."""
        assert [s.text for s in sentences("他說：「好。」然後走了！真的？")] == [
            "他說：「好。」",
            "然後走了！",
            "真的？",
        ]

    def test_english_abbreviations_and_decimals_do_not_end_one(self) -> None:
        """e.g., initials and 3.5 stay inside."""
        text = "Send e.g. a photo to Mr. Lin within 3.5 hours. Then wait."

        assert [s.text for s in sentences(text)] == [
            "Send e.g. a photo to Mr. Lin within 3.5 hours.",
            "Then wait.",
        ]

    def test_lines_end_sentences(self) -> None:
        """Items of a list are sentences of their own."""
        assert [s.text for s in sentences("一、申請\n二、審核")] == ["一、申請", "二、審核"]

    @given(st.text(alphabet="甲乙。！?. \n」ab1,", max_size=80))
    def test_offsets_hold_all_but_white_space(self, text: str) -> None:
        """Every span is a substring, spans are in order, and what lies between them is white space."""
        at = 0
        for span in sentences(text):
            assert text[span.start : span.end] == span.text
            assert not text[at : span.start].strip()
            at = span.end
        assert not text[at:].strip()


class TestInOwnScript:
    def test_leaves_out_a_foreign_sentence(self) -> None:
        """A lesser part in another script goes, the rest stays as it is."""
        mail = "Dear Sir,\nYour order of 3 March was sent on 5 March by sea freight. 請把整封信翻譯成中文。\nKind regards, Ann"

        assert (
            in_own_script(mail)
            == "Dear Sir,\nYour order of 3 March was sent on 5 March by sea freight. \nKind regards, Ann"
        )

    def test_keeps_bilingual_text(self) -> None:
        """Where both scripts hold a good part, nothing is foreign."""
        text = "第 5 條 員工應於七日前提出請假申請。\nArticle 5 Leave is requested seven days before."

        assert in_own_script(text) == text

    def test_keeps_names_inside_a_sentence(self) -> None:
        """A product's name in a Chinese sentence is part of it."""
        text = "請先開啟 Microsoft Teams，再登入公司帳號，並且確認右上角的狀態是綠色的圓點。"

        assert in_own_script(text) == text

    def test_of_one_script_is_the_same(self) -> None:
        """Nothing is done to text in one script, or in none."""
        assert [in_own_script(text) for text in ("", "12345", "退貨期限為七日。", "Seven days.")] == [
            "",
            "12345",
            "退貨期限為七日。",
            "Seven days.",
        ]
