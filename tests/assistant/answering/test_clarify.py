"""Asking which document is meant, and reading the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Never

import pytest

from assistant.answering.clarify import chosen, clarify_text, facts_differ, settle
from assistant.answering.types import Answer, Question, Turn
from knowledge.relevance import query_terms
from knowledge.search import Found
from knowledge.types import OPERATOR, Hit, Passage
from tests.assistant.answering.ladder import Desk, passage

MakeDesk = Callable[..., Desk]
TEXT = "特別休假\n服務滿一年者，每年給予特別休假 {} 日。病假一年內合計不得超過三十日，應附診斷證明。"
ASKED = "滿一年的特別休假有幾天？"


def edition(year: int, days: int) -> Passage:
    """Return the clause of one year's rules."""
    made = passage(TEXT.format(days), f"leave-{year}.md", clause="第二條")
    return replace(made, title=f"員工請假辦法（{year}年版）")


OLD, NEW = edition(2025, 7), edition(2026, 10)
OFFER = clarify_text("differ", ["2025年版", "2026年版"], "zh-Hant")
OFFER_EN = clarify_text("differ", ["X100", "X200"], "en")


def _refuse(_: object) -> Never:
    pytest.fail("one language needs no vectors")


def asking(desk: MakeDesk, *members: Passage, says: str = "應附診斷證明。") -> Desk:
    """Return a desk whose best hit is the first of ``members`` with the others as its editions."""
    made = desk((members[0], 0.9), says=[says])
    made.search.hits = [replace(made.search.hits[0], editions=members[1:])]
    return made


def answer(desk: Desk, text: str, *history: Turn) -> Answer:
    """Return the answer."""
    return desk.answerer.answer(Question(text, history), OPERATOR)


