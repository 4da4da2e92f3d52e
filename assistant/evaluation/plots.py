"""Where the marks of each plot stand; the template draws them as SVG. Coordinates are of the view box."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]

WIDTH, HEIGHT = 440.0, 330.0
LEFT, TOP, RIGHT, BOTTOM = 58.0, 14.0, 24.0, 50.0
_ROW = 34.0  # height of one bar with its label
_LABEL = 200.0  # width left of the bars
_END = 138.0  # width right of the bars, for the number
_MOST_POINTS = 160
_MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis and what it says."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Dot:
    """A point with its radius and what a pointer over it is told."""

    x: float
    y: float
    r: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Two axes, dots and lines."""

    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    dots: tuple[Dot, ...]
    more_dots: tuple[Dot, ...]
    line: str  # points of a polyline
    diagonal: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A horizontal bar from ``x`` with an optional whisker's end."""

    name: str
    y: float
    x: float
    width: float
    whisker: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars under each other."""

    height: float
    bars: tuple[Bar, ...]


def reliability(calibration: Json) -> Chart | None:
    """Return the reliability plot, or None where there is no hit to draw."""
    every, best = calibration["all_hits"]["bins"], calibration["best_hit"]["bins"]
    if not every:
        return None
    most = max(one["count"] for one in every)
    return Chart(
        _ticks(1.0, across=True),
        _ticks(1.0, across=False),
        _bin_dots(every, most, 1.0),
        _bin_dots(best, max(one["count"] for one in best), 0.75),
        "",
        f"{_x(0, 1)},{_y(0, 1)} {_x(1, 1)},{_y(1, 1)}",
    )


def risk_coverage(curve: Json) -> Chart | None:
    """Return the risk-coverage plot, or None where no answer was given."""
    points = thinned(list(zip(curve["coverage"], curve["risk"], curve["score"], strict=True)), _MOST_POINTS)
    if not points:
        return None
    top = min(1.0, max(0.1, math.ceil(max(risk for _, risk, _ in points) * 11) / 10))
    dots = [
        Dot(_x(coverage, 1), _y(risk, top), 2.5, f"{coverage:.0%} · {risk:.1%} · ≥ {score:.2f}")
        for coverage, risk, score in points
    ]
    line = " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in dots)
    return Chart(_ticks(1.0, across=True), _ticks(top, across=False), tuple(dots), (), line)


def risk_rows(curve: Json) -> list[tuple[float, float, float]]:
    """Return a few points of the curve as (coverage, risk, score), the last one among them."""
    return thinned(list(zip(curve["coverage"], curve["risk"], curve["score"], strict=True)), _MOST_ROWS)


def outcome_bars(named: Sequence[tuple[str, int]], total: int) -> Bars:
    """Return bars of (name, count)."""
    most = max((count for _, count in named), default=1)
    return _bars(
        [(name, count, None, f"{count} · {count / max(total, 1):.0%}") for name, count in named], most
    )


def time_bars(named: Sequence[tuple[str, float, float, str]]) -> Bars:
    """Return bars of (name, median, p95, what to write)."""
    most = max((p95 for _, _, p95, _ in named), default=1.0)
    return _bars(list(named), most)


def thinned(points: list[Any], most: int) -> list[Any]:
    """Return at most ``most`` of the points, evenly, with the first and the last."""
    if len(points) <= most:
        return points
    return [points[round(i * (len(points) - 1) / (most - 1))] for i in range(most)]


def _bin_dots(bins: Sequence[Json], most: int, scale: float) -> tuple[Dot, ...]:
    return tuple(
        Dot(
            _x(one["score"], 1),
            _y(one["right"], 1),
            scale * (3 + 8 * math.sqrt(one["count"] / most)),
            f"{one['score']:.2f} → {one['right']:.2f} ({one['count']})",
        )
        for one in bins
    )


def _ticks(top: float, *, across: bool) -> tuple[Tick, ...]:
    step = 0.2 if top > 0.5 else 0.1 if top > 0.2 else 0.05
    values = [i * step for i in range(round(top / step) + 1)]
    return tuple(Tick(_x(v, top) if across else _y(v, top), f"{v:.0%}") for v in values)


def _bars(rows: Sequence[tuple[str, float, float | None, str]], most: float) -> Bars:
    scale = (WIDTH * 1.4 - _LABEL - _END) / max(most, 1e-9)
    bars = tuple(
        Bar(
            name,
            i * _ROW + 6,
            _LABEL,
            max(value * scale, 1.5),
            None if end is None else _LABEL + end * scale,
            text,
        )
        for i, (name, value, end, text) in enumerate(rows)
    )
    return Bars(len(rows) * _ROW + 6, bars)


def _x(value: float, top: float) -> float:
    return round(LEFT + value / top * (WIDTH - LEFT - RIGHT), 1)


def _y(value: float, top: float) -> float:
    return round(HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM), 1)
