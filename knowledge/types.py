"""The nouns that the layers above share: readers, passages, hits.

All offsets are code points into the canonical text of one version of one document, and
``canonical[start:end]`` is the passage, exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NewType

DocumentId = NewType("DocumentId", str)
PassageId = NewType("PassageId", str)

PassageKind = Literal["text", "faq", "record"]
Language = Literal["zh-Hant", "zh-Hans", "en", "und"]

PUBLIC = "public"
INTERNAL = "internal"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who is asking: the audiences whose passages this reader may see now.

    ``audiences`` is None for the operator, who sees all of them. An empty set sees nothing.
    ``internal`` does not imply ``public``.
    """

    audiences: frozenset[str] | None

    def narrowed(self, wanted: list[str] | None) -> Reader:
        """Return this reader restricted to ``wanted``; rights are never widened."""
        if wanted is None:
            return self
        asked = frozenset(wanted)
        return Reader(asked if self.audiences is None else self.audiences & asked)


OPERATOR = Reader(None)

# The way of a version: what is complete and not yet, no longer, or never in force keeps its passages and vectors.
VersionState = Literal["staged", "draft", "review", "waiting", "scheduled", "live", "superseded", "rejected"]

PENDING = ("draft", "review", "waiting", "scheduled")  # complete, and may come into force one day


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrievable piece of one document version; never spans two clauses."""

    passage_id: PassageId
    document_id: DocumentId
    version: int
    source: str  # as shown: path relative to the root, with #row anchor where there is one
    title: str
    kind: PassageKind
    clause: str | None  # the label as written, "第 38-1 條"
    heading: tuple[str, ...]
    page: int | None  # 1-based
    start: int
    end: int
    text: str  # canonical[start:end]
    language: Language
    audience: str
    question: str | None = None  # FAQ pairs: text == question + "\n" + answer (+ trailing newlines)

    @property
    def answer_start(self) -> int:
        """Offset in the canonical text where a FAQ answer begins; ``start`` for other kinds."""
        return self.start + (len(self.question) + 1 if self.question is not None else 0)


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a question; ``score`` is a calibrated relevance in 0..1."""

    rank: int  # 1-based
    score: float
    passage: Passage
    exact: bool = False  # reached by an exact clause reference
    lexical: float = 0.0  # signals kept for decisions and for people who debug a ranking
    dense: float = 0.0
    coverage: float = 0.0
    places: tuple[Passage, ...] = ()  # the same text elsewhere (identical files): one hit, more places
    editions: tuple[Passage, ...] = ()  # the same clause of other editions; their facts may differ
