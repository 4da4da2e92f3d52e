"""What a written answer may rest on beside the passages found: the rest of a cut clause, and what it refers to.

Search matches small pieces; a clause that was too long for the embedder lies in several. And a clause says
"依第十二條規定" where another clause has the amount. Both are read, the second one step and no further. Where
the best passage is a whole clause whose best sentence refers to nothing, the evidence stays as it was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from assistant.answering.evidence import best_sentence
from assistant.answering.grounding import Embed
from knowledge.following import refers
from knowledge.relevance import QueryTerms
from knowledge.types import Hit, Passage, PassageId, Reader

_PART, _REFERRED = 0.8, 0.6  # relevance of the rest of a clause, and of a clause that it refers to


class Around(Protocol):
    """Where the rest of a clause and the clauses that it names come from; knowledge.search.Searcher is one."""

    def section(self, passage: Passage, reader: Reader) -> list[Passage]:
        """Return the passages of the same clause that adjoin ``passage``, itself included, in order."""

    def referred(self, passage: Passage, text: str, reader: Reader) -> list[list[Passage]]:
        """Return the clauses, each as its passages, that ``text`` of ``passage`` refers to; at most two."""


@dataclass(frozen=True, slots=True)
class Expanded:
    """Hits with what was added to them; ``followed`` holds the first passage of each clause referred to."""

    hits: tuple[Hit, ...]
    followed: frozenset[PassageId] = frozenset()


def expanded(
    query: QueryTerms, hits: Sequence[Hit], around: Around, reader: Reader, embed: Embed
) -> Expanded:
    """Return ``hits``, best first, followed by the rest of the best one's clause and what it refers to."""
    top = hits[0]
    if top.passage.kind != "text":
        return Expanded(tuple(hits))
    found = list(hits)
    if top.passage.clause is not None:
        _add(found, around.section(top.passage, reader), top, _PART)
    followed: set[PassageId] = set()
    if refers(top.passage.text):
        best = best_sentence(query, top.passage, embed).text
        for clause in around.referred(top.passage, best, reader) if refers(best) else ():
            followed.add(clause[0].passage_id)
            _add(found, clause, top, _REFERRED)
    return Expanded(tuple(found), frozenset(followed))


def _add(found: list[Hit], passages: Sequence[Passage], top: Hit, worth: float) -> None:
    known = {hit.passage.passage_id for hit in found}
    found.extend(
        replace(top, score=top.score * worth, passage=p, exact=False, places=(), rank=len(found) + n)
        for n, p in enumerate((p for p in passages if p.passage_id not in known), 1)
    )
