from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.evaluation.bootstrap import ratio, statistic
from assistant.evaluation.curves import augrc, aurc, calibration, expected_error, risk_coverage

pairs = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=30)


def arrays(values: list[tuple[float, bool]]) -> tuple[np.ndarray, np.ndarray]:
    """Return scores and 0/1 as arrays."""
    return np.array([s for s, _ in values]), np.array([float(w) for _, w in values])


class TestRiskCoverage:
    def test_by_hand(self) -> None:
        """Four answers of five questions, the third surest wrong."""
        scores, wrong = np.array([0.6, 0.9, 0.7, 0.8]), np.array([0.0, 0.0, 1.0, 0.0])

        curve = risk_coverage(scores, wrong, 5)

        assert curve.coverage == (0.2, 0.4, 0.6, 0.8)
        assert curve.risk == pytest.approx((0, 0, 1 / 3, 1 / 4))
        assert curve.score == (0.9, 0.8, 0.7, 0.6)
        assert aurc(scores, wrong) == pytest.approx((0 + 0 + 1 / 3 + 1 / 4) / 4)
        assert augrc(scores, wrong) == pytest.approx((0 + 0 + 1 / 4 + 1 / 4) / 4)

    def test_equal_scores_share_their_errors(self) -> None:
        """With a score that knows nothing the area is the share of wrong answers, in any order."""
        scores = np.full(4, 0.5)

        assert aurc(scores, np.array([1.0, 0, 0, 0])) == pytest.approx(0.25)
        assert aurc(scores, np.array([0, 0, 0, 1.0])) == pytest.approx(0.25)
        assert risk_coverage(scores, np.array([1.0, 0, 0, 0]), 4).coverage == (1.0,)

    def test_nothing_answered(self) -> None:
        """No answer, no risk."""
        nothing = np.empty(0)

        assert (aurc(nothing, nothing), augrc(nothing, nothing)) == (0.0, 0.0)
        assert risk_coverage(nothing, nothing, 3).coverage == ()

    @given(pairs)
    def test_bounds(self, values: list[tuple[float, bool]]) -> None:
        """Areas lie in 0..1, the generalised one below the other; the last risk is the share of errors."""
        scores, wrong = arrays(values)

        assert 0 <= augrc(scores, wrong) <= aurc(scores, wrong) + 1e-9 <= 1 + 1e-9
        assert risk_coverage(scores, wrong, len(wrong)).risk[-1] == pytest.approx(wrong.mean())

    @given(pairs, st.randoms(use_true_random=False))
    def test_order_does_not_matter(self, values: list[tuple[float, bool]], chance: object) -> None:
        """The area is of the answers, not of their order."""
        shuffled = list(values)
        chance.shuffle(shuffled)  # type: ignore[attr-defined]

        assert aurc(*arrays(shuffled)) == pytest.approx(aurc(*arrays(values)))


class TestCalibration:
    def test_by_hand(self) -> None:
        """Two bins: three of four right at .8, none of one at .1."""
        scores, right = np.array([0.8, 0.8, 0.8, 0.8, 0.1]), np.array([1.0, 1, 1, 0, 0])

        found = calibration(scores, right)

        assert [(one.count, round(one.score, 2), one.right) for one in found.bins] == [
            (1, 0.1, 0),
            (4, 0.8, 0.75),
        ]
        assert found.error == pytest.approx((4 * 0.05 + 1 * 0.1) / 5)

    def test_fifteen_bins_hold_their_upper_edge(self) -> None:
        """0 is in the first, 1 in the last, 1/15 in the first."""
        bins = calibration(np.array([0.0, 1 / 15, 1 / 15 + 1e-6, 1.0]), np.zeros(4)).bins

        assert [(round(one.low * 15), one.count) for one in bins] == [(0, 2), (1, 1), (14, 1)]

    @given(pairs)
    def test_the_error_lies_between_mean_and_worst(self, values: list[tuple[float, bool]]) -> None:
        """No less than the overall gap of score and share right, no more than 1."""
        scores, right = arrays(values)

        assert abs(scores.mean() - right.mean()) - 1e-9 <= expected_error(scores, right) <= 1


class TestBootstrap:
    def test_a_ratio_of_sums(self) -> None:
        """Citations are counted over all answers; questions without any have no part."""
        found = ratio([(2.0, 3), (0.0, 1), (0.0, 0)])

        assert (found.value, found.count) == (0.5, 4)
        assert found.low == 0.0
        assert found.high == pytest.approx(2 / 3)

    def test_the_interval_is_about_that_of_the_normal_approximation(self) -> None:
        """120 of 400: .3 give or take 1.96 standard errors of .0229."""
        found = ratio([(1.0, 1)] * 120 + [(0.0, 1)] * 280)

        assert found.low == pytest.approx(0.255, abs=0.008)
        assert found.high == pytest.approx(0.345, abs=0.008)

    def test_the_same_each_time(self) -> None:
        """The seed is fixed."""
        parts = [(1.0, 1), (0.0, 1), (1.0, 1)]

        assert ratio(parts) == ratio(parts)
        assert ratio(parts, seed=2) == ratio(parts, seed=2)

    def test_unanimous_questions_get_the_exact_bound(self) -> None:
        """Ten of ten is not certainty: Clopper and Pearson's lower bound is .69."""
        found = ratio([(1.0, 1)] * 10)

        assert (found.low, found.high) == (pytest.approx(0.6915, abs=1e-4), 1.0)
        assert ratio([(0.0, 1)] * 10).high == pytest.approx(0.3085, abs=1e-4)

    def test_nothing_to_measure(self) -> None:
        """No question, no figure."""
        assert ratio([]).value is None
        assert statistic(0, lambda _: 0.0, 0).value is None
