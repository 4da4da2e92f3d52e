"""Run sets, keep their results, and write docs/quality.md from what is kept."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clausewise.devsets.figures import Result
from clausewise.devsets.indexing import CACHE
from clausewise.devsets.registry import SETS
from clausewise.errors import WrongUsage

RESULTS = CACHE / "results"


def chosen(names: Sequence[str]) -> list[str]:
    """Return the sets to run, all for none; raises WrongUsage for a name that no set has."""
    unknown = sorted(set(names) - set(SETS))
    if unknown:
        raise WrongUsage(f"There is no set {', '.join(unknown)}; there are {', '.join(SETS)}.")
    return list(names) or list(SETS)


def run(names: Sequence[str], count: int | None = None) -> Iterator[Result]:
    """Give the result of each set as it is done; a run over all questions is kept for docs/quality.md.

    Raises:
        NoEvalData: the files that a set is made of are absent.
    """
    for name in names:
        began = time.monotonic()
        result = SETS[name].run(count)
        folder = RESULTS if count is None else RESULTS / "part"
        command = f"clausewise eval sets {name}" + (f" --count {count}" if count is not None else "")
        result.save(
            folder,
            command=command,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
            seconds=round(time.monotonic() - began, 1),
        )
        yield result


def kept() -> list[dict[str, Any]]:
    """Return the kept results of whole runs, in the order of the sets."""
    files = (RESULTS / f"{name}.json" for name in SETS)
    return [json.loads(file.read_text(encoding="utf-8")) for file in files if file.is_file()]


def results_folder() -> Path:
    """Return where results are kept."""
    return RESULTS
