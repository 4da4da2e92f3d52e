"""Could the difference between two runs on the same questions be chance? Paired tests, nothing assumed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

_EXACT_UP_TO = 16  # questions that differ: 65,536 sign patterns are all counted
_FLIPS = 20_000
_EXCHANGES = 2_000
_SEED = 20261121


def mcnemar(better: int, worse: int) -> float:
    """Return the two-sided exact p of McNemar's test (1947): coins thrown for the questions that changed."""
    changed = better + worse
    if not changed:
        return 1.0
    tail = sum(math.comb(changed, i) for i in range(min(better, worse) + 1))
    return float(min(1.0, 2 * tail / 2**changed))


def permutation(differences: Sequence[float], seed: int = _SEED) -> float:
    """Return the two-sided p of the paired permutation test (Fisher): signs of the differences flipped.

    All patterns are counted for up to 16 questions that differ, 20,000 random ones are drawn beyond; a drawn p
    is never 0, since the pattern seen counts as one.
    """
    changed = np.array([d for d in differences if d], dtype=np.float64)
    if not len(changed):
        return 1.0
    seen = abs(changed.sum()) - 1e-9
    if len(changed) <= _EXACT_UP_TO:
        patterns = np.arange(2 ** len(changed))[:, None] >> np.arange(len(changed)) & 1
        return float(np.mean(np.abs((1 - 2 * patterns) @ changed) >= seen))
    chance = np.random.default_rng(seed)
    more = 0
    for done in range(0, _FLIPS, 1000):
        signs = chance.integers(0, 2, (min(1000, _FLIPS - done), len(changed))) * 2 - 1
        more += int((np.abs(signs @ changed) >= seen).sum())
    return (more + 1) / (_FLIPS + 1)


def exchange(size: int, difference: Callable[[NDArray[np.bool_]], float], seed: int = _SEED) -> float:
    """Return the two-sided p of approximate randomization (Noreen 1989), for a figure that no question has alone.

    ``difference`` takes a (size,) mask and returns the figure of one run less that of the other, after the
    questions of the mask changed sides. 2,000 masks are drawn, and the pattern seen counts as one.
    """
    seen = abs(difference(np.zeros(size, dtype=np.bool_))) - 1e-9
    if seen <= 0:
        return 1.0
    chance = np.random.default_rng(seed)
    more = sum(abs(difference(chance.random(size) < 0.5)) >= seen for _ in range(_EXCHANGES))
    return (more + 1) / (_EXCHANGES + 1)
