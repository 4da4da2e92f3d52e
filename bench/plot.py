"""A sheet of small line plots as SVG, one below the other, all over the same axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

_WIDTH, _HEIGHT, _LEFT, _GAP = 640, 150, 70, 40


def lines(path: Path, across: str, xs: Sequence[float], curves: Mapping[str, Sequence[float]]) -> Path:
    """Write one plot for each of ``curves`` (name → a value for each of ``xs``), each from zero; return ``path``."""
    parts = [_plot(number, name, xs, ys) for number, (name, ys) in enumerate(curves.items())]
    height = len(parts) * (_HEIGHT + _GAP) + _GAP
    ticks = "".join(
        f'<text x="{_x(x, xs):.0f}" y="{height - 18}" text-anchor="middle">{x:,.0f}</text>' for x in xs
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" font-family="sans-serif" font-size="11">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(parts)}{ticks}'
        f'<text x="{_WIDTH / 2}" y="{height - 4}" text-anchor="middle">{escape(across)}</text></svg>\n',
        encoding="utf-8",
    )
    return path


def _plot(number: int, name: str, xs: Sequence[float], ys: Sequence[float]) -> str:
    top = number * (_HEIGHT + _GAP) + _GAP / 2
    most = max(ys) or 1.0
    points = [(_x(x, xs), top + _HEIGHT - y / most * (_HEIGHT - 20)) for x, y in zip(xs, ys, strict=True)]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/><text x="{x:.1f}" y="{y - 6:.1f}" text-anchor="middle">{value:,.4g}</text>'
        for (x, y), value in zip(points, ys, strict=True)
    )
    base = top + _HEIGHT
    return (
        f'<text x="{_LEFT}" y="{top + 4:.0f}" font-weight="bold">{escape(name)}</text>'
        f'<line x1="{_LEFT}" x2="{_WIDTH - 20}" y1="{base}" y2="{base}" stroke="#999"/>'
        f'<polyline points="{path}" fill="none" stroke="#1f5f8b" stroke-width="2"/>{dots}'
    )


def _x(x: float, xs: Sequence[float]) -> float:
    return _LEFT + 20 + x / max(xs) * (_WIDTH - _LEFT - 70)
