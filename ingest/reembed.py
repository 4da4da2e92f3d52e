"""Another embedder for what is kept: a new index grows beside the one in force, then takes its place in one step.

Until that step everything is answered and taken in with the old embedder. Vectors are kept batch by batch under the new
one's id, so a run that was killed or cancelled goes on where it stopped, and the old index never knows of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from ingest.embedding import embed_lacking
from ingest.splitting import text_for_embedding
from knowledge.embedders import Embedders
from knowledge.events import append_event
from knowledge.identity import EmbedderInfo
from knowledge.recovery import Move
from knowledge.store import Store
from knowledge.tables import PassageRow, VectorRow, VersionRow

OnProgress = Callable[[int, int], None]  # (texts done, texts in all)

_FEW = 64  # texts that are left for the moment of the change-over, in which nothing is published


@dataclass(frozen=True, slots=True)
class ReembedReport:
    """What was done: texts embedded now, vectors in the new index. ``unchanged``: that embedder was in force already."""

    state: Literal["changed", "unchanged", "cancelled"]
    model_id: str
    embedded: int
    vectors: int

    def as_json(self) -> dict[str, object]:
        """Return what the command prints."""
        return {
            "state": self.state,
            "model": self.model_id,
            "embedded": self.embedded,
            "vectors": self.vectors,
        }


def reembed(
    store: Store,
    embedders: Embedders,
    model: EmbedderInfo,
    *,
    by: str = "operator",
    progress: OnProgress | None = None,
    cancel: threading.Event | None = None,
) -> ReembedReport:
    """Embed every kept passage with ``model``, one of ``embedders``, and let an index of it take over.

    Raises:
        IndexMismatch: the embedder is not at hand.
        IndexBroken: the new index does not hold what was written; the old one stays.
    """
    before = store.indexed_model()
    if before == model:
        return ReembedReport("unchanged", model.model_id, 0, store.vectors.count())
    work = _Work(store, embedders, model, progress or _silent, cancel or threading.Event())
    store.publisher.kept_beside(model)
    if not work.embed_all():
        return work.cancelled()

    def also(session: Session) -> None:
        told = {"by": by, "from": before.model_id if before else None, "model": model.model_id}
        append_event(session, "index.reembedded", {**told, "embedded": work.embedded})

    vectors = store.publisher.change_model(model, Move(work.complete, also, cancel=work.cancel))
    if vectors is None:
        return work.cancelled()
    store.load()
    store.publisher.collect_garbage()
    return ReembedReport("changed", model.model_id, work.embedded, vectors)


class _Work:
    """One run: what is embedded of it, and how far it is."""

    def __init__(
        self,
        store: Store,
        embedders: Embedders,
        model: EmbedderInfo,
        progress: OnProgress,
        cancel: threading.Event,
    ) -> None:
        self._store, self._embedders, self._model, self._tell = store, embedders, model, progress
        self._total = 0
        self._done = 0
        self.cancel = cancel
        self.embedded = 0

    def embed_all(self) -> bool:
        """Embed until next to nothing is lacking, also of what comes in meanwhile; False when cancelled."""
        while True:
            texts = texts_without(self._store, self._model)
            self._total = self._store.publisher.texts()
            self._done = self._total - len(texts)
            self._count(0)
            if not self._embed(texts):
                return False
            if len(texts) <= _FEW:
                return True

    def complete(self) -> None:
        """Embed the rest, whatever it takes: nothing is published meanwhile."""
        embed_lacking(
            self._store.publisher,
            self._embedders,
            texts_without(self._store, self._model),
            self._count,
            model=self._model,
        )

    def cancelled(self) -> ReembedReport:
        """Return that nothing has changed."""
        return ReembedReport("cancelled", self._model.model_id, self.embedded, 0)

    def _embed(self, texts: dict[bytes, str]) -> bool:
        publisher = self._store.publisher
        return embed_lacking(publisher, self._embedders, texts, self._count, self.cancel, self._model)

    def _count(self, count: int) -> None:
        self.embedded += count
        self._done += count
        self._tell(min(self._done, self._total), self._total)


def texts_without(store: Store, model: EmbedderInfo) -> dict[bytes, str]:
    """Return what is embedded of the kept passages, of earlier versions too, that ``model`` has not embedded, by key."""
    columns = (
        PassageRow.embed_key,
        PassageRow.heading,
        PassageRow.clause,
        PassageRow.text,
        VersionRow.title,
    )
    there = exists().where(VectorRow.embed_key == PassageRow.embed_key, VectorRow.model_id == model.model_id)
    statement = (
        select(*columns)
        .join(
            VersionRow,
            (VersionRow.document_id == PassageRow.document_id) & (VersionRow.number == PassageRow.version),
        )
        .where(~there)
    )
    with store.database.read() as connection:
        return {
            row.embed_key: text_for_embedding(row.title, row.heading, row.clause, row.text)
            for row in connection.execute(statement)
        }


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""
