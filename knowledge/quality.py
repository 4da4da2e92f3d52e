"""The quality gate: the golden questions asked of the very search that people get, with a new version in force.

The version is put in force in a transaction that is rolled back: the words, the frequencies, the documents' names
and the passages of the search are those that there would be. Of the vector index alone nothing is written; what it
finds is joined with the cosines of the version's own vectors, and what the version would replace is left out. So
what the gate sees is what people would see (a test holds the two against each other, hit by hit).

A question is asked as a reader of its collection alone. Only what is found today can be lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from knowledge.fulltext import FullText
from knowledge.glossary import Glossary
from knowledge.golden import Golden
from knowledge.identity import EmbedderInfo
from knowledge.names import NameIndex
from knowledge.placing import Place, guards
from knowledge.publishing import Trial
from knowledge.repository import Repository
from knowledge.search import Searcher
from knowledge.searchable import HeldIndex, Nearest, Searchable
from knowledge.staging import Target
from knowledge.store import Store
from knowledge.types import Hit, PassageId, Reader

_ASKED = 10  # hits looked at, so that a report can say where a passage has sunk to
_HELD_S = 1.0  # other writers wait no longer than this, and one question, at a time
_SHOWN = 120  # characters of what is found instead
_NAMED = 3  # questions that the reason names


@dataclass(frozen=True, slots=True)
class Asked:
    """A golden question and what was found: the rank of what is expected (None: not among ten), and the first hit."""

    golden: Golden
    rank: int | None
    first: Hit | None


class QualityGate:
    """Asks the golden questions of a store. ``searcher`` gives the search that people get."""

    def __init__(self, store: Store, searcher: Callable[[], Searcher]) -> None:
        self._store = store
        self._searcher = cache(searcher)
        self._today: tuple[int, dict[Golden, Asked]] = (-1, {})

    @property
    def within(self) -> int:
        """The rank within which the expected passage must be found."""
        return self._store.settings.golden_hits

    def check(self, collections: Collection[str] | None = None) -> list[Asked]:
        """Ask the questions of these collections (None: of all) as things stand."""
        searcher = self._searcher()
        return [_ask(searcher, one) for one in self._store.golden.all(collections)]

    def holds(self, asked: Asked) -> bool:
        """Tell whether what is expected was found high enough."""
        return asked.rank is not None and asked.rank <= self.within

    def __call__(self, target: Target) -> Place | None:
        """Return where a version waits because questions would no longer be answered; None: none is lost.

        The publisher's turn must be held, so that nothing else comes into force meanwhile.
        """
        began = time.monotonic()
        with self._store.database.read() as connection:
            names = guards(connection, target)
        before = self._asked_today(self._store.golden.all(names))
        answered = [one for one in before if self.holds(one)]
        after = self._with(target, [one.golden for one in answered])
        lost = [(was, now) for was, now in zip(answered, after, strict=True) if not self.holds(now)]
        if not lost:
            return None
        report = {
            "collections": names,
            "asked": len(before),
            "answered": len(answered),
            "within": self.within,
            "lost": [_line(was, now) for was, now in lost],
            "seconds": round(time.monotonic() - began, 2),
        }
        named = "; ".join(was.golden.expected.question for was, _ in lost[:_NAMED])
        more = f" and {len(lost) - _NAMED} more" if len(lost) > _NAMED else ""
        reason = f"{len(lost)} of {len(answered)} golden questions would lose their answer: {named}{more}"
        return Place("waiting", reason, "gate", report)

    def _asked_today(self, questions: Sequence[Golden]) -> list[Asked]:
        """Ask as things stand; remembered until something comes into force."""
        generation = self._store.generation
        if self._today[0] != generation:
            self._today = (generation, {})
        known, searcher = self._today[1], self._searcher()
        for one in questions:
            if one not in known:
                known[one] = _ask(searcher, one)
        return [known[one] for one in questions]

    def _with(self, target: Target, questions: Sequence[Golden]) -> list[Asked]:
        """Ask with ``target`` in force, a part of the questions at a time."""
        found: list[Asked] = []
        while len(found) < len(questions):
            with self._store.publisher.tried(target) as trial:
                searcher = self._searcher().over(state_with(self._store, trial))
                until = time.monotonic() + _HELD_S
                for one in questions[len(found) :]:
                    found.append(_ask(searcher, one))
                    if time.monotonic() > until:
                        break
        return found


def state_with(store: Store, trial: Trial) -> Searchable:
    """Return a store's state as it would be with the version of ``trial`` in force; good while the trial lasts."""
    return _Tried(store, trial)


