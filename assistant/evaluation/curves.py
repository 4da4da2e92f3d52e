"""Two questions about a score: does it know when the answer is wrong, and is it a probability?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BINS = 15


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """The share of wrong answers, were only the surest given.

    Point i: ``coverage[i]`` of all questions are answered, namely those with a score of at least
    ``score[i]``, and ``risk[i]`` of these answers are wrong.
    """

    coverage: tuple[float, ...]
    risk: tuple[float, ...]
    score: tuple[float, ...]


def risk_coverage(scores: Floats, wrong: Floats, questions: int) -> RiskCoverage:
    """Return the curve of the given answers among ``questions`` asked: one point for each distinct score.

    ``scores`` and ``wrong`` (1.0 or 0.0) are (n,), one for each answer that was given.
    """
    if not len(scores):
        return RiskCoverage((), (), ())
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    last = np.append(np.flatnonzero(np.diff(ranked)), len(ranked) - 1)  # last answer of each distinct score
    taken = last + 1
    risk = np.cumsum(wrong[order])[last] / taken
    return RiskCoverage(_floats(taken / questions), _floats(risk), _floats(ranked[last]))


def aurc(scores: Floats, wrong: Floats) -> float:
    """Return the area under the risk-coverage curve of n answers: the mean risk of the k surest, k = 1..n.

    Geifman, Uziel and El-Yaniv, ICLR 2019. 0 is perfect; with a score that knows nothing it is the share of
    wrong answers. Answers of equal score share their errors evenly, so that their order does not matter.
    """
    errors = np.cumsum(_shared(scores, wrong))
    return float(np.mean(errors / np.arange(1, len(errors) + 1))) if len(errors) else 0.0


def augrc(scores: Floats, wrong: Floats) -> float:
    """Return the area under the generalised curve: the mean, over k, of the k surest's errors among all n.

    Traub et al., NeurIPS 2024: where AURC weighs early errors most, this is the mean share of undetected
    errors. A score that knows nothing gets half of the share of wrong answers.
    """
    errors = np.cumsum(_shared(scores, wrong))
    return float(np.mean(errors / len(errors))) if len(errors) else 0.0


def _shared(scores: Floats, wrong: Floats) -> Floats:
    """Return ``wrong`` by falling score, with the mean of its group for each of equal scores."""
    _, group, sizes = np.unique(-scores, return_inverse=True, return_counts=True)
    means = np.bincount(group, weights=wrong) / sizes
    shared: Floats = np.repeat(means, sizes)
    return shared


@dataclass(frozen=True, slots=True)
class Bin:
    """The scores from ``low`` to ``high``: how many, their mean, and the share that was right."""

    low: float
    high: float
    count: int
    score: float
    right: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Reliability of scores as probabilities; ``bins`` are those that hold any."""

    bins: tuple[Bin, ...]
    error: float  # expected calibration error: mean distance of score and share right, weighed by count


def calibration(scores: Floats, right: Floats) -> Calibration:
    """Return reliability in BINS bins of equal width; ``right`` holds 1.0 and 0.0, both are (n,)."""
    where = _bins(scores)
    counts = np.bincount(where, minlength=BINS)
    means = np.bincount(where, weights=scores, minlength=BINS) / np.maximum(counts, 1)
    shares = np.bincount(where, weights=right, minlength=BINS) / np.maximum(counts, 1)
    bins = tuple(
        Bin(i / BINS, (i + 1) / BINS, int(counts[i]), float(means[i]), float(shares[i]))
        for i in range(BINS)
        if counts[i]
    )
    return Calibration(bins, expected_error(scores, right))


def expected_error(scores: Floats, right: Floats) -> float:
    """Return the expected calibration error in BINS bins of equal width; 0 where there is nothing."""
    if not len(scores):
        return 0.0
    differences = np.bincount(_bins(scores), weights=scores - right, minlength=BINS)
    return float(np.abs(differences).sum() / len(scores))


def _bins(scores: Floats) -> NDArray[np.intp]:
    """Return each score's bin; a bin holds its upper edge, as in Guo et al., ICML 2017."""
    return np.clip(np.ceil(scores * BINS).astype(np.intp) - 1, 0, BINS - 1)


def _floats(values: Floats) -> tuple[float, ...]:
    return tuple(float(value) for value in values)
