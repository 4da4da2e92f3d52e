from __future__ import annotations

from dataclasses import replace

from assistant.evaluation.judging import judge
from assistant.evaluation.types import Outcome
from tests.assistant.evaluation.outcomes import DECLINED, answer, citation, hit, outcome

RIGHT_PLACE = hit("sop.md", "第4.3條", 0.9, "異常應於24小時內通報。")
OTHER_PLACE = hit("hr.md", "第2條", 0.8, "請假應於3日前提出。")
EXPECTED = {"places": [("sop.md", "4.3")], "contains": [["24"]]}


def what(one: Outcome) -> str:
    """Return what became of it."""
    return judge(one).what


class TestWhat:
    def test_right(self) -> None:
        """The expected words are in the answer."""
        given = answer("應於 24 小時內通報。", citation("sop.md", "第4.3條"))

        assert what(outcome(**EXPECTED, hits=[RIGHT_PLACE], given=given)) == "right"

    def test_wrong(self) -> None:
        """An answer from the right place without the expected words."""
        given = answer("應立即通報。", citation("sop.md", "第4.3條"))

        assert what(outcome(**EXPECTED, hits=[RIGHT_PLACE], given=given)) == "wrong"

    def test_not_retrieved_goes_before_what_followed(self) -> None:
        """Where the place was not found nothing later is to blame."""
        assert what(outcome(**EXPECTED, hits=[OTHER_PLACE], given=DECLINED)) == "not_retrieved"
        assert what(outcome(**EXPECTED, given=answer("三日。", citation("hr.md")))) == "not_retrieved"

    def test_where_only_words_are_expected_hits_are_searched_for_them(self) -> None:
        """Without a place the hits' texts tell what was found."""
        found = outcome(contains=[["24"]], hits=[RIGHT_PLACE], given=DECLINED)
        missing = outcome(contains=[["24"]], hits=[OTHER_PLACE], given=DECLINED)

        assert (what(found), what(missing)) == ("declined", "not_retrieved")

    def test_not_used(self) -> None:
        """The answer rests on another place than the expected one that was found."""
        given = answer("三日前提出。", citation("hr.md", "第2條"))

        assert what(outcome(**EXPECTED, hits=[OTHER_PLACE, RIGHT_PLACE], given=given)) == "not_used"

    def test_declined_after_reading_something_else_is_not_used(self) -> None:
        """The model was shown sentences of which none is from the expected place."""
        one = outcome(**EXPECTED, hits=[OTHER_PLACE, RIGHT_PLACE], given=DECLINED)

        assert what(replace(one, shown=("請假應於3日前提出。",))) == "not_used"
        assert what(replace(one, shown=("異常應於24小時內通報。",))) == "declined"

    def test_dropped(self) -> None:
        """The check refused the sentence that held the words."""
        one = outcome(**EXPECTED, hits=[RIGHT_PLACE], given=DECLINED)

        assert what(replace(one, dropped=(("應於24小時內。", "numbers"),))) == "dropped"
        assert what(replace(one, dropped=(("應於48小時內。", "numbers"),))) == "declined"

    def test_what_the_answer_holds_was_not_dropped(self) -> None:
        """Only words that the answer lacks count as dropped."""
        given = answer("應於24小時內。", citation("sop.md", "第4.3條"))
        one = outcome(
            places=[("sop.md", "4.3")], contains=[["24"], ["物流部"]], hits=[RIGHT_PLACE], given=given
        )

        assert what(replace(one, dropped=(("應於24小時內。", "numbers"),))) == "wrong"
        assert what(replace(one, dropped=(("通報物流部。", "names"),))) == "dropped"

    def test_a_question_without_answer(self) -> None:
        """To decline is right, to answer is wrong, and small talk claims nothing."""
        chat = answer("不客氣！", kind="smalltalk")

        assert what(outcome(answerable=False, given=DECLINED)) == "right"
        assert what(outcome(answerable=False, given=chat)) == "right"
        assert what(outcome(answerable=False, given=answer("是的。"))) == "wrong"

    def test_asked_back(self) -> None:
        """A question asked back is neither an answer nor a decline."""
        back = answer("您指的是哪一個？", status="clarify", kind="clarify")
        judged = judge(outcome(**EXPECTED, hits=[RIGHT_PLACE], given=back))

        assert (judged.what, judged.declined, judged.given) == ("asked_back", False, False)

    def test_failed_and_unjudged(self) -> None:
        """An error and a question without expectations are named as such."""
        assert what(outcome(**EXPECTED, error="ValueError: x")) == "failed"
        assert what(outcome(answerable=None, given=answer("是的。"))) == "unjudged"
        assert what(outcome(**EXPECTED, hits=[RIGHT_PLACE])) == "unjudged"  # only the search was asked

    def test_a_place_alone_must_be_cited(self) -> None:
        """Without expected words an answer is right when it cites the place."""
        at, elsewhere = answer("有。", citation("sop.md", "第4.3條")), answer("有。", citation("hr.md"))
        places = [("sop.md", "4.3")]

        assert what(outcome(places=places, hits=[RIGHT_PLACE], given=at)) == "right"
        assert what(outcome(places=places, hits=[RIGHT_PLACE], given=elsewhere)) == "not_used"


class TestParts:
    def test_rank_counts_places_once(self) -> None:
        """Two passages of one clause are one place; without a clause a document is one place."""
        twice = [hit("hr.md", "第2條", text="甲。"), hit("hr.md", "第2條", text="乙。"), RIGHT_PLACE]
        by_source = [hit("hr.md", "第2條"), hit("hr.md", "第3條"), RIGHT_PLACE]

        assert judge(outcome(**EXPECTED, hits=twice)).rank == 2
        assert judge(outcome(places=[("sop.md", None)], hits=by_source)).rank == 2

    def test_the_same_text_elsewhere_is_found_too(self) -> None:
        """A hit stands for the places that were joined to it."""
        joined = replace(OTHER_PLACE, places=(RIGHT_PLACE.passage,))

        assert judge(outcome(**EXPECTED, hits=[joined])).rank == 1

    def test_citations_at_the_place_or_with_the_words_are_good(self) -> None:
        """Precision counts both."""
        given = answer(
            "應於24小時內。",
            citation("sop.md", "第4.3條", n=1),
            citation("b.md", None, "24小時", 2),
            citation("c.md", n=3),
        )

        assert judge(outcome(**EXPECTED, hits=[RIGHT_PLACE], given=given)).citations == (2.0, 3)

    def test_numbers_must_stand_in_what_is_cited(self) -> None:
        """A number of the answer that its source lacks does not match; without numbers nothing counts."""
        cited = citation("sop.md", "第4.3條", "異常應於24小時內通報。")

        def numbers(text: str) -> tuple[float, int]:
            return judge(outcome(**EXPECTED, hits=[RIGHT_PLACE], given=answer(text, cited))).numbers

        assert numbers("應於 24 小時內。") == (1.0, 1)
        assert numbers("應於 48 小時內。") == (0.0, 1)
        assert numbers("依第4.3條，24 小時內。") == (1.0, 1)
        assert numbers("應立即通報。") == (0.0, 0)
