"""Another embedder for what is kept: every passage is embedded again, then the index changes over at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from ingest.splitting import text_for_embedding
from knowledge.events import append_event
from knowledge.recovery import rebuild_vectors
from knowledge.store import Store
from knowledge.tables import PassageRow, VersionRow
from models.protocols import Embedder

_KEPT_TEXTS = 256


@dataclass(frozen=True, slots=True)
class ReembedReport:
    """What was done: texts embedded now, vectors in the new index."""

    model_id: str
    embedded: int
    vectors: int


def reembed(
    store: Store, embedder: Embedder, on_progress: Callable[[int, int], None] | None = None
) -> ReembedReport:
    """Embed every kept passage with ``embedder``, which the store was opened with, and index its vectors.

    Until the change-over the old index answers. What is embedded is kept batch by batch: a run that was
    killed goes on where it stopped. ``on_progress`` gets (texts done, texts in all).
    """
    texts = _texts(store)
    lacking = sorted(store.publisher.without_vectors(list(texts)), key=lambda key: len(texts[key]))
    for start in range(0, len(lacking), _KEPT_TEXTS):
        keys = lacking[start : start + _KEPT_TEXTS]
        store.publisher.keep_vectors(keys, embedder.embed_passages([texts[key] for key in keys]))
        if on_progress is not None:
            on_progress(start + len(keys), len(lacking))
    vectors = rebuild_vectors(store.database, store.vectors, store.vectors.model)
    with store.database.write() as session:
        append_event(session, "index.reembedded", {"model": embedder.model_id, "vectors": vectors})
    store.load()
    store.publisher.collect_garbage()
    return ReembedReport(embedder.model_id, len(lacking), vectors)


def _texts(store: Store) -> dict[bytes, str]:
    """Return what is embedded of every kept passage, of earlier versions too, by key."""
    columns = (
        PassageRow.embed_key,
        PassageRow.heading,
        PassageRow.clause,
        PassageRow.text,
        VersionRow.title,
    )
    statement = select(*columns).join(
        VersionRow,
        (VersionRow.document_id == PassageRow.document_id) & (VersionRow.number == PassageRow.version),
    )
    with store.database.read() as connection:
        return {
            row.embed_key: text_for_embedding(row.title, row.heading, row.clause, row.text)
            for row in connection.execute(statement)
        }
