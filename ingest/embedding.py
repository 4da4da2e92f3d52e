"""Texts to kept vectors, with the embedder of the index in force at that moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from knowledge.embedders import Embedders
from knowledge.identity import EmbedderInfo
from knowledge.publishing import Publisher
from models.protocols import Embedder

KEPT_TEXTS = 256  # embedded and kept at a time: what a killed run repeats


def embedder_of(embedders: Embedder | Embedders, model: EmbedderInfo) -> Embedder:
    """Return the embedder of ``model``; a single one is taken to be it.

    Raises:
        IndexMismatch: it is not at hand.
    """
    return embedders.of(model.model_id).index if isinstance(embedders, Embedders) else embedders


def embed_lacking(
    publisher: Publisher,
    embedders: Embedder | Embedders,
    texts: Mapping[bytes, str],
    on_batch: Callable[[int], None] | None = None,
    cancel: threading.Event | None = None,
    model: EmbedderInfo | None = None,
) -> bool:
    """Embed and keep those of ``texts`` that have no vector yet, the short ones first; False when cancelled on the way.

    The vectors are those of the index in force, or of ``model``. Another index may take over meanwhile: who holds the
    publisher's ``turn`` and calls this once more has what it needs.
    """
    model = model or publisher.model
    embedder = embedder_of(embedders, model)
    lacking = sorted(publisher.without_vectors(list(texts), model), key=lambda key: len(texts[key]))
    for start in range(0, len(lacking), KEPT_TEXTS):
        if cancel is not None and cancel.is_set():
            return False
        keys = lacking[start : start + KEPT_TEXTS]
        vectors = embedder.embed_passages([texts[key] for key in keys], on_batch)
        publisher.keep_vectors(keys, vectors, model)
    return True
