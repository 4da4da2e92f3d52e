"""Which labels a document's numbering confirms."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from knowledge.clauses import CONTAINERS, Label

Number = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A label at a line's start, before anything confirms it."""

    line: int
    label: Label
    heading: bool  # the file marks the line as a heading
    known: bool  # the file numbers the line itself
    titled: bool  # a short title, or nothing, follows the label

    @property
    def certain(self) -> bool:
        """Whether the file itself says that this is a label."""
        return self.heading or self.known


def plausible(candidates: Sequence[Candidate]) -> dict[int, Label]:
    """Return the labels that open something, by line."""
    kinds: dict[str, list[Candidate]] = {}
    for one in candidates:
        family = "decimal" if one.label.kind == "numbered" else one.label.kind
        kinds.setdefault("container" if one.label.kind in CONTAINERS else family, []).append(one)
    accepted = list(_containers(kinds.get("container", [])))
    accepted += _articles(kinds.get("article", []), accepted)
    accepted += _decimals(kinds.get("decimal", []))
    accepted += _chained(kinds.get("point", []))
    accepted += kinds.get("sub", [])  # only ever opened below a point
    return {one.line: one.label for one in sorted(accepted, key=lambda one: one.line)}


def _containers(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Yield chapters and their like: the file's own headings, and lines that count on from one."""
    last: dict[str, int] = {}
    for one in candidates:
        value = one.label.number[0]
        if one.certain or one.label.kind == "appendix" or value in {1, last.get(one.label.kind, 0) + 1}:
            last[one.label.kind] = value
            yield one


def _articles(candidates: Sequence[Candidate], containers: Sequence[Candidate]) -> Iterator[Candidate]:
    """Yield articles in rising order; the file's own headings always, others as far as they fit between."""
    set_off = [one for one in candidates if one.label.strong or one.certain]
    run_on = [one for one in candidates if not (one.label.strong or one.certain)]
    # 第三條雇主應… without a space opens an article only in a document that writes them so throughout.
    usable = candidates if len(run_on) > 2 * len(set_off) else set_off
    resets = [one.line for one in containers if one.label.kind == "appendix"]
    for scope in _scopes(usable, resets):
        yield from _rising(scope)


def _scopes(candidates: Sequence[Candidate], resets: Sequence[int]) -> Iterator[list[Candidate]]:
    """Cut where the numbering starts again: at an appendix, or at a 1 that a 2 follows."""
    scope: list[Candidate] = []
    for index, one in enumerate(candidates):
        after_reset = bool(scope) and bisect_left(resets, scope[-1].line) != bisect_left(resets, one.line)
        again = one.label.number == (1,) and any(
            c.label.number == (2,) for c in candidates[index + 1 : index + 3]
        )
        if scope and (after_reset or again):
            yield scope
            scope = []
        scope.append(one)
    if scope:
        yield scope


def _rising(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Yield the heaviest strictly rising chain, and every certain one.

    Longest increasing subsequence by patience sorting (Fredman 1975), run between the certain ones, which
    fix the range for those between: O(n log n).
    """
    start: Number = (-1,)
    between: list[Candidate] = []
    for one in candidates:
        if one.certain:
            yield from _longest([c for c in between if start < c.label.number < one.label.number])
            between, start = [], one.label.number
            yield one
        else:
            between.append(one)
    yield from _longest([c for c in between if start < c.label.number])


def _longest(candidates: Sequence[Candidate]) -> list[Candidate]:
    tails: list[Number] = []
    tail_at: list[int] = []
    before: list[int] = []
    for index, one in enumerate(candidates):
        place = bisect_left(tails, one.label.number)
        before.append(tail_at[place - 1] if place else -1)
        tails[place : place + 1] = [one.label.number]
        tail_at[place : place + 1] = [index]
    chain: list[Candidate] = []
    index = tail_at[-1] if tail_at else -1
    while index >= 0:
        chain.append(candidates[index])
        index = before[index]
    if len(chain) == 1 and not chain[0].label.strong:
        return []
    return chain[::-1]


def follows(before: Number, after: Number) -> bool:
    """Return whether ``after`` can come next in a tree of decimals: first child, or next at any depth."""
    if after[: len(before)] == before and len(after) > len(before):
        return all(n <= 1 for n in after[len(before) :])
    for depth, (old, new) in enumerate(zip(before, after, strict=False)):
        if old != new:
            return 0 < new - old <= 2 and all(n <= 1 for n in after[depth + 1 :])
    return False


def _decimals(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Yield decimals that continue a numbering; single numbers only as titles with text between."""
    usable = [one for one in candidates if one.certain or one.label.kind == "decimal" or one.titled]
    dotted = any(one.label.kind == "decimal" for one in usable)
    if not dotted:
        yield from _titles(usable)
        return
    last: Number | None = None
    for index, one in enumerate(usable):
        number = one.label.number
        ahead = (c.label.number for c in usable[index + 1 : index + 4])
        marked = one.heading and one.label.strong
        counted = one.known and one.label.kind == "decimal"
        if marked or counted or (last is not None and follows(last, number)):
            fits = True
        else:
            starts = all(n <= 1 for n in number) or last is None or number > last
            fits = starts and any(follows(number, n) and not (last and follows(last, n)) for n in ahead)
        if fits:
            last = number
            yield one


def _titles(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """Yield "1. 目的" … where they are titles with text between, not the lines of a list."""
    marked = [one for one in candidates if one.heading and one.label.strong]
    yield from marked
    chain = _chained([one for one in candidates if one not in marked and one.titled])
    apart = sum(b.line - a.line > 1 for a, b in pairwise(chain))
    if len(chain) > 1 and apart * 2 >= len(chain) - 1:
        yield from chain


def _chained(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return runs 1, 2, 3 … of two and more, and every heading."""
    kept: list[Candidate] = []
    run: list[Candidate] = []
    for one in candidates:
        value = one.label.number[0]
        if run and value == run[-1].label.number[0] + 1:
            run.append(one)
        elif value == 1 or one.certain:
            kept += run if len(run) > 1 else [c for c in run if c.certain]
            run = [one]
        elif one.certain:
            kept.append(one)
    return kept + (run if len(run) > 1 else [c for c in run if c.certain])
