"""What a benchmark reports: figures beside what is wanted of them, as a table and as JSON."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

FOLDER = Path(".cache/bench")


@dataclass(frozen=True, slots=True)
class Figure:
    """One number; ``bound`` and ``limit`` say what is wanted, where something is."""

    what: str
    value: float
    unit: str = ""
    bound: Literal["≤", "≥", ">"] | None = None
    limit: float | None = None

    @property
    def met(self) -> bool | None:
        """Tell whether the figure is as wanted; None where nothing is wanted."""
        if self.bound is None or self.limit is None:
            return None
        return {"≤": self.value <= self.limit, "≥": self.value >= self.limit, ">": self.value > self.limit}[
            self.bound
        ]


@dataclass(frozen=True, slots=True)
class Result:
    """The figures of one benchmark, how they were taken, and the raw measurements."""

    name: str
    method: str
    figures: tuple[Figure, ...]
    raw: dict[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return everything, with what the machine is."""
        return {
            "name": self.name,
            "method": self.method,
            "machine": machine(),
            "figures": [{**asdict(figure), "met": figure.met} for figure in self.figures],
            "raw": self.raw,
        }

    def save(self) -> Path:
        """Write the result to .cache/bench/NAME.json and return that path."""
        FOLDER.mkdir(parents=True, exist_ok=True)
        path = FOLDER / f"{self.name}.json"
        path.write_text(json.dumps(self.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return path

    def table(self) -> str:
        """Return the figures as lines of a table."""
        width = max(len(figure.what) for figure in self.figures)
        lines = [self.name, f"  {self.method}"]
        for figure in self.figures:
            line = f"  {figure.what:<{width}}  {figure.value:>10.3f} {figure.unit:<6}"
            if figure.met is not None:
                verdict = "ok" if figure.met else "MISSED"
                line += f"  wanted {figure.bound} {figure.limit:g}  {verdict}"
            lines.append(line.rstrip())
        return "\n".join(lines)


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


def percentile(values: list[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-int(share * 1000) * len(ordered) // 1000) - 1))]
