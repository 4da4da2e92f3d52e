"""The roles that weights play here, as the layers above see them.

Both are LangChain types, so any LangChain model can take their place through the adapters in this
package, and they can be used in any LangChain program.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@runtime_checkable
class Embedder(Protocol):
    """Texts to unit vectors. Prefixes and truncation are the adapter's business."""

    @property
    def model_id(self) -> str:
        """Name and digest prefix: two embedders whose vectors must not mix differ here."""

    @property
    def dimension(self) -> int:
        """Length of one vector."""

    @property
    def max_tokens(self) -> int:
        """Longest text, in tokens of this model's tokenizer, prefix and specials included."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return each text's length in tokens, without prefix and specials."""

    def embed_passages(self, texts: Sequence[str], on_batch: Callable[[int], None] | None = None) -> Vectors:
        """Return (n, dimension) float32, rows of length 1; ``on_batch`` gets the rows just done."""

    def embed_question(self, text: str) -> Vectors:
        """Return (dimension,) float32 of length 1."""


@runtime_checkable
class Reranker(Protocol):
    """A model that reads question and passage together."""

    @property
    def model_id(self) -> str:
        """Which model."""

    def score(self, question: str, passages: Sequence[str]) -> Vectors:
        """Return (n,) float32, higher is better; only the order within one call means anything."""
