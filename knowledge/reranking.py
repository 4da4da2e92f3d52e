"""Search with a second look: a cross-encoder decides the order of the best hits.

The probability that is shown stays the fitted one: a cross-encoder's scores are good for an order and mean
nothing by themselves. So the hits change places and the probabilities do not: the first place keeps the
probability that the search had for its best hit, and so on. What the answer's thresholds were tuned for still holds,
and with no cross-encoder configured nothing is different.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from knowledge.embedders import Embedders
from knowledge.relevance import Relevance
from knowledge.search import Found, Searcher
from knowledge.searchable import Searchable
from knowledge.types import Hit, Passage, Reader
from models.protocols import Embedder, Reranker

_WORTH_READING = 0.1  # of the best hit's probability: what is less likely stays where it is


class RerankingSearcher(Searcher):
    """A search whose best ``top`` hits are put in order by a cross-encoder. Exact clauses stay first."""

    def __init__(
        self,
        store: Searchable,
        embedder: Embedder | Embedders,
        relevance: Relevance,
        reranker: Reranker,
        top: int,
    ) -> None:
        """Join the search with a reranker that its owner has loaded."""
        super().__init__(store, embedder, relevance)
        self._reranker = reranker
        self._top = top

    def find(self, question: str, reader: Reader, k: int = 10) -> Found:
        """Return hits as the search does, the best in the cross-encoder's order."""
        found = super().find(question, reader, max(k, self._top))
        hits = reordered(question, found.hits, self._reranker, self._top)
        return replace(found, hits=tuple(replace(hit, rank=i) for i, hit in enumerate(hits[:k], 1)))


def reordered(question: str, hits: Sequence[Hit], reranker: Reranker, top: int) -> list[Hit]:
    """Return ``hits`` with the likely ones among the first ``top`` in the reranker's order, probabilities in place."""
    exact = [hit for hit in hits if hit.exact]
    rest = [hit for hit in hits if not hit.exact]
    floor = _WORTH_READING * rest[0].score if rest else 0.0
    count = sum(hit.score >= floor for hit in rest[:top])
    read, left = rest[:count], rest[count:]
    if len(read) < 2:
        return list(hits)
    scores = reranker.score(question, [_as_read(hit.passage) for hit in read])
    order = sorted(range(count), key=lambda i: (-float(scores[i]), i))
    likely = sorted((hit.score for hit in read), reverse=True)
    return [*exact, *(replace(read[i], score=p) for i, p in zip(order, likely, strict=True)), *left]


def _as_read(passage: Passage) -> str:
    """Return a passage with what it stands under."""
    return "\n".join((" › ".join((passage.title, *passage.heading)), passage.text.strip()))
