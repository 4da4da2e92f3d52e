"""A cross-encoder puts the best hits in order; probabilities keep their places."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from knowledge.reranking import reordered
from knowledge.types import DocumentId, Hit, Passage, PassageId
from models.protocols import Vectors


class Scripted:
    """Scores passages by a table, and remembers what it read."""

    model_id = "scripted"

    def __init__(self, **scores: float) -> None:
        self._scores = scores
        self.read: list[str] = []

    def score(self, question: str, passages: Sequence[str]) -> Vectors:
        """Return the scores of the table."""
        self.read += passages
        return np.array([self._scores[one.split("\n")[-1]] for one in passages], np.float32)


def hit(text: str, score: float, *, exact: bool = False) -> Hit:
    """Return a hit whose passage says ``text``."""
    passage = Passage(
        PassageId(text), DocumentId("d"), 1, "d.md", "手冊", "text", None, ("第一章",), None, 0, len(text), text,
        "en", "internal",
    )  # fmt: skip
    return Hit(1, score, passage, exact=exact)


def told(hits: Sequence[Hit]) -> list[tuple[str, float]]:
    """Return texts and probabilities in order."""
    return [(one.passage.text, one.score) for one in hits]


class TestReordered:
    def test_places_keep_their_probabilities(self) -> None:
        """The passage that the cross-encoder prefers comes first, with the probability of the first place."""
        hits = [hit("a", 0.9), hit("b", 0.6), hit("c", 0.5)]

        found = reordered("?", hits, Scripted(a=-2, b=0.5, c=3), 20)

        assert told(found) == [("c", 0.9), ("b", 0.6), ("a", 0.5)]

    def test_only_the_best_are_read(self) -> None:
        """What lies beyond the limit, or is far less likely than the best, stays where it is and costs nothing."""
        hits = [hit("a", 0.9), hit("b", 0.6), hit("c", 0.5), hit("d", 0.02)]
        few, likely = Scripted(a=0, b=1, c=2, d=9), Scripted(a=0, b=1, c=2, d=9)

        assert told(reordered("?", hits, few, 2)) == [("b", 0.9), ("a", 0.6), ("c", 0.5), ("d", 0.02)]
        assert told(reordered("?", hits, likely, 20))[-1] == ("d", 0.02)
        assert (len(few.read), len(likely.read)) == (2, 3)

    def test_exact_clauses_stay_first(self) -> None:
        """A clause asked for by its number is not up for comparison."""
        hits = [hit("a", 0.99, exact=True), hit("b", 0.6), hit("c", 0.5)]

        found = reordered("?", hits, Scripted(a=-9, b=0, c=1), 20)

        assert [one.passage.text for one in found] == ["a", "c", "b"]

    def test_it_reads_what_a_passage_stands_under(self) -> None:
        """Title and headings come with the text."""
        reranker = Scripted(a=0, b=1)

        reordered("?", [hit("a", 0.9), hit("b", 0.8)], reranker, 20)

        assert reranker.read[0] == "手冊 › 第一章\na"

    def test_nothing_to_compare(self) -> None:
        """One hit, or none, is returned without the model."""
        reranker = Scripted()

        assert reordered("?", [], reranker, 20) == []
        assert told(reordered("?", [hit("a", 0.9)], reranker, 20)) == [("a", 0.9)]
        assert reranker.read == []
