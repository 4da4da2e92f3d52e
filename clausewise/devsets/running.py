"""Run sets, keep their results, and give kept ones again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clausewise.devsets.figures import Result, result_of
from clausewise.devsets.indexing import CACHE
from clausewise.devsets.registry import SETS, thresholds
from clausewise.errors import NoEvalData, WrongUsage

RESULTS = CACHE / "results"


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept result of a whole run, and how it was made."""

    result: Result
    command: str
    at: datetime
    seconds: float
    machine: str


def chosen(names: Sequence[str]) -> list[str]:
    """Return the sets to run, all for none; raises WrongUsage for a name that no set has."""
    unknown = sorted(set(names) - set(SETS))
    if unknown:
        raise WrongUsage(f"There is no set {', '.join(unknown)}; there are {', '.join(SETS)}.")
    return list(dict.fromkeys(names)) or list(SETS)


def run(names: Sequence[str], count: int | None = None) -> Iterator[Result]:
    """Give the result of each set as it is done; those over all questions are kept.

    A run over ``count`` questions is written to a folder of its own, for who wants to look into it.

    Raises:
        NoEvalData: the files that a set is made of are absent.
    """
    for name in names:
        began = time.monotonic()
        result = SETS[name].run(count)
        made: dict[str, Any] = {
            "command": f"clausewise eval sets {name}" + (f" --count {count}" if count is not None else ""),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "seconds": round(time.monotonic() - began, 1),
        }
        result.save(RESULTS if count is None else RESULTS / "part", **made)
        yield result


def again(names: Sequence[str]) -> Iterator[Result]:
    """Give the kept results of these sets, held to the thresholds of today.

    Raises:
        NoEvalData: one of them was never run.
    """
    found = {one.result.name: one.result for one in kept()}
    for name in names:
        if name not in found:
            raise NoEvalData(f"The set {name} was not run yet: run `clausewise eval sets {name}`.")
        yield found[name]


def kept() -> list[Kept]:
    """Return the kept results, in the order of the sets, held to the thresholds of today."""
    files = [RESULTS / f"{name}.json" for name in SETS]
    return [_read(file) for file in files if file.is_file()]


def _read(file: Path) -> Kept:
    data = json.loads(file.read_text(encoding="utf-8"))
    result = result_of(data).held_to(thresholds().get(str(data["name"]), {}))
    machine = f"{data['machine']['cores']} cores, {data['machine']['cpu']}"
    return Kept(result, data["command"], datetime.fromisoformat(data["at"]), data["seconds"], machine)
