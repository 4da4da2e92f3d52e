"""What a search needs of a store: today's state, or one that is only tried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    import numpy as np
    from numpy.typing import NDArray

    from knowledge.fulltext import FullText
    from knowledge.glossary import Glossary
    from knowledge.identity import EmbedderInfo
    from knowledge.names import NameIndex
    from knowledge.repository import Repository
    from knowledge.types import PassageId, Reader


class HeldIndex(Protocol):
    """Passages by meaning, as they were when somebody took hold of them."""

    @property
    def model(self) -> EmbedderInfo:
        """Whose vectors they are."""

    def search(
        self, vector: NDArray[np.float32], audiences: frozenset[str] | None, limit: int
    ) -> list[tuple[PassageId, float]]:
        """Return (passage, cosine), nearest first, of these audiences alone."""


class Nearest(Protocol):
    """An index of passages by meaning."""

    @property
    def model(self) -> EmbedderInfo:
        """Whose vectors it holds now."""

    def hold(self) -> AbstractContextManager[HeldIndex]:
        """Give the index as it is now."""


class Searchable(Protocol):
    """A state of what is kept; ``Store`` is the one in force."""

    @property
    def fulltext(self) -> FullText:
        """Passages by their words."""

    @property
    def vectors(self) -> Nearest:
        """Passages by their meaning."""

    @property
    def repository(self) -> Repository:
        """Passages themselves, through the gate."""

    @property
    def glossary(self) -> Glossary:
        """The words of the house."""

    @property
    def generation(self) -> int:
        """The number that grows with each visible change."""

    def names(self, reader: Reader) -> NameIndex:
        """Return what the documents that ``reader`` may see are called."""

    def average_length(self) -> float:
        """Return the mean length of a passage in characters."""