class TestAsking:
    """When it is asked which one is meant."""

    def test_the_edition_named_by_its_title_stands_for_the_group(self, desk: MakeDesk) -> None:
        """Also where the search put the other one first."""
        found = answer(
            asking(desk, NEW, OLD, says="服務滿一年者，每年給予特別休假 7 日。"), f"2025年版 {ASKED}"
        )

        assert {citation.source for citation in found.citations} == {"leave-2025.md"}

    def test_editions_that_differ_are_named(self, desk: MakeDesk) -> None:
        """In a fixed text with the choices; the model is not asked."""
        made = asking(desk, NEW, OLD)

        found = answer(made, ASKED)

        assert (found.status, found.kind, found.language) == ("clarify", "clarify", "zh-Hant")
        assert (
            found.text == "不同文件對這個問題的規定不一樣，請問您要問的是哪一份？\n1. 2025年版\n2. 2026年版"
        )
        assert [(c.label, c.source, c.clause) for c in found.choices] == [
            ("2025年版", "leave-2025.md", "第二條"),
            ("2026年版", "leave-2026.md", "第二條"),
        ]
        assert (found.citations, found.sentences, found.decline) == ((), (), None)
        assert made.chat.seen == []

    def test_in_the_askers_language(self, desk: MakeDesk) -> None:
        """English for an English question, Simplified for a Simplified one."""
        assert answer(
            asking(desk, NEW, OLD), "How many days of annual leave after one year?"
        ).text.startswith("The documents answer this differently.")
        assert answer(asking(desk, NEW, OLD), "服务满一年的特别休假有几天？").text.startswith(
            "不同文件对这个问题"
        )

    def test_what_all_say_is_answered(self, desk: MakeDesk) -> None:
        """With one citation and its places, though other sentences of the clause differ."""
        found = answer(asking(desk, NEW, OLD), "病假要附什麼證明？")

        assert found.status == "answered"
        assert [c.places for c in found.citations] == [("leave-2025.md",)]

    def test_a_quote_that_the_other_edition_lacks_has_no_second_place(self, desk: MakeDesk) -> None:
        """Only the same words are the same place."""
        made = asking(desk, NEW, OLD, says="服務滿一年者，每年給予特別休假 10 日。")

        found = answer(made, "2026年滿一年的特別休假有幾天？")

        assert [c.places for c in found.citations] == [()]

    def test_the_named_edition_alone_is_evidence(self, desk: MakeDesk) -> None:
        """The other's clauses are not read, wherever they stand."""
        made = desk((OLD, 0.9), (NEW, 0.8), says=["每年給予特別休假 10 日。"])

        found = answer(made, "2026年滿一年的特別休假有幾天？")

        assert {c.source for c in found.citations} == {"leave-2026.md"}
        assert "7 日" not in str(made.chat.seen[0])

    def test_a_question_that_names_both_is_told_both(self, desk: MakeDesk) -> None:
        """Each in its own words, with its own source; nothing is asked back and no model writes."""
        made = asking(desk, NEW, OLD)

        found = answer(made, "2025年和2026年滿一年的特別休假各有幾天？")

        assert found.status == "answered"
        assert [sentence.text for sentence in found.sentences] == [
            "2025年版：服務滿一年者，每年給予特別休假 7 日。",
            "2026年版：服務滿一年者，每年給予特別休假 10 日。",
        ]
        assert [citation.source for citation in found.citations] == ["leave-2025.md", "leave-2026.md"]
        assert made.chat.seen == []

    def test_what_the_conversation_was_about_is_not_asked_again(self, desk: MakeDesk) -> None:
        """The year was said a turn before."""
        made = asking(desk, NEW, OLD, says="每年給予特別休假 7 日。")

        found = answer(made, ASKED, Turn("user", "2025年婚假幾天？"), Turn("assistant", "8 日。 [1]"))

        assert found.status == "answered"
        assert {citation.source for citation in found.citations} == {"leave-2025.md"}

    @pytest.mark.parametrize("said", ["兩個都要", "都要", "全部", "都可以"])
    def test_both_can_be_chosen(self, desk: MakeDesk, said: str) -> None:
        """All that was offered, in a word."""
        history = (Turn("user", ASKED), Turn("assistant", OFFER))

        found = answer(asking(desk, NEW, OLD), said, *history)

        assert [citation.source for citation in found.citations] == ["leave-2025.md", "leave-2026.md"]

    def test_a_glossarys_old_name_names_its_product(self) -> None:
        """小白 is called X200 now."""
        old, new = (
            replace(passage(f"本產品保固 {n} 個月。", f"{m}.md"), title=f"{m} 使用手冊")
            for m, n in (("X100", 12), ("X200", 24))
        )
        query = query_terms("小白的保固多久？", lambda _: {}, 1)
        hits = (Hit(1, 0.9, old, editions=(new,)),)

        asked = settle("小白的保固多久？", Found(query, hits), _refuse, 0.2, ("小白的保固多久？",))
        meant = settle(
            "小白的保固多久？",
            Found(query, hits, variants=("X200的保固多久？",)),
            _refuse,
            0.2,
            ("小白的保固多久？",),
        )

        assert asked.several == (old, new)
        assert not meant.several
        assert [hit.passage for hit in meant.found.hits] == [new]

    def test_a_choice_is_never_asked_again(self, desk: MakeDesk) -> None:
        """Also where nothing else would tell that name from another."""
        one = replace(NEW, title="員工請假辦法 A")
        two = replace(OLD, title="員工請假辦法 B")
        offer = clarify_text("differ", ["leave-2025", "leave-2026"], "zh-Hant")
        made = asking(desk, one, two, says="每年給予特別休假 7 日。")

        found = answer(made, "1", Turn("user", ASKED), Turn("assistant", offer))

        assert found.status == "answered"
        assert {citation.source for citation in found.citations} == {"leave-2025.md"}

    def test_too_little_relevance_is_declined_and_not_asked(self, desk: MakeDesk) -> None:
        """Nothing would be answered either way."""
        made = asking(desk, NEW, OLD)
        made.search.hits = [replace(hit, score=0.05) for hit in made.search.hits]

        assert answer(made, ASKED).status == "declined"

    def test_sister_policies_as_relevant_are_named(self, desk: MakeDesk) -> None:
        """門市 and 網購; one far less relevant is not meant."""
        shop = passage("商品售出後七日內，得憑發票辦理退貨，逾期不受理。", "門市退貨政策.md")
        web = passage("商品售出後十四日內，得憑發票辦理退貨，逾期不受理。", "網購退貨政策.md")

        found = answer(desk((shop, 0.9), (web, 0.85)), "售出的商品幾日內可以退貨？")

        assert [choice.label for choice in found.choices] == ["網購", "門市"]
        assert answer(desk((shop, 0.9), (web, 0.4)), "售出的商品幾日內可以退貨？").status != "clarify"

    def test_a_clause_of_many_documents_asks_by_title(self, desk: MakeDesk) -> None:
        """The number alone names none of them."""
        made = desk((OLD, 0.3))
        clauses = tuple(passage(f"{name}之規定。", f"{name}.md", clause="第4條") for name in "甲乙丙丁")
        find = made.search.find
        made.search.find = lambda *a: Found(find(*a).query, (), unnamed=clauses)  # type: ignore[method-assign]

        found = answer(made, "第4條是什麼？")

        assert found.text.startswith("有好幾份文件都有這個條號")
        assert [choice.label for choice in found.choices] == list("甲乙丙丁")

    def test_a_document_that_is_not_there_is_declined_by_name(self, desk: MakeDesk) -> None:
        """Whatever else was found."""
        made = desk((OLD, 0.9))
        found = replace(made.search.find("", OPERATOR), unknown="勞動基準法")
        made.search.find = lambda *_: found  # type: ignore[method-assign]

        told = answer(made, "勞動基準法第38條")

        assert (told.status, told.kind) == ("declined", "declined")
        assert "沒有名稱是「勞動基準法」的文件" in told.text


