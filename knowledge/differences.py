"""What changed between two versions of a document, clause by clause, with the changed words marked.

A clause is what people call so: everything under one clause number, one FAQ pair, one row of a table, or, where there
are no numbers, everything under one heading. Clauses are paired by their number first, then by their words
alone (renumbered or moved), then by their likeness.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from knowledge.text import HAN, fold
from knowledge.types import Passage

Kind = Literal["added", "removed", "changed", "moved"]
Mark = Literal["same", "removed", "added"]

_ALIKE = 0.6  # share of words in common from which a clause counts as rewritten rather than as another one
_MOST_PAIRS = 4_000  # comparisons of likeness; beyond it what is left counts as removed and added
_TOKEN = re.compile(rf"[{HAN}]|[A-Za-z]+|\d+(?:[.,]\d+)*|\s+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of one version; ``start`` and ``end`` are its span in the canonical text."""

    key: str
    label: str  # as people read it: its number, its row, or its heading
    text: str
    start: int
    end: int
    page: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """One clause that is not the same in both versions; ``marks`` are runs of text, joined they are both texts.

    ``moved``: the same words under another number or in another place.
    """

    kind: Kind
    before: Clause | None
    after: Clause | None
    marks: tuple[tuple[Mark, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed, in the order of the newer text, what was removed where it stood; and how much did not."""

    changes: tuple[Change, ...]
    unchanged: int


def clauses(passages: Sequence[Passage]) -> list[Clause]:
    """Return the clauses of one version, its passages given in reading order."""
    found: list[Clause] = []
    repeats: dict[str, int] = {}
    last = ""
    for passage in passages:
        name = _name(passage)
        if found and passage.kind == "text" and name == last and found[-1].end == passage.start:
            before = found[-1]
            found[-1] = Clause(
                before.key, before.label, before.text + passage.text, before.start, passage.end, before.page
            )
            continue
        repeats[name] = repeats.get(name, 0) + 1
        label = passage.clause or (passage.source.partition("#")[2]) or " › ".join(passage.heading[-2:])
        key = f"{name}\x1f{repeats[name]}"
        found.append(Clause(key, label, passage.text, passage.start, passage.end, passage.page))
        last = name
    return found


def difference(before: Sequence[Clause], after: Sequence[Clause]) -> Difference:
    """Compare two versions' clauses."""
    pairs = _Pairing(before, after).run()
    partner = {new.key: old for old, new in pairs}
    place_of = {new.key: at for at, new in enumerate(after)}
    moved_to = {old.key: place_of[new.key] for old, new in pairs}
    changes: list[tuple[float, Change]] = []
    unchanged = 0
    for at, new in enumerate(after):
        old = partner.get(new.key)
        if old is None:
            changes.append((at, Change("added", None, new, (("added", new.text),))))
        elif _unnumbered(old) != _unnumbered(new):
            changes.append((at, Change("changed", old, new, tuple(marks(old.text, new.text)))))
        elif old.key != new.key:
            changes.append((at, Change("moved", old, new)))
        else:
            unchanged += 1
    place = -1.0
    for old in before:
        if old.key in moved_to:
            place = float(moved_to[old.key])
        else:
            changes.append((place + 0.5, Change("removed", old, None, (("removed", old.text),))))
    changes.sort(key=lambda one: one[0])
    return Difference(tuple(change for _, change in changes), unchanged)


def marks(before: str, after: str) -> Iterator[tuple[Mark, str]]:
    """Yield runs of both texts in order: what is the same, what went, what came; Chinese by character, Latin by word."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield "same", "".join(old[a:b])
            continue
        if a < b:
            yield "removed", "".join(old[a:b])
        if c < d:
            yield "added", "".join(new[c:d])


class _Pairing:
    """Pairs clauses of two versions; what has a partner is no longer free."""

    def __init__(self, before: Sequence[Clause], after: Sequence[Clause]) -> None:
        self.pairs: list[tuple[Clause, Clause]] = []
        self._old = {clause.key: clause for clause in before}
        self._new = {clause.key: clause for clause in after}

    def run(self) -> list[tuple[Clause, Clause]]:
        """Pair by number, words, likeness; what is left under one number was rewritten whole."""
        named = [(old, self._new[key]) for key, old in self._old.items() if key in self._new]
        for old, new in named:
            if _plain(old.text) == _plain(new.text) or _likeness(old, new) >= _ALIKE:
                self._take(old, new)
        self._by_words()
        self._by_likeness()
        for old, new in named:
            self._take(old, new)
        return self.pairs

    def _take(self, old: Clause, new: Clause) -> None:
        if old.key in self._old and new.key in self._new:
            del self._old[old.key], self._new[new.key]
            self.pairs.append((old, new))

    def _by_words(self) -> None:
        words: dict[str, list[Clause]] = {}
        for new in self._new.values():
            words.setdefault(_unnumbered(new), []).append(new)
        for old in list(self._old.values()):
            if same := words.get(_unnumbered(old)):
                self._take(old, same.pop(0))

    def _by_likeness(self) -> None:
        if len(self._old) * len(self._new) > _MOST_PAIRS:
            return
        rated = [(_likeness(old, new), old, new) for old in self._old.values() for new in self._new.values()]
        for share, old, new in sorted(rated, key=lambda each: -each[0]):
            if share >= _ALIKE:
                self._take(old, new)


def _name(passage: Passage) -> str:
    anchor = passage.source.partition("#")[2]
    if passage.kind != "text":
        return f"row:{anchor or passage.question or passage.text[:40]}"
    if passage.clause is not None:
        return f"clause:{fold(''.join(passage.clause.split()))}:{' › '.join(passage.heading[:1])}"
    return f"heading:{' › '.join(passage.heading)}"


def _likeness(one: Clause, other: Clause) -> float:
    matcher = SequenceMatcher(None, _TOKEN.findall(one.text), _TOKEN.findall(other.text), autojunk=False)
    return (
        matcher.ratio() if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE else 0.0
    )


def _plain(text: str) -> str:
    return " ".join(text.split())


def _unnumbered(clause: Clause) -> str:
    """Return the words without the clause's own number in front."""
    text = _plain(clause.text)
    return text.removeprefix(_plain(clause.label)).strip()
