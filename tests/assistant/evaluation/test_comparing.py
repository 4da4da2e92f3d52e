from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.changes import comparison_lines
from assistant.evaluation.comparing import compare, pair, read_document
from assistant.evaluation.errors import BadComparison
from assistant.evaluation.metrics import measure
from assistant.evaluation.report import document
from assistant.evaluation.significance import exchange, mcnemar, permutation
from assistant.evaluation.wording import wording
from tests.assistant.evaluation.outcomes import DECLINED, answer, citation, hit, outcome
from tests.assistant.evaluation.test_metrics import ABOUT


def run(*right: bool, first: str = "a") -> dict[str, Any]:
    """Return the document of a run with one question for each of ``right``: found and answered, or neither."""
    outcomes = [
        outcome(
            id=f"q{number}",
            question=f"{first}{number}?",
            places=[("x.md", None)],
            hits=[hit("x.md" if good else "y.md")],
            given=answer("是。", citation("x.md")) if good else DECLINED,
            times_ms={"whole": 100.0},
        )
        for number, good in enumerate(right)
    ]
    return json.loads(json.dumps(document(measure(outcomes), ABOUT)))  # type: ignore[no-any-return]


def figure(comparison: dict[str, Any], name: str) -> dict[str, Any]:
    """Return one compared figure."""
    return next(one for one in comparison["figures"] if one["name"] == name)


class TestTests:
    @pytest.mark.parametrize(
        ("better", "worse", "p"),
        [
            (0, 0, 1.0),
            (1, 0, 1.0),
            (5, 0, 0.0625),
            (6, 0, 0.03125),
            (8, 2, 0.109375),
            (10, 1, 0.01171875),
            (3, 3, 1.0),
        ],
    )
    def test_mcnemar_by_hand(self, better: int, worse: int, p: float) -> None:
        """Twice the binomial tail of a fair coin."""
        assert mcnemar(better, worse) == pytest.approx(p)

    def test_permutation_by_hand(self) -> None:
        """Three gains of one: of eight sign patterns two are as far out."""
        assert permutation([1, 1, 1]) == pytest.approx(2 / 8)
        assert permutation([0.5, -0.5, 0.0]) == 1.0
        assert permutation([]) == 1.0

    def test_drawn_patterns_agree_with_the_binomial(self) -> None:
        """Beyond sixteen questions signs are drawn: 16 gains, 4 losses of one size."""
        assert permutation([1.0] * 16 + [-1.0] * 4) == pytest.approx(mcnemar(16, 4), abs=0.003)

    def test_exchange_agrees_with_the_permutation(self) -> None:
        """For a mean, changing sides is flipping the sign of the difference."""
        new, old = np.array([1.0] * 9 + [0.0] * 2), np.array([0.0] * 9 + [1.0] * 2)

        p = exchange(11, lambda mask: float((np.where(mask, old, new) - np.where(mask, new, old)).sum()))

        assert p == pytest.approx(permutation(list(new - old)), abs=0.02)
        assert exchange(3, lambda _: 0.0) == 1.0

    @given(st.integers(0, 40), st.integers(0, 40))
    def test_a_p_is_a_probability_and_knows_no_direction(self, better: int, worse: int) -> None:
        """Between 0 and 1, the same both ways round."""
        assert 0 < mcnemar(better, worse) <= 1
        assert mcnemar(better, worse) == mcnemar(worse, better)


