"""Nearest passages by meaning: the index over Chroma, and what makes it safe to kill at any moment.

There is one collection for each (model, audience): a search touches only collections that its reader
may see. A rebuild writes a new index beside the one in use and swaps by SQL: Chroma 1.5.9 neither
shrinks a graph file when vectors are deleted nor removes the folder of a deleted collection (measured
2026-11-21: 30 rounds of 1,000 changed among 2,000 vectors grow from 8 to 59 MB).

What a killed process left is noticed by a mark in SQL: ``dirty`` from before the first write until the
content was compared with SQL, ``checking`` while such a folder is being opened, so that a folder that
takes the process down with it is opened once at most.

On a Chroma server several processes have the index: what one of them swaps or adds, the others learn from SQL before
they search, writes happen in ``turn``, and the index that was replaced last is left for those who are searching in it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray
from sqlalchemy import delete
from sqlalchemy.orm import Session

from knowledge.chroma import Collection, FolderPlace, Opened, Place, ServerPlace
from knowledge.database import Database, bump_generation, get_meta, set_meta
from knowledge.errors import IndexBroken, IndexMismatch, VectorsUnreachable
from knowledge.identity import EmbedderInfo, record_model, recorded_model
from knowledge.lock import Turn
from knowledge.settings import KnowledgeSettings
from knowledge.tables import MetaRow
from knowledge.types import PassageId

FOLDER = "vectors"
_ACTIVE = "vectors_folder"
_STATE = "vectors_state"  # clean | dirty | checking
_DELETED = "vectors_deleted"
_BEFORE = "vectors_before"  # on a server: what was replaced last, and may still be searched
_NAMED = "vectors_named"  # on a server: the last number that was given to an index
_PLACE = "vectors_place"  # where they were written; elsewhere there are none, or old ones
_HOME = "vectors_home"  # this home's name on a Chroma server
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
    name: str
    opened: Opened
    collections: dict[str, Collection]
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
                    found.extend((PassageId(i), cosine) for i, cosine in collection.search(vector, limit))
        found.sort(key=lambda pair: (-pair[1], pair[0]))
        return found[:limit]


class VectorIndex:
    """The vectors of one model. Cheap to make; ``load()`` opens Chroma."""

    def __init__(
        self, home: Path, database: Database, model: EmbedderInfo, settings: KnowledgeSettings | None = None
    ) -> None:
        self._model = model
        self.turn = Turn(home / f"{FOLDER}.lock" if database.shared else None)
        self._home = home / FOLDER
        self._database = database
        self._settings = settings or KnowledgeSettings()
        self._swap = threading.Condition(threading.RLock())
        self._held: Held | None = None
        self._place: Place | None = None
        self._seen = -1  # the generation at which a shared index was looked at
        self._is_beside = False  # being filled: not the one that SQL names
        self._building: set[str] = set()  # indexes that are being filled beside the one in use

    @property
    def model(self) -> EmbedderInfo:
        """Whose vectors the index holds, or is to hold."""
        held = self._held
        if held is None:
            return self._model
        return self._current().model if self._database.shared else held.model

    # -- opening and closing -----------------------------------------------------------------

    def load(self) -> bool:
        """Open the index; return whether its content can be trusted without comparing it with SQL.

        Raises:
            IndexBroken: it cannot be opened, or a process died when it tried; ``rebuild`` mends it.
            VectorsUnreachable: the Chroma server does not answer.
        """
        with self._swap:
            if self._held is not None:
                return True
            with self._database.read() as connection:
                state, active, written = (get_meta(connection, key) for key in (_STATE, _ACTIVE, _PLACE))
            place = self._there()
            elsewhere = active is not None and (written or FolderPlace.label) != place.label
            if not place.shared:
                if state == "checking" and not elsewhere:
                    raise IndexBroken("the last process that opened the vector index did not survive it")
                if state == "dirty":
                    self._mark("checking")
            self._open(active or _index_name(1))
            self._discard_all_but(active or _index_name(1))
            trusted = state in (None, "clean") and not elsewhere
            if active is None or elsewhere:
                with self._database.write() as session:
                    set_meta(session, _ACTIVE, active or _index_name(1))
                    set_meta(session, _PLACE, place.label)
                    set_meta(session, _STATE, "clean" if trusted else "dirty")
            return trusted

    def close(self) -> None:
        """Close Chroma, once nobody holds it; the index can be loaded again."""
        with self._swap:
            held, self._held = self._held, None
            place, self._place, self._seen = self._place, None, -1
        if held is not None:
            self._model = held.model
            self._let_go(held)
        if place is not None and not self._is_beside:
            place.close()

    def left_dirty(self) -> bool:
        """Tell whether a process died while it wrote; this is the truth only while ``turn`` is held."""
        with self._database.read() as connection:
            return get_meta(connection, _STATE) == "dirty"

    # -- reading -----------------------------------------------------------------------------

    @contextmanager
    def hold(self) -> Iterator[Held]:
        """Give the index as it is now, which stays as it is until the block ends, whatever takes its place meanwhile.

        Who searches asks it whose vectors it holds, and embeds the question with that embedder.
        """
        with self._swap:
            held = self._current()
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
        with self.hold() as held:
            return {audience: set(map(PassageId, one.ids())) for audience, one in held.collections.items()}

    def present(self, audience: str, ids: Sequence[PassageId]) -> set[PassageId]:
        """Return those of ``ids`` that the collection of ``audience`` holds."""
        with self.hold() as held:
            collection = held.collections.get(audience)
            return set() if collection is None else set(map(PassageId, collection.present(ids)))

    def stored(self, audience: str, ids: Sequence[PassageId]) -> dict[PassageId, Matrix]:
        """Return the vectors that the index holds of these passages."""
        with self.hold() as held:
            collection = held.collections.get(audience)
            found = {} if collection is None else collection.vectors(ids)
        return {PassageId(i): vector for i, vector in found.items()}

    def count(self) -> int:
        """Return the number of vectors in all collections."""
        with self.hold() as held:
            return sum(one.count() for one in held.collections.values())

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
            self._collection(batch.audience).upsert(batch.ids, batch.vectors)

    def delete(self, ids: Mapping[str, Sequence[PassageId]]) -> None:
        """Delete passages, given by audience; unknown ones are passed over."""
        deleted = 0
        for audience, wanted in ids.items():
            found = sorted(self.present(audience, wanted))
            if found:
                self._collection(audience).delete(found)
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
        """Give a new and empty index of ``model`` beside the one in use; unless taken over, it goes at the end."""
        with self._swap:
            place = self._there()
            name = self._next_name(place)
            self._building.add(name)
        fresh = VectorIndex(self._home.parent, self._database, model, self._settings)
        fresh._is_beside, fresh._place = True, place
        with self._claimed(name) if place.shared else nullcontext():
            try:
                place.discard(name)
                fresh._open(name)
                yield fresh
            finally:
                self._building.discard(name)
                if fresh._held is not None:  # not taken over
                    fresh.close()
                    place.discard(name)

    def take_over(self, fresh: VectorIndex, also: Callable[[Session], None] | None = None) -> None:
        """Put an index made by ``beside`` in this one's place; ``also`` joins the transaction that says so.

        Searches that hold the old one end in it; then its folder goes. On a server it goes when the next one is taken over.
        """
        taken, place = fresh._held, fresh._place
        assert taken is not None  # noqa: S101 - beside() opened it
        assert place is not None  # noqa: S101
        with self._swap:
            with self._database.write() as session:
                before = get_meta(session, _ACTIVE)
                set_meta(session, _ACTIVE, taken.name)
                set_meta(session, _PLACE, place.label)
                set_meta(session, _BEFORE, before or "")
                set_meta(session, _STATE, "clean")
                set_meta(session, _DELETED, "0")
                if taken.model != self.model:
                    record_model(session, taken.model)
                bump_generation(session)
                if also is not None:
                    also(session)
            old, self._held, fresh._held = self._held, taken, None
            self._place, self._seen = place, -1
        if old is not None:
            self._let_go(old)
        self._discard_all_but(taken.name)

    # -- inside ------------------------------------------------------------------------------

    def _there(self) -> Place:
        """Return the place of the settings."""
        if self._place is None:
            effort, batch = self._settings.vector_effort, self._settings.vector_batch
            url = self._settings.chroma_url
            if url is None:
                self._place = FolderPlace(self._home, effort, batch)
            else:
                self._place = ServerPlace(str(url), self._name_of_home(), effort, batch)
        return self._place

    def _name_of_home(self) -> str:
        with self._database.write() as session:
            name = get_meta(session, _HOME)
            if name is None:
                name = uuid4().hex[:12]
                set_meta(session, _HOME, name)
        return name

    def _open(self, name: str) -> None:
        generation = self._database.generation
        try:
            opened = self._there().open(name)
            self._held = Held(self.model, name, opened, opened.collections(self.model))
        except VectorsUnreachable:
            raise
        except Exception as error:
            raise IndexBroken(f"the vector index cannot be opened: {error}") from error
        self._seen = generation

    def _current(self) -> Held:
        """Return the index as it is now: where several processes have it, another may have swapped it or added to it."""
        with self._swap:
            self.load()
            held, place = self._held, self._there()
            assert held is not None  # noqa: S101 - load() sets it or raises
            if not place.shared or self._is_beside:
                return held
            generation = self._database.generation
            if generation == self._seen:
                return held
            with self._database.read() as connection:
                active = get_meta(connection, _ACTIVE) or held.name
                model = recorded_model(connection) or held.model
            if (active, model) != (held.name, held.model):
                held = self._held = Held(model, active, place.open(active), {})
            held.collections = held.opened.collections(model)
            self._seen = generation
            return held

    def _let_go(self, held: Held) -> None:
        """Close Chroma as soon as the last search in it has ended."""
        with self._swap:
            if self._swap.wait_for(lambda: held.holders == 0, _PATIENCE_S):
                held.opened.close()

    def _collection(self, audience: str) -> Collection:
        with self._swap:
            held = self._current()
            collection = held.collections.get(audience)
            if collection is None:
                collection = held.opened.create(held.model, audience)
                held.collections = {**held.collections, audience: collection}  # searches read the old one
            return collection

    def _next_name(self, place: Place) -> str:
        """Return the name of an index that is neither in use nor being filled, by no process."""
        if not place.shared:
            with self._database.read() as connection:
                names = {get_meta(connection, _ACTIVE) or "0", *self._building}
            return _index_name(max(map(int, names)) + 1)
        with self._database.write() as session:
            number = max(int(get_meta(session, key) or 0) for key in (_ACTIVE, _NAMED)) + 1
            set_meta(session, _NAMED, str(number))
        return _index_name(number)

    def _discard_all_but(self, name: str) -> None:
        """Delete every other index, but what is being filled, and on a server what was replaced last."""
        place = self._there()
        with self._database.read() as connection:
            before = get_meta(connection, _BEFORE) if place.shared else None
        for other in place.indexes() - {name, before, *self._building}:
            if not place.shared:
                place.discard(other)
                continue
            try:
                with self._claimed(other):
                    place.discard(other)
            except Timeout:
                continue  # another process is filling it

    @contextmanager
    def _claimed(self, name: str) -> Iterator[None]:
        """Hold an index beside the one in use, so that other processes leave it alone; a killed process lets go."""
        file = self._home.parent / f"{FOLDER}-{name}.lock"
        with FileLock(file, timeout=0, thread_local=False):
            try:
                yield
            finally:
                file.unlink(missing_ok=True)

    def _mark(self, state: str) -> None:
        with self._database.write() as session:
            if get_meta(session, _STATE) != state:
                set_meta(session, _STATE, state)


def distrust(session: Session) -> None:
    """Let the next opening write the index anew: what lies there is not this database's."""
    session.execute(delete(MetaRow).where(MetaRow.key.in_((_ACTIVE, _BEFORE, _NAMED, _PLACE, _HOME))))
    set_meta(session, _STATE, "dirty")


def _index_name(number: int) -> str:
    return f"{number:06d}"