class _Tried:
    """A store's state with another version in force, as a search needs it."""

    def __init__(self, store: Store, trial: Trial) -> None:
        snapshots = _Snapshots(trial)
        self.glossary: Glossary = store.glossary
        self.repository = Repository(snapshots)
        self.fulltext = FullText(snapshots)
        self.vectors = _Beside(store.vectors, trial)
        self.generation = store.generation
        self._names: dict[frozenset[str] | None, NameIndex] = {}

    def names(self, reader: Reader) -> NameIndex:
        """Return what the documents would be called."""
        if reader.audiences not in self._names:
            self._names[reader.audiences] = NameIndex(self.repository.document_names(reader), self.glossary)
        return self._names[reader.audiences]

    def average_length(self) -> float:
        """Return what the mean length would be."""
        return self.repository.average_length()


class _Snapshots:
    """The trial's session as a database that is only read."""

    generation = 0  # everything that remembers by it lives as long as the trial

    def __init__(self, trial: Trial) -> None:
        self._session = trial.session

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give the trial's own connection."""
        yield self._session.connection()


class _Beside:
    """The vector index without what the version replaces, joined with the version's own vectors."""

    def __init__(self, index: Nearest, trial: Trial) -> None:
        self._index = index
        self._trial = trial

    @property
    def model(self) -> EmbedderInfo:
        """Whose vectors both are: no other index takes over while a version is tried."""
        return self._index.model

    @contextmanager
    def hold(self) -> Iterator[_HeldBeside]:
        """Give both."""
        with self._index.hold() as held:
            yield _HeldBeside(held, self._trial)


@dataclass(frozen=True, slots=True)
class _HeldBeside:
    held: HeldIndex
    trial: Trial

    @property
    def model(self) -> EmbedderInfo:
        """Whose vectors both are."""
        return self.held.model

    def search(
        self, vector: NDArray[np.float32], audiences: frozenset[str] | None, limit: int
    ) -> list[tuple[PassageId, float]]:
        """Return (passage, cosine), nearest first."""
        gone = self.trial.gone
        in_force = self.held.search(vector, audiences, limit + len(gone))
        found = [(i, cosine) for i, cosine in in_force if i not in gone][:limit]
        for batch in self.trial.fresh:
            if audiences is None or batch.audience in audiences:
                found += zip(batch.ids, map(float, batch.vectors @ vector), strict=True)
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:limit]


def _ask(searcher: Searcher, golden: Golden) -> Asked:
    hits = searcher.search(golden.expected.question, Reader(frozenset({golden.collection})), _ASKED)
    rank = next((hit.rank for hit in hits if golden.expected.met_by(hit)), None)
    return Asked(golden, rank, hits[0] if hits else None)


def _line(was: Asked, now: Asked) -> dict[str, Any]:
    """Return what a report says of one question."""
    expected = was.golden.expected
    return {
        "id": was.golden.id,
        "collection": was.golden.collection,
        "question": expected.question,
        "expected": " ".join(part for part in (expected.source, expected.clause, expected.contains) if part),
        "before": was.rank,
        "after": now.rank,
        "found": found_json(now.first),
    }


def found_json(hit: Hit | None) -> dict[str, Any] | None:
    """Return what was found in place of what is expected."""
    if hit is None:
        return None
    passage = hit.passage
    text = " ".join(passage.text.split())
    return {
        "source": passage.source,
        "clause": passage.clause,
        "text": text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…",
    }
