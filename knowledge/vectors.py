"""Nearest passages by meaning, in Chroma; the only module that knows Chroma.

There is one collection for each (model, audience): a search touches only collections that its reader
may see. One folder holds them all, and a rebuild writes a new folder and swaps: Chroma 1.5.9 neither
shrinks a graph file when vectors are deleted nor removes the folder of a deleted collection (measured
2026-11-21: 30 rounds of 1,000 changed among 2,000 vectors grow from 8 to 59 MB).

What a killed process left is noticed by a mark in SQL: ``dirty`` from before the first write until the
content was compared with SQL, ``checking`` while such a folder is being opened, so that a folder that
takes the process down with it is opened once at most.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete
from sqlalchemy.orm import Session

from knowledge.database import Database, bump_generation, get_meta, set_meta
from knowledge.errors import IndexBroken, IndexMismatch
from knowledge.identity import EmbedderInfo, record_model
from knowledge.settings import KnowledgeSettings
from knowledge.tables import MetaRow
from knowledge.types import PassageId

FOLDER = "vectors"
_ACTIVE = "vectors_folder"
_STATE = "vectors_state"  # clean | dirty | checking
_DELETED = "vectors_deleted"
_PAGE = 5000
_PATIENCE_S = 30.0  # for searches in an index that was replaced; they take a fraction of a second

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class VectorBatch:
    """Vectors of passages of one audience: ``vectors`` is (len(ids), dimension)."""

    audience: str
    ids: Sequence[PassageId]
    vectors: Matrix


@dataclass(slots=True)
class Held:
    """The index as it was when somebody took hold of it: whose vectors, and where they are, until it is let go."""

    model: EmbedderInfo
    client: Any
    collections: dict[str, Any]
    holders: int = 0
    asking: threading.Lock = field(default_factory=threading.Lock)

    def search(
        self, vector: Matrix, audiences: frozenset[str] | None, limit: int
    ) -> list[tuple[PassageId, float]]:
        """Return (passage, cosine), nearest first, from the collections of ``audiences`` alone.

        Raises:
            IndexMismatch: the vector is of another length than the index's.
        """
        if vector.shape != (self.model.dimension,):
            raise IndexMismatch(
                f"a vector of shape {vector.shape} cannot be compared with those of {self.model.model_id}"
                f" ({self.model.dimension} dimensions)"
            )
        found: list[tuple[PassageId, float]] = []
        with self.asking:
            for audience, collection in self.collections.items():
                if audiences is None or audience in audiences:
                    answer = collection.query(
                        query_embeddings=[vector], n_results=limit, include=["distances"]
                    )
                    found.extend(
                        (PassageId(i), 1.0 - float(d))
                        for i, d in zip(answer["ids"][0], answer["distances"][0], strict=True)
                    )
        found.sort(key=lambda pair: (-pair[1], pair[0]))
        return found[:limit]


class VectorIndex:
    """The vectors of one model. Cheap to make; ``load()`` opens Chroma."""

    def __init__(
        self, home: Path, database: Database, model: EmbedderInfo, settings: KnowledgeSettings | None = None
    ) -> None:
        self._model = model
        self._home = home / FOLDER
        self._database = database
        self._settings = settings or KnowledgeSettings()
        self._swap = threading.Condition(threading.RLock())
        self._held: Held | None = None
        self._folder = ""
        self._building: set[str] = set()  # folders that are being filled beside the one in use

    @property
    def model(self) -> EmbedderInfo:
        """Whose vectors the index holds, or is to hold."""
        held = self._held
        return self._model if held is None else held.model

    @property
    def _collections(self) -> dict[str, Any]:
        held = self._held
        return {} if held is None else held.collections

    # -- opening and closing -----------------------------------------------------------------

    def load(self) -> bool:
        """Open the index; return whether its content can be trusted without comparing it with SQL.

        Raises:
            IndexBroken: it cannot be opened, or a process died when it tried; ``rebuild`` mends it.
        """
        with self._swap:
            if self._held is not None:
                return True
            with self._database.read() as connection:
                state, active = get_meta(connection, _STATE), get_meta(connection, _ACTIVE)
            if state == "checking":
                raise IndexBroken("the last process that opened the vector index did not survive it")
            if state == "dirty":
                self._mark("checking")
            self._discard_all_but(active)
            try:
                self._open(self._home / (active or _folder_name(1)))
            except Exception as error:
                raise IndexBroken(f"the vector index cannot be opened: {error}") from error
            if active is None:
                with self._database.write() as session:
                    set_meta(session, _ACTIVE, _folder_name(1))
                    set_meta(session, _STATE, "clean")
            return state in (None, "clean")

    def close(self) -> None:
        """Close Chroma, once nobody holds it; the index can be loaded again."""
        with self._swap:
            held, self._held = self._held, None
        if held is not None:
            self._model = held.model
            self._let_go(held)

    # -- reading -----------------------------------------------------------------------------

    @contextmanager
    def hold(self) -> Iterator[Held]:
        """Give the index as it is now, which stays as it is until the block ends, whatever takes its place meanwhile.

        Who searches asks it whose vectors it holds, and embeds the question with that embedder.
        """
        with self._swap:
            self.load()
            held = self._held
            assert held is not None  # noqa: S101 - load() sets it or raises
            held.holders += 1
        try:
            yield held
        finally:
            with self._swap:
                held.holders -= 1
                self._swap.notify_all()

    def search(
        self, vector: Matrix, audiences: frozenset[str] | None, limit: int
    ) -> list[tuple[PassageId, float]]:
        """Return (passage, cosine), nearest first, from the collections of ``audiences`` alone."""
        with self.hold() as held:
            return held.search(vector, audiences, limit)

    def ids(self) -> dict[str, set[PassageId]]:
        """Return all passages in the index, by audience."""
        result: dict[str, set[PassageId]] = {}
        for audience, collection in self._collections.items():
            ids: set[PassageId] = set()
            while page := collection.get(include=[], limit=_PAGE, offset=len(ids))["ids"]:
                ids.update(map(PassageId, page))
            result[audience] = ids
        return result

    def present(self, audience: str, ids: Sequence[PassageId]) -> set[PassageId]:
        """Return those of ``ids`` that the collection of ``audience`` holds."""
        collection = self._collections.get(audience)
        if collection is None:
            return set()
        found: set[PassageId] = set()
        for start in range(0, len(ids), _PAGE):
            found.update(
                map(PassageId, collection.get(ids=list(ids[start : start + _PAGE]), include=[])["ids"])
            )
        return found

    def stored(self, audience: str, ids: Sequence[PassageId]) -> dict[PassageId, Matrix]:
        """Return the vectors that the index holds of these passages."""
        collection = self._collections.get(audience)
        if collection is None:
            return {}
        found = collection.get(ids=list(ids), include=["embeddings"])
        return {
            PassageId(i): np.asarray(vector, np.float32)
            for i, vector in zip(found["ids"], found["embeddings"], strict=True)
        }

    def count(self) -> int:
        """Return the number of vectors in all collections."""
        return sum(collection.count() for collection in self._collections.values())

    # -- writing -----------------------------------------------------------------------------

    def begin(self) -> None:
        """Announce writes: until ``settle``, a new process compares the index with SQL before use."""
        self._mark("dirty")

    def settle(self) -> None:
        """Declare that the index agrees with SQL again."""
        self._mark("clean")

    def write(self, batches: Iterable[VectorBatch]) -> None:
        """Add vectors, or replace those of the same passages."""
        for batch in batches:
            collection = self._collection(batch.audience)
            for start in range(0, len(batch.ids), self._settings.vector_batch):
                end = start + self._settings.vector_batch
                collection.upsert(ids=list(batch.ids[start:end]), embeddings=batch.vectors[start:end])

    def delete(self, ids: Mapping[str, Sequence[PassageId]]) -> None:
        """Delete passages, given by audience; unknown ones are passed over."""
        deleted = 0
        for audience, wanted in ids.items():
            found = sorted(self.present(audience, wanted))
            for start in range(0, len(found), self._settings.vector_batch):
                self._collections[audience].delete(ids=found[start : start + self._settings.vector_batch])
            deleted += len(found)
        if deleted:
            with self._database.write() as session:
                set_meta(session, _DELETED, str(int(get_meta(session, _DELETED) or 0) + deleted))

    def is_bloated(self) -> bool:
        """Return whether deleted vectors outnumber the living, so that a rebuild would pay."""
        with self._database.read() as connection:
            deleted = int(get_meta(connection, _DELETED) or 0)
        return deleted >= max(self._settings.compact_after, self.count())

    def rebuild(self, batches: Iterable[VectorBatch]) -> int:
        """Write all ``batches`` to a new folder, swap it in and delete the old one; return how many.

        Searches go on in the old folder until the swap.
        """
        with self.beside(self.model) as fresh:
            fresh.write(batches)
            count = fresh.count()
            self.take_over(fresh)
        return count

    @contextmanager
    def beside(self, model: EmbedderInfo) -> Iterator[VectorIndex]:
        """Give a new and empty index of ``model`` in a folder of its own; unless taken over, it goes at the end."""
        with self._swap:
            name = self._next_name()
            self._building.add(name)
        fresh = VectorIndex(self._home.parent, self._database, model, self._settings)
        folder = self._home / name
        try:
            shutil.rmtree(folder, ignore_errors=True)
            fresh._open(folder)
            yield fresh
        finally:
            self._building.discard(name)
            if fresh._held is not None:  # not taken over
                fresh.close()
                shutil.rmtree(folder, ignore_errors=True)

    def take_over(self, fresh: VectorIndex, also: Callable[[Session], None] | None = None) -> None:
        """Put an index made by ``beside`` in this one's place; ``also`` joins the transaction that says so.

        Searches that hold the old one end in it; then its folder goes.
        """
        taken = fresh._held
        assert taken is not None  # noqa: S101 - beside() opened it
        name = fresh._folder
        with self._swap:
            with self._database.write() as session:
                set_meta(session, _ACTIVE, name)
                set_meta(session, _STATE, "clean")
                set_meta(session, _DELETED, "0")
                if taken.model != self.model:
                    record_model(session, taken.model)
                bump_generation(session)
                if also is not None:
                    also(session)
            old, self._held, self._folder, fresh._held = self._held, taken, name, None
        if old is not None:
            self._let_go(old)
        self._discard_all_but(name)

    # -- inside ------------------------------------------------------------------------------

    def _open(self, folder: Path) -> None:
        import chromadb  # 0.6 s, so only where vectors are needed
        from chromadb.config import Settings

        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        client = chromadb.PersistentClient(
            str(folder), settings=Settings(anonymized_telemetry=False, allow_reset=False)
        )
        collections = {
            collection.metadata["audience"]: collection
            for collection in client.list_collections()
            if (collection.metadata or {}).get("model") == self.model.model_id
        }
        self._folder = folder.name
        self._held = Held(self.model, client, collections)

    def _let_go(self, held: Held) -> None:
        """Close Chroma as soon as the last search in it has ended."""
        with self._swap:
            if self._swap.wait_for(lambda: held.holders == 0, _PATIENCE_S):
                held.client.close()

    def _collection(self, audience: str) -> Any:
        held = self._held
        assert held is not None  # noqa: S101 - who writes has opened it
        collection = held.collections.get(audience)
        if collection is None:
            collection = held.client.get_or_create_collection(
                _collection_name(self.model.model_id, audience),
                metadata={"model": self.model.model_id, "audience": audience},
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "ef_search": self._settings.vector_effort}},
            )
            held.collections = {**held.collections, audience: collection}  # searches read the old one
        return collection

    def _next_name(self) -> str:
        """Return the name of a folder that is neither in use nor being filled."""
        with self._database.read() as connection:
            names = {get_meta(connection, _ACTIVE) or "0", *self._building}
        return _folder_name(max(map(int, names)) + 1)

    def _discard_all_but(self, name: str | None) -> None:
        if self._home.is_dir():
            for folder in self._home.iterdir():
                if folder.name != name and folder.name not in self._building:
                    shutil.rmtree(folder, ignore_errors=True)

    def _mark(self, state: str) -> None:
        with self._database.write() as session:
            if get_meta(session, _STATE) != state:
                set_meta(session, _STATE, state)


def distrust(session: Session) -> None:
    """Let the next opening write the index anew: its folder is not that of this database."""
    session.execute(delete(MetaRow).where(MetaRow.key == _ACTIVE))
    set_meta(session, _STATE, "dirty")


def _folder_name(number: int) -> str:
    return f"{number:06d}"


def _collection_name(model_id: str, audience: str) -> str:
    """Return a name that Chroma takes (ASCII, 3 to 512 characters), whatever the audience's name is."""
    digest = hashlib.blake2b(f"{model_id}\n{audience}".encode(), digest_size=16).hexdigest()
    return f"passages-{digest}"