class TestCompare:
    def test_better_and_worse_are_named(self) -> None:
        """Two gained, one lost, one the same."""
        found = compare(run(True, True, False, True), run(False, False, True, True))

        right = figure(found, "right")
        assert (right["better"], right["worse"], right["old"], right["new"]) == (
            ["q0", "q1"],
            ["q2"],
            0.5,
            0.75,
        )
        assert right["p"] == 1.0
        assert [(one["id"], one["change"]) for one in found["questions"]] == [
            ("q0", "better"),
            ("q1", "better"),
            ("q2", "worse"),
        ]
        assert found["times_ms"] == {
            "whole": {"old": 100.0, "new": 100.0, "ratio": 1.0, "paired": 4, "p": 1.0}
        }

    def test_for_what_is_better_small_less_is_better(self) -> None:
        """A decline that is gone counts as better."""
        found = figure(compare(run(True, True), run(False, True)), "false_declines")

        assert (found["better"], found["worse"], found["old"], found["new"]) == (["q0"], [], 0.5, 0.0)

    def test_ranks_are_tested_by_permutation(self) -> None:
        """MRR is no yes or no."""
        found = figure(compare(run(*[True] * 8), run(*[False] * 8)), "mrr@10")

        assert (found["test"], found["p"]) == ("permutation", pytest.approx(2 / 256, abs=1e-6))

    def test_times_are_tested_by_question(self) -> None:
        """Eight questions of eight that take twice as long are no chance."""
        new = run(*[True] * 8)
        for item in new["items"]:
            item["times_ms"]["whole"] *= 2

        found = compare(new, run(*[True] * 8))["times_ms"]["whole"]

        assert (found["ratio"], found["p"]) == (2.0, pytest.approx(2 / 256, abs=1e-6))

    def test_shares_of_citations_and_declines(self) -> None:
        """Wrong citations come in; each figure of a whole run has its test."""
        old, new = run(*[True] * 8), run(*[True] * 8)
        for item in new["items"]:
            item["citations_right"] = [1, 2]
        for item in (*new["items"], *old["items"]):
            item["quotes_exact"] = [1, 1]
        found = figure(compare(new, old), "citation_precision")

        assert (found["old"], found["new"], found["better"], len(found["worse"])) == (1.0, 0.5, [], 8)
        assert found["p"] < 0.02
        assert figure(compare(new, old), "resolvable")["p"] == 1.0

    def test_declines_that_became_right(self) -> None:
        """A decline of an answerable question is gone: the share is of the declines that are left."""
        new, old = run(True, False, False), run(False, False, False)
        for one in (new, old):
            one["items"][2]["expected"]["answerable"] = False

        found = figure(compare(new, old), "decline_precision")

        assert (found["old"], found["new"], found["better"]) == (pytest.approx(1 / 3, abs=1e-4), 0.5, ["q0"])

    def test_an_answer_more_is_no_better_recall_of_citations(self) -> None:
        """Its share is of the answers given: one that cites its place moves nothing."""
        found = figure(compare(run(True, True), run(True, False)), "citation_recall")

        assert (found["old"], found["new"], found["better"], found["worse"]) == (1.0, 1.0, [], [])

    def test_scores_are_compared(self) -> None:
        """Answers that are surer and still right lower no area; scores that lie worsen calibration."""
        old, new = run(*[True] * 12), run(*[True] * 12)
        for item in new["items"]:
            item["hits"][0]["score"] = 0.05
        found = figure(compare(new, old), "calibration_error_top")

        assert found["new"] == pytest.approx(0.95)
        assert (found["worse"], found["better"]) == ([], [])
        assert found["p"] < 0.02
        assert figure(compare(new, old), "aurc")["new"] == 0.0
        said = comparison_lines(compare(new, old), wording("en"))
        assert any("Calibration error, best hit: 0.500 → 0.950. 12 questions." in line for line in said)

    def test_an_earlier_run_without_counts_is_compared_on_the_rest(self) -> None:
        """Files of an earlier program lack what was not written down then."""
        old = run(True, False)
        for item in old["items"]:
            del item["given"], item["citations_right"], item["quotes_exact"]
        names = {one["name"] for one in compare(run(True, True), old)["figures"]}

        assert "right" in names
        assert not names & {"citation_precision", "resolvable"}

    def test_against_itself_nothing_changed(self) -> None:
        """No question differs and every p is 1."""
        same = compare(run(True, False), run(True, False))

        assert same["questions"] == []
        assert {one["p"] for one in same["figures"]} == {1.0}


class TestPairing:
    def test_by_text_where_ids_differ(self) -> None:
        """New ids do not part the questions."""
        new = run(True, False)
        for item in new["items"]:
            item["id"] = f"other-{item['id']}"

        assert compare(new, run(False, False))["paired"] == 2

    def test_an_id_with_another_question_is_not_paired(self) -> None:
        """A question that was rewritten is a new one."""
        new = run(True, True, True)
        new["items"][0]["question"] = "rewritten?"

        found = compare(new, run(True, True, True))

        assert (found["paired"], found["only_new"], found["only_old"]) == (2, 1, 1)

    def test_more_questions_than_before_can_be_compared(self) -> None:
        """What was added is counted, not compared."""
        assert compare(run(*[True] * 9), run(True, True))["only_new"] == 7

    def test_changed_expectations_are_counted(self) -> None:
        """A difference may be the expectation's."""
        new = run(True, True)
        new["items"][1]["expected"]["answer_contains"] = [["x"]]

        assert compare(new, run(True, True))["changed_expectations"] == 1

    def test_other_questions_are_refused(self) -> None:
        """The error says how many were paired."""
        with pytest.raises(BadComparison, match="only 0 of 2 questions can be paired with the 3"):
            compare(run(True, True), run(True, True, True, first="b"))

    def test_damage_is_refused(self) -> None:
        """A document that lacks its parts is no comparison."""
        broken = copy.deepcopy(run(True))
        del broken["items"][0]["expected"]

        with pytest.raises(BadComparison, match="damaged"):
            compare(run(True), broken)
        with pytest.raises(BadComparison, match="damaged"):
            pair(run(True)["items"], [{"id": "q0"}])

    @pytest.mark.parametrize(
        ("text", "message"),
        [("{", "is not JSON"), ("[]", "is not a result"), ('{"format": "x"}', "is not a result"),
         ('{"format": "clausewise-evaluation", "version": 99}', "has version 99"),
         ('{"format": "clausewise-evaluation", "version": 1}', "has no list of items"), ("[" * 100_000, "is not JSON")],
    )  # fmt: skip
    def test_files_that_are_no_result(self, tmp_path: Path, text: str, message: str) -> None:
        """Each is told for what it is."""
        (tmp_path / "old.json").write_text(text, "utf-8")

        with pytest.raises(BadComparison, match=message):
            read_document(tmp_path / "old.json")


class TestWords:
    @pytest.mark.parametrize("tongue", ["zh-Hant", "en"])
    def test_significance_is_said(self, tongue: Any) -> None:
        """Six of six is a real difference, one of six is none."""
        say = wording(tongue)
        real = comparison_lines(compare(run(*[True] * 6), run(*[False] * 6)), say)
        chance = comparison_lines(compare(run(*[True] * 6), run(False, *[True] * 5)), say)

        assert any(line.endswith(("the difference is real.", "差異是真的。")) for line in real)
        assert not any(line.endswith(("the difference is real.", "差異是真的。")) for line in chance)
        assert any(line.endswith(("that proves no difference.", "不能證明有差異。")) for line in chance)
