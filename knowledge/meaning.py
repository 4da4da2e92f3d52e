"""Meaning as vectors: what is embedded of a passage, and how questions meet passages of another language.

Two measurements with multilingual-e5-small lie behind this (docs/decisions/0008), on 300 English articles of statutes
that look for their Chinese counterparts among 4,681, by cosine alone:

* Title and headings in front of a text pull its vector towards other texts of the same document. Embedded
  apart and added with a small weight they tell as much and harm less: first hit .20 -> .29.
* The vectors of a language lie in a cone of their own. With each language's mean taken off, for questions and for
  passages, the languages meet: .29 -> .51; English questions over Chinese paragraphs (XQuAD) .74 -> .78. Within one
  language nothing is gained (DRCD .767 both ways) and the distance between right and wrong shrinks, so there cosines
  stay as they are. (Mu and Viswanath 2018, "All-but-the-Top", for the idea.)

The means are constants in centres.json, made by ``python -m bench.fit``; an embedder without means there is used as
it is.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from knowledge.text import language_of
from knowledge.types import Language
from models.protocols import Embedder

Vectors = NDArray[np.float32]

CONTEXT_END = "\x1f"  # between the context and the text of what is embedded; no text holds it: parsers remove control characters
_CONTEXT_WEIGHT = 0.2
_CONTEXTS_KEPT = 4096  # contexts repeat: all clauses of a chapter have the same
_VERSION = "context-apart"


@dataclass(frozen=True, slots=True)
class Centres:
    """Mean vectors (dimension,) by language, "zh" or "en"; empty where an embedder has none."""

    questions: Mapping[str, Vectors] = field(default_factory=dict)
    passages: Mapping[str, Vectors] = field(default_factory=dict)

    def question(self, vector: Vectors, language: Language) -> Vectors:
        """Return a question's vector as it is compared with passages of another language."""
        return _less(vector, self.questions, language)

    def passage(self, vector: Vectors, language: Language) -> Vectors:
        """Return a passage's vector as it is compared with questions in another language."""
        return _less(vector, self.passages, language)


@cache
def centres_of(model_id: str) -> Centres:
    """Return the means of an embedder, known by its name before the @; empty ones for others."""
    data = json.loads(Path(__file__).with_name("centres.json").read_text(encoding="utf-8"))
    if data["embedder"] != model_id.partition("@")[0]:
        return Centres()
    return Centres(
        *({k: np.array(v, np.float32) for k, v in data[of].items()} for of in ("questions", "passages"))
    )


class AcrossLanguages:
    """Texts as they are compared across languages: vectors without their language's mean, rows of length 1.

    Over 86 sentences on passages in the other language, .31 keeps 95 % of the true ones and drops seven of eight that
    the passage does not say; of raw cosines, .80 kept them nearly all (2026-11-26).
    """

    def __init__(self, embedder: Embedder) -> None:
        """Stand before ``embedder``; one without means in centres.json is used as it is."""
        self._embedder = embedder
        self._centres = centres_of(embedder.model_id)

    @property
    def floor(self) -> float:
        """The cosine below which one text does not say what the other says."""
        return 0.31 if self._centres.passages else 0.80

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimension) float32, rows of length 1."""
        made = self._embedder.embed_passages(texts)
        rows = [self._centres.passage(v, language_of(text)) for v, text in zip(made, texts, strict=True)]
        vectors = np.array(rows, np.float32).reshape(len(rows), self._embedder.dimension)
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
        return vectors


class IndexEmbedder:
    """An embedder that embeds context apart. Same protocol as the embedder that it stands before."""

    def __init__(self, embedder: Embedder) -> None:
        """Stand before ``embedder``."""
        self._embedder = embedder
        self._contexts: dict[str, Vectors] = {}

    @property
    def model_id(self) -> str:
        """The embedder's id, and how its vectors are treated."""
        return f"{self._embedder.model_id}+{_VERSION}"

    @property
    def dimension(self) -> int:
        """Length of one vector."""
        return self._embedder.dimension

    @property
    def max_tokens(self) -> int:
        """Longest text in tokens, context included."""
        return self._embedder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in tokens."""
        return self._embedder.count_tokens(texts)

    def embed_passages(self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None) -> Vectors:
        """Return (n, dimension) unit vectors; a text is "context CONTEXT_END text", or a text alone."""
        parts = [text.rpartition(CONTEXT_END) for text in texts]
        contexts = self._of_contexts(dict.fromkeys(context for context, _, _ in parts if context))
        vectors = self._embedder.embed_passages([text for _, _, text in parts], on_batch)
        mixed = [
            _unit(vector + _CONTEXT_WEIGHT * contexts[context]) if context else vector
            for vector, (context, _, _) in zip(vectors, parts, strict=True)
        ]
        return np.stack(mixed) if mixed else vectors

    def embed_question(self, text: str) -> Vectors:
        """Return the unit vector (dimension,) of a question."""
        return self._embedder.embed_question(text)

    def _of_contexts(self, contexts: Mapping[str, None]) -> dict[str, Vectors]:
        known = self._contexts  # replaced and never changed: other threads read it
        new = [context for context in contexts if context not in known]
        if len(known) + len(new) > _CONTEXTS_KEPT:
            known, new = {}, list(contexts)
        if new:
            vectors = self._embedder.embed_passages(new)
            known = self._contexts = known | dict(zip(new, vectors, strict=True))
        return known


def _less(vector: Vectors, means: Mapping[str, Vectors], language: Language) -> Vectors:
    mean = means.get(language[:2])
    return vector if mean is None else _unit(vector - mean)


def _unit(vector: Vectors) -> Vectors:
    length = float(np.linalg.norm(vector))
    return np.asarray(vector / length if length > 0 else vector, np.float32)
