"""How far a figure could be off by the choice of questions: percentile bootstrap over questions.

Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapter 13. Questions are drawn with
replacement, a thousand times, from a fixed seed: the same outcomes always give the same interval.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
SEED = 20261121
_CHUNK = 2_000_000  # drawn indices held at once: 16 MB


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % interval, and of how many questions or things; None where there are none."""

    value: float | None
    low: float | None
    high: float | None
    count: int


NONE = Estimate(None, None, None, 0)


def ratio(parts: Sequence[tuple[float, int]], seed: int = SEED) -> Estimate:
    """Return the sum of the first members over the sum of the second, one pair a question."""
    table = np.array([pair for pair in parts if pair[1]], dtype=np.float64)
    if not len(table):
        return NONE
    tops, wholes = table[:, 0], table[:, 1]
    drawn = np.concatenate([tops[i].sum(1) / wholes[i].sum(1) for i in _resamples(len(table), seed)])
    low, high = np.quantile(drawn, (0.025, 0.975))
    value = float(tops.sum() / wholes.sum())
    if value in {0.0, 1.0}:
        low, high = _unanimous(value, len(table))
    return Estimate(value, float(low), float(high), int(wholes.sum()))


def _unanimous(value: float, questions: int) -> tuple[float, float]:
    """Return the exact binomial bound where all questions agree: no resample of them could disagree."""
    bound = 0.025 ** (1 / questions)
    return (bound, 1.0) if value else (0.0, 1 - bound)


def statistic(
    size: int, calculate: Callable[[NDArray[np.intp]], float], count: int, seed: int = SEED
) -> Estimate:
    """Return ``calculate`` of all ``size`` questions, with the interval of its values over resamples."""
    if not size:
        return NONE
    drawn = [calculate(one) for chunk in _resamples(size, seed) for one in chunk]
    low, high = np.quantile(np.array(drawn), (0.025, 0.975))
    return Estimate(float(calculate(np.arange(size))), float(low), float(high), count)


def _resamples(size: int, seed: int) -> Iterator[NDArray[np.intp]]:
    """Yield RESAMPLES rows of ``size`` drawn indices, in chunks that fit into memory."""
    chance = np.random.default_rng(seed)
    rows = max(1, min(RESAMPLES, _CHUNK // size))
    for done in range(0, RESAMPLES, rows):
        yield chance.integers(0, size, (min(rows, RESAMPLES - done), size))
