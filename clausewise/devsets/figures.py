"""What a measurement reports: figures beside what is wanted of them, as a table and as JSON."""

from __future__ import annotations

import json
import math
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

Bound = Literal["≤", "≥", ">"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number; ``bound`` and ``limit`` say what is wanted, where something is."""

    what: str
    value: float
    unit: str = ""
    bound: Bound | None = None
    limit: float | None = None
    interval: tuple[float, float] | None = None  # 95 %, in the unit of the value

    @property
    def met(self) -> bool | None:
        """Tell whether the figure is as wanted; None where nothing is wanted. NaN meets nothing."""
        if self.bound is None or self.limit is None:
            return None
        return {"≤": self.value <= self.limit, "≥": self.value >= self.limit, ">": self.value > self.limit}[
            self.bound
        ]

    @property
    def wanted(self) -> str:
        """What is wanted, for people; empty where nothing is."""
        return f"{self.bound} {self.limit:g}" if self.bound is not None else ""


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one measurement, how they were taken, and the raw measurements."""

    name: str
    method: str
    figures: tuple[Figure, ...]
    raw: dict[str, Any] = field(default_factory=dict)

    def held_to(self, wanted: Mapping[str, tuple[Bound, float]]) -> Result:
        """Return the result with what is wanted beside its figures.

        A figure that is wanted and was not measured is NaN, and so missed: nobody drops one by renaming it.
        """
        figures = [
            replace(figure, bound=wanted[figure.what][0], limit=wanted[figure.what][1])
            if figure.what in wanted
            else figure
            for figure in self.figures
        ]
        measured = {figure.what for figure in self.figures}
        figures += [Figure(what, float("nan"), "", *wanted[what]) for what in wanted if what not in measured]
        return replace(self, figures=tuple(figures))

    @property
    def missed(self) -> tuple[Figure, ...]:
        """The figures that are not as wanted."""
        return tuple(figure for figure in self.figures if figure.met is False)

    def as_json(self, *, raw: bool = True) -> dict[str, Any]:
        """Return the figures, and unless ``raw`` is false the machine and all measurements."""
        document = {
            "name": self.name,
            "method": self.method,
            "figures": [_plain(figure) for figure in self.figures],
        }
        return {**document, "machine": machine(), "raw": self.raw} if raw else document

    def save(self, folder: Path, **more: Any) -> Path:
        """Write the result, and ``more`` about its making, to ``folder``/NAME.json; return that path."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}.json"
        document = {**more, **self.as_json()}
        path.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return path

    def table(self) -> str:
        """Return the figures as lines of a table."""
        width = max((len(figure.what) for figure in self.figures), default=0)
        lines = [self.name, f"  {self.method}"]
        for figure in self.figures:
            line = f"  {figure.what:<{width}}  {figure.value:>10.3f} {figure.unit:<6}"
            if figure.interval is not None:
                line += f"  [{figure.interval[0]:.3f}, {figure.interval[1]:.3f}]"
            if figure.met is not None:
                line += f"  wanted {figure.wanted}  {'ok' if figure.met else 'MISSED'}"
            lines.append(line.rstrip())
        return "\n".join(lines)


def result_of(document: Mapping[str, Any]) -> Result:
    """Return a result that was written as JSON, without what was wanted of it then."""
    figures = tuple(
        Figure(
            str(one["what"]),
            math.nan if one["value"] is None else float(one["value"]),
            str(one["unit"]),
            interval=tuple(one["interval"]) if one["interval"] else None,
        )
        for one in document["figures"]
    )
    return Result(str(document["name"]), str(document["method"]), figures, dict(document["raw"]))


def _plain(figure: Figure) -> dict[str, Any]:
    """Return a figure for JSON, which knows no NaN."""
    value = None if math.isnan(figure.value) else figure.value
    return {**asdict(figure), "value": value, "met": figure.met}


def machine() -> dict[str, Any]:
    """Return what the figures depend on: cores, their kind, and how busy they were."""
    model = platform.processor()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line for line in cpuinfo.read_text(encoding="utf-8").splitlines() if "model name" in line]
        model = names[0].partition(":")[2].strip() if names else model
    return {
        "cpu": model,
        "cores": len(os.sched_getaffinity(0)),
        "load_average": list(os.getloadavg()),
        "python": platform.python_version(),
    }