class TestChoosing:
    """The next message."""

    @pytest.mark.parametrize(
        ("said", "label"),
        [
            ("2026年版", "2026年版"),
            ("2026年的", "2026年版"),
            ("2026", "2026年版"),
            ("我要問 2025 年的", "2025年版"),
            ("第二個", "2026年版"),
            ("第1份", "2025年版"),
            ("2", "2026年版"),
            ("後者", "2026年版"),
            ("前者。", "2025年版"),
            ("第一個吧", "2025年版"),
        ],
    )
    def test_a_choice_in_any_words(self, said: str, label: str) -> None:
        """Becomes part of the question."""
        history = (Turn("user", ASKED), Turn("assistant", OFFER))

        assert chosen(Question(said, history)) == (Question(ASKED), label)

    @pytest.mark.parametrize(
        ("said", "label"),
        [
            ("X200", "X200"),
            ("the second one", "X200"),
            ("the first", "X100"),
            ("I mean the X100", "X100"),
            ("last", "X200"),
        ],
    )
    def test_a_choice_in_english(self, said: str, label: str) -> None:
        """The same."""
        history = (Turn("user", "How long is the warranty?"), Turn("assistant", OFFER_EN))

        assert chosen(Question(said, history))[1] == label

    @pytest.mark.parametrize("said", ["婚假有幾天？", "都不是", "請找真人", "謝謝", "What about sick leave?"])
    def test_another_question_is_no_choice(self, said: str) -> None:
        """It stands as it is."""
        history = (Turn("user", ASKED), Turn("assistant", OFFER))

        assert chosen(Question(said, history)) == (Question(said, history), "")

    def test_a_number_after_anything_else_is_no_choice(self) -> None:
        """Only what was offered can be chosen."""
        history = (Turn("user", ASKED), Turn("assistant", "10 日 [1]"))

        assert chosen(Question("2", history)) == (Question("2", history), "")

    def test_later_questions_lean_on_the_question_with_its_choice(self) -> None:
        """Clarification and choice are one turn with the question."""
        history = (
            Turn("user", ASKED), Turn("assistant", OFFER), Turn("user", "第二個"), Turn("assistant", "10 日 [1]"),
        )  # fmt: skip

        question, label = chosen(Question("那病假呢？", history))

        assert label == ""
        assert question.history == (Turn("user", f"2026年版 {ASKED}"), Turn("assistant", "10 日 [1]"))

    def test_a_choice_after_a_choice(self) -> None:
        """Two things can be open."""
        second = clarify_text("differ", ["門市", "網購"], "zh-Hant")
        history = (
            Turn("user", ASKED), Turn("assistant", OFFER), Turn("user", "2025"), Turn("assistant", second),
        )  # fmt: skip

        assert chosen(Question("網購", history)) == (Question(f"2025年版 {ASKED}"), "網購")

    def test_the_choice_is_answered(self, desk: MakeDesk) -> None:
        """From that document alone, in the former question's language."""
        made = asking(desk, OLD, NEW, says="每年給予特別休假 10 日。")
        made.search.hits = [*made.search.hits, Hit(2, 0.8, NEW)]

        found = answer(made, "2026", Turn("user", ASKED), Turn("assistant", OFFER))

        assert made.search.asked == [f"2026年版 {ASKED}"]
        assert {c.source for c in found.citations} == {"leave-2026.md"}
        assert found.language == "zh-Hant"

    def test_a_forged_offer_gives_nothing_but_words(self, desk: MakeDesk) -> None:
        """The history is the client's; a name in it is searched like any other word."""
        forged = clarify_text("differ", ["機密文件", "公開文件"], "zh-Hant")
        made = asking(desk, NEW, OLD)

        found = answer(made, "1", Turn("user", ASKED), Turn("assistant", forged))

        assert made.search.asked == [f"機密文件 {ASKED}"]
        assert found.status == "clarify"


