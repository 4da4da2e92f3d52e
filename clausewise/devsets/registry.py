"""The development sets by name, and what is wanted of their figures."""

from __future__ import annotations

import importlib
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from clausewise.devsets.figures import Bound, Result

_WANTED = Path(__file__).with_name("thresholds.toml")
_BOUND = re.compile(r"([≤≥>]) (\d*\.?\d+)\Z")


@dataclass(frozen=True, slots=True)
class DevSet:
    """One set: its name, the module that runs it, and how long that takes with the default models.

    The module has a function of the set's name ("-" as "_") from a number of questions, None for its own
    number, to a Result.
    """

    name: str
    module: str
    minutes: float  # on 2 cores, indexes made before; their first making takes 10 more
    chat: bool = False  # whether the chat model writes answers

    def run(self, count: int | None = None) -> Result:
        """Run the set and hold its figures to the thresholds.

        Raises:
            NoEvalData: the files that it is made of are absent.
        """
        module = importlib.import_module(f"clausewise.devsets.{self.module}")
        function = cast("Callable[[int | None], Result]", getattr(module, self.name.replace("-", "_")))
        return function(count).held_to(thresholds().get(self.name, {}))


SETS = {
    one.name: one
    for one in (
        DevSet("retrieval", "drcd", 4),
        DevSet("clauses", "laws", 1),
        DevSet("cross-law", "laws", 1),
        DevSet("parallel", "parallel", 1),
        DevSet("titles", "titles", 1),
        DevSet("lay", "lay", 1),
        DevSet("followups", "dialogues", 1),
        DevSet("calibration", "calibration", 3),
        DevSet("verification", "verification", 1),
        DevSet("answers", "answers", 30, chat=True),
        DevSet("other-subjects", "answers", 3, chat=True),
        DevSet("injection", "injection", 45, chat=True),
        DevSet("samples", "samples", 10, chat=True),
    )
}


def thresholds() -> dict[str, dict[str, tuple[Bound, float]]]:
    """Return what is wanted: set -> figure -> (bound, limit)."""
    tables = tomllib.loads(_WANTED.read_text(encoding="utf-8"))
    return {name: {what: _limit(wanted) for what, wanted in table.items()} for name, table in tables.items()}


def _limit(wanted: str) -> tuple[Bound, float]:
    found = _BOUND.match(wanted)
    if found is None:
        raise ValueError(f"{wanted!r} is no threshold: write a bound and a number, such as '≥ 0.95'")
    return cast("Bound", found[1]), float(found[2])
