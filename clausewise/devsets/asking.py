"""What sets have in common: questions asked one after the other, and where the right passage stood."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from assistant.evaluation.bootstrap import Estimate, ratio
from clausewise.bootstrap import Program
from clausewise.devsets.figures import Figure
from clausewise.progress import progress
from knowledge.types import OPERATOR, Hit, Passage, Reader

DEPTH = 30  # hits asked for: several may come from one document or article, and the first of each counts
CUT = 10

T = TypeVar("T")


def counted(title: str, items: Sequence[T], tally: Mapping[str, int] | None = None) -> Iterator[T]:
    """Give the items while standard error shows how many are done, and the counts of ``tally`` so far."""
    with progress(title) as notify:
        for done, item in enumerate(items):
            counts = ", ".join(f"{name} {count}" for name, count in (tally or {}).items())
            notify("progress", {"share": done / len(items), "text": f"{done} of {len(items)}  {counts}"})
            yield item


@dataclass(slots=True)
class Places:
    """At which place, from 0, each question's right target stood; None where it was not among the first ten."""

    found: list[int | None] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def recall(self, k: int) -> float:
        """Return the share of questions whose target is among the first ``k``."""
        return sum(place is not None and place < k for place in self.found) / max(len(self.found), 1)

    def figures(self, prefix: str = "", ks: tuple[int, ...] = (1, 5, 10)) -> list[Figure]:
        """Return recall at each k, and MRR@10, with their intervals."""
        marks = {f"recall@{k}": [place is not None and place < k for place in self.found] for k in ks}
        ranks = [1 / (place + 1) if place is not None else 0.0 for place in self.found]
        return [
            *(share(f"{prefix}{name}", found) for name, found in marks.items()),
            share(f"{prefix}MRR@{CUT}", ranks),
        ]


def share(what: str, marks: Iterable[float]) -> Figure:
    """Return the mean of one mark a question, 0..1, with its interval; NaN for no question."""
    return shares(what, [(mark, 1) for mark in marks])


def shares(what: str, marks: Iterable[tuple[float, int]]) -> Figure:
    """Return how many things of all were right, from (right, all) for each question, with its interval."""
    return estimated(what, ratio(list(marks)))


def estimated(what: str, found: Estimate) -> Figure:
    """Return an estimate as a figure; NaN where there was nothing to estimate from."""
    if found.value is None or found.low is None or found.high is None:
        return Figure(what, math.nan)
    return Figure(what, found.value, interval=(round(found.low, 4), round(found.high, 4)))


def place_of(
    hits: Iterable[Hit], target: Callable[[Passage], Hashable], wanted: Iterable[Hashable]
) -> int | None:
    """Return the place, from 0, of the first wanted target when each counts once; None beyond the tenth.

    A hit that stands for identical text elsewhere counts for each of its places.
    """
    right = frozenset(wanted)
    seen: set[Hashable] = set()
    for hit in hits:
        name = target(hit.passage)
        if right & {target(passage) for passage in (hit.passage, *hit.places)}:
            return len(seen) if len(seen) < CUT else None
        seen.add(name)
    return None


def searched(
    program: Program,
    title: str,
    questions: Sequence[tuple[str, Iterable[Hashable]]],
    target: Callable[[Passage], Hashable],
    reader: Reader = OPERATOR,
) -> Places:
    """Search each (question, right targets) and return where they stood; the chat model is not loaded."""
    places = Places()
    tally = {"first": 0, "in ten": 0}
    for question, wanted in counted(title, questions, tally):
        hits = program.searcher.search(question, reader, DEPTH)
        place = place_of(hits, target, wanted)
        places.found.append(place)
        tally["first"] += place == 0
        tally["in ten"] += place is not None
        if place != 0:
            top = [str(target(hit.passage)) for hit in hits[:3]]
            places.misses.append(f"{question[:80]} | wanted {sorted(map(str, wanted))} | found {top}")
    return places
