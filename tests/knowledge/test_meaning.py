"""Context apart from text, for several threads."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from knowledge import meaning
from knowledge.meaning import CONTEXT_END, IndexEmbedder, Vectors
from models.fakes import HashEmbedder


def test_a_memory_emptied_for_another_request_takes_nothing_from_this_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A context that was known when the request began is there to its end."""
    monkeypatch.setattr(meaning, "_CONTEXTS_KEPT", 2)
    plain = HashEmbedder()
    plain.load()
    embedder = IndexEmbedder(plain)
    embed = plain.embed_passages

    def disturbed(texts: Sequence[str], on_batch: Callable[[int], None] | None = None) -> Vectors:
        if list(texts) == ["乙"]:  # while the new context is embedded, another request fills the memory
            embedder.embed_passages([f"丙{CONTEXT_END}x", f"丁{CONTEXT_END}y"])
        return embed(texts, on_batch)

    monkeypatch.setattr(plain, "embed_passages", disturbed)
    embedder.embed_passages([f"甲{CONTEXT_END}一"])

    vectors = embedder.embed_passages([f"甲{CONTEXT_END}一", f"乙{CONTEXT_END}二"])

    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
