"""Sentences leave when their end is certain, cleaned, and in full."""

from __future__ import annotations

import threading

import pytest

from assistant.answering.grounding import Evidence
from assistant.answering.windows import Window
from assistant.answering.writing import Writer, Written, clean, complete_sentences, in_full
from models.errors import Cancelled
from models.fakes import FakeChat
from tests.assistant.answering.ladder import passage


def window(text: str) -> Window:
    """Return the window over a source of one sentence."""
    found = Evidence([passage(text)], text, lambda _: pytest.fail("same language")).check(text).window
    assert found is not None
    return found


class TestCompleteSentences:
    """Cutting a stream."""

    def test_a_sentence_waits_for_what_follows_its_stop(self) -> None:
        """A closing quote may still come, so the stop alone ends nothing."""
        pieces = iter(["他說：「好。", "」然後", "走了。"])

        assert list(complete_sentences(pieces)) == ["他說：「好。」", "然後走了。"]

    def test_decimals_and_initials_do_not_end_one(self) -> None:
        """Nor does a full stop at the end of what has come so far."""
        assert list(complete_sentences(iter(["Within 3", ".", "5 hours. ", "Ask J. Lin."]))) == [
            "Within 3.5 hours.",
            "Ask J. Lin.",
        ]

    def test_the_rest_comes_at_the_end(self) -> None:
        """An answer without a full stop is an answer."""
        assert list(complete_sentences(iter(["24 小時"]))) == ["24 小時"]


class TestClean:
    """The model's own marks go, its script is put right."""

    def test_citation_marks_and_list_marks_go(self) -> None:
        """Citations come from alignment, never from the model."""
        assert clean("1. 應於24小時內通報[1]。【2】", "zh-Hant") == "應於24小時內通報。"

    def test_simplified_characters_in_a_traditional_answer(self) -> None:
        """Only characters that are Simplified alone change; 公里 stays."""
        assert clean("請学习后台公里规格", "zh-Hant") == "請學習后台公里規格"

    def test_a_simplified_question_gets_a_simplified_answer(self) -> None:
        """The question's script decides."""
        assert clean("應於24小時內通報", "zh-Hans") == "应于24小时内通报"


class TestInFull:
    """What a short piece of a source bears is said in the source's words."""

    def test_a_fragment_becomes_the_source_sentence(self) -> None:
        """Word for word."""
        assert (
            in_full("倉儲經理", window("是否補寄，由倉儲經理判定。"), "zh-Hant")
            == "是否補寄，由倉儲經理判定。"
        )

    def test_a_sentence_becomes_the_source_sentence(self) -> None:
        """The source's words are the exact ones."""
        assert (
            in_full("由倉儲經理判定是否補寄。", window("是否補寄，由倉儲經理判定。"), "zh-Hant")
            == "是否補寄，由倉儲經理判定。"
        )

    def test_of_a_long_source_and_of_a_row_the_sentence_stays(self) -> None:
        """They hold more than was asked."""
        written = "由倉儲經理判定是否補寄。"
        long = "是否補寄，由倉儲經理判定，" + "並依出貨紀錄與客戶回覆辦理，" * 12

        assert in_full(written, window(long), "zh-Hant") == written
        assert in_full(written, window("項目：補寄；判定：由倉儲經理判定是否補寄"), "zh-Hant") == written

    def test_across_languages_the_fragment_stays(self) -> None:
        """The answer is in the question's language."""
        assert in_full("24 hours", window("應於24小時內通報。"), "en") == "24 hours"


class TestWriter:
    """Only supported sentences come through."""

    source = "應於24小時內通報物流部。是否補寄由倉儲經理判定。"

    def write(self, *says: str, limit: int = 3) -> tuple[list[str], Written]:
        """Let a scripted model write about the source."""
        chat = FakeChat(script=list(says))
        chat.load()
        outcome = Written()
        evidence = Evidence([passage(self.source)], "出貨異常？", lambda _: pytest.fail("same language"))
        writer = Writer(chat, max_sentences=limit, max_tokens=200, seed=1)
        found = [c.text for c in writer.write([], evidence, "zh-Hant", None, outcome)] if says else []
        chat.close()
        return found, outcome

    def test_what_is_not_supported_is_dropped_and_noted(self) -> None:
        """The rest of the answer goes on."""
        found, outcome = self.write("應於24小時內通報物流部。應於90日內提起訴訟。是否補寄由倉儲經理判定。")

        assert found == ["應於24小時內通報物流部。", "是否補寄由倉儲經理判定。"]
        assert [(d.text, d.support.verdict) for d in outcome.dropped] == [("應於90日內提起訴訟。", "number")]

    def test_saying_that_there_is_no_answer_ends_it(self) -> None:
        """Nothing after it is listened to."""
        found, outcome = self.write("資料中沒有答案。應於24小時內通報物流部。")

        assert found == []
        assert outcome.said_no_answer

    def test_a_repetition_and_the_limit_end_it(self) -> None:
        """Small models loop."""
        assert self.write("應於24小時內通報物流部。應於24小時內通報物流部。是否補寄由倉儲經理判定。")[0] == [
            "應於24小時內通報物流部。"
        ]
        assert self.write("應於24小時內通報物流部。是否補寄由倉儲經理判定。", limit=1)[0] == [
            "應於24小時內通報物流部。"
        ]

    def test_cancelling_stops_the_model(self) -> None:
        """A reader who has gone costs nothing more."""
        chat = FakeChat(script=["應於24小時內通報物流部。" * 50], pause_s=0.01)
        chat.load()
        cancel = threading.Event()
        cancel.set()
        evidence = Evidence([passage(self.source)], "?", lambda _: pytest.fail("same language"))

        with pytest.raises(Cancelled):
            list(
                Writer(chat, max_sentences=3, max_tokens=99, seed=1).write(
                    [], evidence, "zh-Hant", cancel, Written()
                )
            )
        chat.close()
