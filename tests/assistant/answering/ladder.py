"""A ladder over a few passages, without store or weights: the search is a list, the model a script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from assistant.answering.service import Answerer
from knowledge.meaning import AcrossLanguages
from knowledge.relevance import query_terms
from knowledge.search import Found
from knowledge.text import language_of
from knowledge.types import DocumentId, Hit, Passage, PassageId, Reader
from models.fakes import FakeChat, HashEmbedder

OFFSET = 100  # passages begin here in their canonical text, so that a wrong origin shows


def passage(
    text: str, name: str = "sop.md", clause: str | None = None, question: str | None = None
) -> Passage:
    """Return a passage whose canonical text begins ``OFFSET`` characters earlier."""
    return Passage(
        PassageId(name + text), DocumentId(name), 3, name, name.partition(".")[0],
        "faq" if question else "text", clause, (), 7, OFFSET, OFFSET + len(text), text,
        language_of(text), "internal", question,
    )  # fmt: skip


@dataclass
class ListedSearch:
    """Finds what it was given, in that order."""

    hits: list[Hit] = field(default_factory=list)
    exact_only: bool = False
    embedder: HashEmbedder = field(default_factory=HashEmbedder)
    asked: list[str] = field(default_factory=list)
    sections: dict[PassageId, list[Passage]] = field(default_factory=dict)
    references: dict[PassageId, list[list[Passage]]] = field(default_factory=dict)

    def find(self, question: str, reader: Reader, k: int = 10) -> Found:
        """Return the hits; the reader is the store's business."""
        self.asked.append(question)
        return Found(
            query_terms(question, lambda terms: dict.fromkeys(terms, 1), 10),
            tuple(self.hits[:k]),
            self.exact_only,
        )

    def steady(self) -> ListedSearch:
        """Return itself: its embedder never changes."""
        return self

    def dates(self, passages: Sequence[Passage]) -> dict[tuple[DocumentId, int], date]:
        """Return one day for all."""
        return {(p.document_id, p.version): date(2026, 1, 5) for p in passages}

    def section(self, passage: Passage, reader: Reader) -> list[Passage]:
        """Return the passages listed as those of the clause, else the one alone."""
        return self.sections.get(passage.passage_id, [passage])

    def referred(self, passage: Passage, text: str, reader: Reader) -> list[list[Passage]]:
        """Return what is listed as referred to."""
        return self.references.get(passage.passage_id, [])

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the fake's vectors."""
        return self.embedder.embed_passages(texts)

    @property
    def across_languages(self) -> AcrossLanguages:
        """Compare as with an embedder that has no means."""
        return AcrossLanguages(self.embedder)

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """Return the fake's vector of a passage, so that equal texts have cosine 1."""
        return self.embedder.embed_passages([text])[0]


@dataclass
class Desk:
    """An answerer with its search and its model at hand."""

    answerer: Answerer
    search: ListedSearch
    chat: FakeChat
