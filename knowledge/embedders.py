"""Which embedder goes with which index: chosen by the id that the index records, never by what is in the settings.

A search takes hold of the index as it is and asks here for its embedder, so the two always belong together, also in the
moment in which another index takes the place of the one in force.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from knowledge.errors import IndexMismatch
from knowledge.identity import EmbedderInfo
from knowledge.meaning import IndexEmbedder, centres_of
from models.protocols import Embedder

_SENTENCES_KEPT = 4096  # vectors, 6 MB


class Meaning:
    """One embedder with what goes with it: the form in which the index uses it, its languages' means, its memory."""

    def __init__(self, embedder: Embedder) -> None:
        """Stand before a loaded embedder."""
        self.embedder = embedder
        self.index = IndexEmbedder(embedder)
        self.centres = centres_of(embedder.model_id)
        self._sentences: dict[str, NDArray[np.float32]] = {}

    def info(self, name: str = "") -> EmbedderInfo:
        """Return how an index records it; ``name`` is what the settings call it."""
        return EmbedderInfo(self.index.model_id, self.index.dimension, name)

    def of_sentences(self, texts: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of sentences, which are remembered."""
        vectors = self._sentences  # replaced and never changed: other threads read it
        wanted = list(dict.fromkeys(texts))
        new = [text for text in wanted if text not in vectors]
        if len(vectors) + len(new) > _SENTENCES_KEPT:
            vectors, new = {}, wanted
        if new:
            made = self.index.embed_passages(new)
            vectors = self._sentences = vectors | dict(zip(new, made, strict=True))
        return {text: vectors[text] for text in wanted}


class Meanings(Protocol):
    """Where a search finds the embedder of an index."""

    def of(self, model_id: str) -> Meaning:
        """Return the embedder that the index records as ``model_id``.

        Raises:
            IndexMismatch: it is not at hand.
        """


class Embedders:
    """The embedders that are loaded."""

    def __init__(self) -> None:
        """Begin with none."""
        self._known: dict[str, Meaning] = {}
        self._adding = threading.Lock()

    def add(self, embedder: Embedder) -> Meaning:
        """Take in a loaded embedder; one of the same id that is there already stays."""
        made = Meaning(embedder)
        with self._adding:
            self._known = {made.index.model_id: made} | self._known
            return self._known[made.index.model_id]

    def of(self, model_id: str) -> Meaning:
        """Return the embedder that an index records as ``model_id``.

        Raises:
            IndexMismatch: it is not at hand.
        """
        found = self._known.get(model_id)
        if found is None:
            raise IndexMismatch(f"the index holds vectors of {model_id}, and that embedder is not at hand")
        return found

    def forget_all_but(self, model_id: str) -> None:
        """Let the others go; searches that use one still keep it until they end."""
        with self._adding:
            self._known = {known: meaning for known, meaning in self._known.items() if known == model_id}


class OneEmbedder:
    """The only embedder; whoever made it vouches that the index is of it."""

    def __init__(self, embedder: Embedder) -> None:
        """Stand before a loaded embedder."""
        self._meaning = Meaning(embedder)

    def of(self, _model_id: str) -> Meaning:
        """Return it."""
        return self._meaning
