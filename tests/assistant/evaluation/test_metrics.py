from __future__ import annotations

import math
from typing import Any

import pytest

from assistant.evaluation.metrics import GROUPS, measure
from assistant.evaluation.report import About, document
from tests.assistant.evaluation.outcomes import DECLINED, answer, citation, hit, outcome

ABOUT = About("2026-11-21T09:00:00+00:00", 12.5, "0.1.0", 4, ("chat", "embedder"))


def ranked(*sources: str, expected: str = "x.md", **more: Any) -> Any:
    """Return an outcome whose hits are of ``sources``, scores falling from .9."""
    hits = [hit(source, score=0.9 - 0.1 * i) for i, source in enumerate(sources)]
    return outcome(places=[(expected, None)], hits=hits, **more)


class TestRetrieval:
    def test_by_hand(self) -> None:
        """Found first, second, not at all, and without any hit."""
        report = measure([ranked("x.md", "a.md"), ranked("a.md", "x.md", "b.md"), ranked("a.md"), ranked()])

        assert report.value("recall@1") == 0.25
        assert report.value("recall@5") == 0.5
        assert report.value("mrr@10") == pytest.approx((1 + 1 / 2) / 4)
        assert report.value("ndcg@10") == pytest.approx((1 + 1 / math.log2(3)) / 4)
        assert report.figures["recall@10"].count == 4

    def test_depth_counts_distinct_places(self) -> None:
        """Six passages of another document before it are one place: it is second."""
        report = measure([ranked(*["a.md"] * 6, "x.md")])

        assert (report.value("recall@5"), report.value("mrr@10")) == (1.0, 0.5)

    def test_questions_without_a_place_have_no_part(self) -> None:
        """Unanswerable and unplaced questions are not searched for; no hits at all are still zeros."""
        assert measure([outcome(answerable=False, given=DECLINED)]).figures["recall@1"].value is None
        assert measure([ranked()]).value("recall@10") == 0.0


class TestAnswers:
    def test_declines_by_hand(self) -> None:
        """Three unanswerable, two declined; four answerable, one declined."""
        yes = answer("是。", citation("x.md"))
        report = measure(
            [outcome(answerable=False, given=given) for given in (DECLINED, DECLINED, yes)]
            + [ranked("x.md", given=given) for given in (DECLINED, yes, yes, yes)]
        )

        assert report.value("decline_recall") == pytest.approx(2 / 3)
        assert report.value("decline_precision") == pytest.approx(2 / 3)
        assert report.value("false_declines") == pytest.approx(1 / 4)
        assert report.value("right") == pytest.approx(5 / 7)
        assert report.whats == {"right": 5, "wrong": 1, "declined": 1}

    def test_citations_by_hand(self) -> None:
        """Precision over all citations, recall over given answers, and over all questions."""
        both = answer("是。", citation("x.md", n=1), citation("a.md", n=2))
        none = answer("是。", citation("a.md"))
        told = ((both, (True, True)), (none, (False,)), (DECLINED, ()))
        report = measure([ranked("x.md", given=given, exact=exact) for given, exact in told])

        assert report.value("citation_precision") == pytest.approx(1 / 3)
        assert report.value("citation_recall") == 0.5
        assert report.value("place_cited") == pytest.approx(1 / 3)
        assert report.value("resolvable") == pytest.approx(2 / 3)

    def test_risk_is_of_given_answers_by_relevance(self) -> None:
        """The surest answer right, the other wrong, one decline: half coverage before the error."""
        right, wrong = answer("是。", citation("x.md")), answer("是。", citation("a.md"))
        sure = outcome(places=[("x.md", None)], hits=[hit("x.md", score=0.9)], given=right)
        unsure = outcome(places=[("x.md", None)], hits=[hit("x.md", score=0.3)], given=wrong)
        report = measure(
            [unsure, sure, ranked("x.md", given=DECLINED), outcome(answerable=False, given=DECLINED)]
        )

        assert report.risk_coverage.coverage == (0.25, 0.5)
        assert report.risk_coverage.risk == (0.0, 0.5)
        assert report.value("aurc") == pytest.approx(0.25)

    def test_calibration_is_of_hits_at_expected_places(self) -> None:
        """.9 right, .8 wrong, and a hit of an unanswerable question is wrong."""
        unanswerable = outcome(answerable=False, given=DECLINED, hits=[hit("a.md", score=0.1)])
        report = measure([ranked("x.md", "a.md"), unanswerable])

        assert report.value("calibration_error") == pytest.approx((0.1 + 0.8 + 0.1) / 3)
        assert report.value("calibration_error_top") == pytest.approx((0.1 + 0.1) / 2)
        assert report.figures["calibration_error"].low is not None

    def test_times(self) -> None:
        """Median and 95th percentile of what happened."""
        report = measure([ranked("x.md", times_ms={"search": float(ms)}) for ms in range(101)])

        assert (report.times_ms["search"].median, report.times_ms["search"].p95) == (50, 95)
        assert report.times_ms["search"].low < 50 < report.times_ms["search"].high
        assert "whole" not in report.times_ms

    def test_failed_questions_are_counted_and_measured_nowhere(self) -> None:
        """An error is an outcome, not a zero."""
        report = measure([ranked("x.md"), ranked(error="Boom: x")])

        assert report.whats["failed"] == 1
        assert report.figures["recall@1"].count == 1

    def test_nothing_at_all(self) -> None:
        """No outcome gives no figure, and no error."""
        assert all(estimate.value is None for estimate in measure([]).figures.values())


class TestDocument:
    def test_every_figure_is_in_it_and_it_names_its_format(self) -> None:
        """The document lists all figures, with intervals, in the order of GROUPS."""
        told = document(measure([ranked("x.md", given=answer("是。", citation("x.md")))]), ABOUT)

        assert [one["name"] for one in told["figures"]] == [n for names in GROUPS.values() for n in names]
        assert (told["format"], told["version"], told["asked"], told["questions"]) == (
            "clausewise-evaluation",
            1,
            4,
            1,
        )
        assert told["items"][0]["hits"][0] | {"expected": True, "cited": True} == told["items"][0]["hits"][0]

    def test_a_source_that_is_not_indexed_is_named(self) -> None:
        """A misspelt source does not pass for bad search."""
        report = measure([ranked("a.md", expected="x.md#3"), ranked("a.md", expected="a.md")])

        told = document(report, ABOUT, sources=["docs/a.md"])

        assert [item["unknown_sources"] for item in told["items"]] == [["x.md"], []]
