"""Derived indexes against SQL: what differs, and how it is mended without parsing or embedding.

A killed process may leave the vector index behind or ahead of SQL. Its content is then compared, vector
by vector, and put right; where it cannot be opened at all it is written anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import structlog
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from knowledge import embeddings
from knowledge.access import kept
from knowledge.database import Database, bump_generation
from knowledge.errors import IndexBroken, VectorsUnreachable
from knowledge.fulltext import Entry, FullText
from knowledge.identity import EmbedderInfo
from knowledge.tables import DocumentRow, PassageRow
from knowledge.types import PassageId
from knowledge.vectors import VectorBatch, VectorIndex

Wanted = dict[str, dict[PassageId, bytes]]  # by audience: passages and the keys of their vectors

_PAGE = 2000
_SAME = 0.999  # cosine of a stored vector with itself; half precision alone costs less than 0.0001

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Differences:
    """How the vector index departs from SQL, by audience."""

    missing: Mapping[str, Mapping[PassageId, bytes]] = field(default_factory=dict)
    extra: Mapping[str, frozenset[PassageId]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return any(self.missing.values()) or any(self.extra.values())


@dataclass(frozen=True, slots=True)
class Move:
    """How an index takes another's place.

    ``complete`` makes sure that no passage lacks a vector, ``also`` joins the transaction of the change-over,
    ``tell`` gets (vectors written, vectors in all).
    """

    complete: Callable[[], None] = lambda: None
    also: Callable[[Session], None] | None = None
    tell: Callable[[int, int], None] = lambda _done, _total: None
    cancel: threading.Event = field(default_factory=threading.Event)


def wanted_vectors(connection: Connection | Session) -> Wanted:
    """Return the passages in force with the keys of their vectors, by audience."""
    wanted: Wanted = {}
    columns = (PassageRow.audience, PassageRow.passage_id, PassageRow.embed_key)
    for row in connection.execute(kept(*columns)):
        wanted.setdefault(row.audience, {})[PassageId(row.passage_id)] = row.embed_key
    return wanted


def count_in_force(connection: Connection | Session) -> int:
    """Return the number of passages in force."""
    return int(connection.execute(kept(func.count())).scalar() or 0)


def differences(database: Database, vectors: VectorIndex) -> Differences:
    """Compare the vector index with SQL, each vector included; a changed vector counts as missing."""
    with database.read() as connection:
        wanted = wanted_vectors(connection)
        held = vectors.ids()
        missing: dict[str, dict[PassageId, bytes]] = {}
        for audience, passages in wanted.items():
            there = held.get(audience, set())
            lost = {i: key for i, key in passages.items() if i not in there}
            lost |= _altered(connection, vectors, audience, {i: k for i, k in passages.items() if i in there})
            if lost:
                missing[audience] = lost
    extra = {a: frozenset(ids - wanted.get(a, {}).keys()) for a, ids in held.items()}
    return Differences(missing, {a: ids for a, ids in extra.items() if ids})


def reconcile(database: Database, vectors: VectorIndex) -> Differences:
    """Put the vector index right where it departs from SQL, and return where that was."""
    found = differences(database, vectors)
    if found:
        vectors.begin()
        with database.read() as connection:
            vectors.write(_batches(connection, found.missing, vectors.model))
        vectors.delete({audience: sorted(ids) for audience, ids in found.extra.items()})
        log.info(
            "vector index put right",
            written=sum(map(len, found.missing.values())),
            deleted=sum(map(len, found.extra.values())),
        )
    vectors.settle()
    return found


def rebuild_vectors(database: Database, vectors: VectorIndex) -> int:
    """Write the vector index anew from SQL and return how many vectors it holds.

    Nothing may be published meanwhile; ``move_vectors`` is for when something may.
    """
    with database.read() as connection:
        return vectors.rebuild(_batches(connection, wanted_vectors(connection), vectors.model))


def move_vectors(
    database: Database,
    vectors: VectorIndex,
    model: EmbedderInfo,
    turn: AbstractContextManager[Any],
    how: Move,
) -> int | None:
    """Write an index of ``model`` beside the one in use, and let it take its place; return how many vectors it holds.

    Searches go on in the old one, and so does publishing until ``turn`` is taken, for what came in meanwhile alone. None
    when ``how.cancel`` was set before the change-over: then nothing has changed.

    Raises:
        IndexBroken: passages lack a vector of ``model``, or the new index lost some.
    """
    written: Wanted = {}
    with vectors.beside(model) as fresh:
        with database.read() as connection:
            wanted = wanted_vectors(connection)
            fresh.write(_there(connection, wanted, model, written, how))
        if how.cancel.is_set():
            return None
        with turn:
            how.complete()
            with database.read() as connection:
                wanted = wanted_vectors(connection)
                fresh.write(_batches(connection, _beyond(wanted, written), model))
            fresh.delete(_ids(_beyond(written, wanted, same_key=False)))
            count = fresh.count()
            if count != sum(map(len, wanted.values())):
                raise IndexBroken(
                    "the new vector index lost vectors that were just written; the old one stays"
                )
            vectors.take_over(fresh, how.also)
    return count


def rebuild_fulltext(
    database: Database, fulltext: FullText, on_progress: Callable[[int], None] | None = None
) -> int:
    """Write the word index anew from SQL in one transaction and return how many passages it holds."""
    done = 0
    with database.write() as session:
        fulltext.drop(session)
        fulltext.create(session)
        for entries in _entries(session):
            fulltext.add(session, entries)
            done += len(entries)
            if on_progress is not None:
                on_progress(done)
        fulltext.optimise(session)
        bump_generation(session)
    return done


def recover(database: Database, fulltext: FullText, vectors: VectorIndex) -> None:
    """Make both indexes usable, whatever the last process left: cheap when it ended well."""
    with database.write() as session:
        usable = fulltext.is_current(session) and len(fulltext.ids(session)) == count_in_force(session)
    if not usable:
        log.info("word index is missing, incomplete or of another release: writing it anew")
        rebuild_fulltext(database, fulltext)
    try:
        trusted = vectors.load()
        with database.read() as connection:
            trusted = trusted and vectors.count() == count_in_force(connection)
        if not trusted:
            log.info("vector index was not left in order: comparing it with the database")
            reconcile(database, vectors)
    except VectorsUnreachable:
        raise  # nothing is known of the index, and nothing can be written
    except Exception as error:  # noqa: BLE001 (whatever Chroma raises, SQL has it all)
        log.warning("vector index is unusable: writing it anew", error=str(error))
        rebuild_vectors(database, vectors)


def _altered(
    connection: Connection, vectors: VectorIndex, audience: str, passages: Mapping[PassageId, bytes]
) -> dict[PassageId, bytes]:
    """Return the passages whose vector in the index is not the one in SQL."""
    found: dict[PassageId, bytes] = {}
    for batch in _pages(list(passages)):
        in_index = vectors.stored(audience, batch)
        in_sql = embeddings.load(connection, [passages[i] for i in batch], vectors.model.model_id)
        for i in batch:
            ours, theirs = in_sql.get(passages[i]), in_index.get(i)
            if ours is None or theirs is None or float(np.dot(ours, theirs)) < _SAME:
                found[i] = passages[i]
    return found


def _batches(
    connection: Connection, wanted: Mapping[str, Mapping[PassageId, bytes]], model: EmbedderInfo
) -> Iterator[VectorBatch]:
    for audience, passages in wanted.items():
        for ids in _pages(list(passages)):
            found = embeddings.load(connection, [passages[i] for i in ids], model.model_id)
            lacking = [i for i in ids if passages[i] not in found]
            if lacking:
                raise IndexBroken(
                    f"{len(lacking)} passages have no vector of {model.model_id}; ingest their files again"
                )
            yield VectorBatch(audience, ids, np.stack([found[passages[i]] for i in ids]))


def _there(
    connection: Connection, wanted: Wanted, model: EmbedderInfo, written: Wanted, how: Move
) -> Iterator[VectorBatch]:
    """Yield the vectors that are there already, and note in ``written`` which these are."""
    total, done = sum(map(len, wanted.values())), 0
    for audience, passages in wanted.items():
        for ids in _pages(list(passages)):
            if how.cancel.is_set():
                return
            found = embeddings.load(connection, [passages[i] for i in ids], model.model_id)
            there = [i for i in ids if passages[i] in found]
            if there:
                yield VectorBatch(audience, there, np.stack([found[passages[i]] for i in there]))
                written.setdefault(audience, {}).update((i, passages[i]) for i in there)
            done += len(ids)
            how.tell(done, total)


def _beyond(one: Wanted, other: Wanted, *, same_key: bool = True) -> Wanted:
    """Return what ``one`` has and ``other`` has not; with ``same_key``, also what has another vector there."""
    return {
        audience: {
            i: key
            for i, key in passages.items()
            if i not in (there := other.get(audience, {})) or (same_key and there[i] != key)
        }
        for audience, passages in one.items()
    }


def _ids(passages: Wanted) -> dict[str, list[PassageId]]:
    return {audience: sorted(ids) for audience, ids in passages.items() if ids}


def _entries(session: Session) -> Iterator[list[Entry]]:
    """Yield all passages in force in pages, by document, as the word index takes them."""
    columns = (
        PassageRow.passage_id,
        PassageRow.text,
        PassageRow.heading,
        PassageRow.audience,
        DocumentRow.title,
    )
    for document_id in session.execute(select(DocumentRow.id).order_by(DocumentRow.id)).scalars().all():
        rows = session.execute(kept(*columns).where(PassageRow.document_id == document_id))
        entries = [
            Entry(PassageId(row.passage_id), row.text, "\n".join((row.title, *row.heading)), row.audience)
            for row in rows
        ]
        if entries:
            yield entries


def _pages(ids: list[PassageId]) -> Iterator[list[PassageId]]:
    for start in range(0, len(ids), _PAGE):
        yield ids[start : start + _PAGE]
