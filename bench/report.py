"""Where benchmarks keep their results, and percentiles; figures are those of the development sets."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(".cache/bench")


def percentile(values: list[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]