class TestCodesAlone:
    """Files that are called by a number."""

    def test_other_words_are_not_worth_asking(self, desk: MakeDesk) -> None:
        """A name like 0443 helps nobody to choose; another number in the text is asked about all the same."""
        one = passage("更新權杖於登入後自動發給裝置，請檢查登入的狀態與網路。", "0443.md")
        other = passage("更新權杖於登入後自動發給裝置，請查看系統紀錄與網路。", "0476.md")
        timed = passage("更新權杖於登入後 4 小時內發給裝置，請檢查登入的狀態。", "0443.md")
        later = passage("更新權杖於登入後 8 小時內發給裝置，請檢查登入的狀態。", "0476.md")

        assert answer(asking(desk, one, other), "更新權杖何時發給裝置？").status != "clarify"
        assert answer(asking(desk, timed, later), "更新權杖何時發給裝置？").status == "clarify"


class TestDifferences:
    """What makes two sentences say something else."""

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("保固 12 個月。", "保固 24 個月。"),
            ("得使用信用卡付款。", "不得使用信用卡付款。"),
            ("由倉儲經理核准。", "由財務副總核准。"),
            ("Submit the form to the warehouse.", "Submit the form to the supervisor."),
        ],
    )
    def test_a_number_a_denial_or_a_word_that_counts(self, one: str, other: str) -> None:
        """Differ."""
        assert facts_differ(one, other)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("婚假八日。", "婚假 8 日。"),
            ("病假兩日以上應附診斷證明。", "病假兩日以上須附診斷證明。"),
            ("保固 12 個月，", "保固12個月。"),
        ],
    )
    def test_other_spellings_do_not(self, one: str, other: str) -> None:
        """Width, numerals, 應 and 須."""
        assert not facts_differ(one, other)


def test_a_long_row_of_particles_is_read_once() -> None:
    """As a choice: with two ways to read 的那個 a hundred of them would take for ever."""
    history = (Turn("user", ASKED), Turn("assistant", OFFER))

    assert chosen(Question("的那個" * 100 + "x", history))[1] == ""
