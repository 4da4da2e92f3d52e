"""The write side: versions are staged, then made visible in one transaction.

Order of a change: stage passages (SQL) → vectors (SQL) → vector index → compare → one transaction that
moves ``current_version``, the word index with it → forget in the vector index what no version in force
holds. Whoever is killed anywhere in this order leaves the old version answering.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, distinct, exists, func, select, update
from sqlalchemy.orm import Session

from knowledge import embeddings
from knowledge.access import in_force
from knowledge.citing import cited_since
from knowledge.collections import ensure
from knowledge.database import Database, bump_generation
from knowledge.errors import IndexBroken, IndexMismatch, NotFound
from knowledge.events import append_event
from knowledge.fulltext import Entry, FullText
from knowledge.identity import (
    EmbedderInfo,
    check_model,
    forget_beside,
    model_beside,
    record_beside,
    record_model,
    recorded_model,
)
from knowledge.names import document_codes
from knowledge.placing import Cause, Place, give_way, guards, held_back
from knowledge.recovery import Move, move_vectors, rebuild_vectors
from knowledge.settings import KnowledgeSettings
from knowledge.staging import NewVersion, Target, stage
from knowledge.tables import DocumentRow, PassageRow, VectorRow, VersionRow
from knowledge.types import DocumentId, PassageId
from knowledge.vectors import VectorBatch, VectorIndex

_LEFT_BEHIND = timedelta(days=7)  # a staged version that nobody came back for


@dataclass(frozen=True, slots=True)
class _Indexed:
    """What derived indexes hold of a passage."""

    audience: str
    embed_key: bytes
    context: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """A version in force for nobody but who tries it: in this session, which is rolled back.

    ``gone`` are passages whose vectors in the index do not count, ``fresh`` vectors that count beside it.
    """

    session: Session
    gone: frozenset[PassageId]
    fresh: tuple[VectorBatch, ...]


Gate = Callable[[Target], Place | None]
Recording = Callable[[Session, Place | None], None]


class Publisher:
    """Changes what is in force, one at a time.

    ``turn`` is held from the first write to the vector index until it is declared to agree with SQL again, so that
    no thread, nor another process of a shared home, declares so while one is in the middle.
    """

    def __init__(
        self, database: Database, fulltext: FullText, vectors: VectorIndex, settings: KnowledgeSettings
    ) -> None:
        self._database = database
        self._fulltext = fulltext
        self._vectors = vectors
        self._settings = settings
        self.turn = vectors.turn
        self.gate: Gate | None = None  # asks the golden questions; set by whoever has the embedder

    def stage(self, version: NewVersion, run_id: str | None = None) -> tuple[Target, str]:
        """Keep a new version that nobody can see yet, and return it with the source that is shown."""
        with self.turn, self._database.write() as session:  # in turn, so that no other index takes over now
            check_model(session, self._vectors.model)
            if recorded_model(session) is None:
                record_model(session, self._vectors.model)
            ensure(session, {version.audience, *(p.audience for p in version.passages)}, version.note.by)
            return stage(session, version, run_id)

    @property
    def model(self) -> EmbedderInfo:
        """The embedder whose vectors the index holds now; another may take its place at any time but in ``turn``."""
        return self._vectors.model

    def without_vectors(self, keys: Sequence[bytes], model: EmbedderInfo | None = None) -> list[bytes]:
        """Return those of ``keys`` that must be embedded with ``model`` (None: the one in force), each once."""
        with self._database.read() as connection:
            return embeddings.missing(connection, keys, (model or self.model).model_id)

    def keep_vectors(self, keys: Sequence[bytes], vectors: embeddings.Matrix, model: EmbedderInfo) -> None:
        """Keep embeddings by ``model`` (len(keys), dimension) at once, so that a killed run loses one batch."""
        expected = (len(keys), model.dimension)
        if vectors.shape != expected:
            raise IndexMismatch(f"the embedder returned vectors of shape {vectors.shape}, not {expected}")
        with self._database.write() as session:
            embeddings.save(session, model.model_id, keys, vectors)

    def texts(self) -> int:
        """Return how many different texts are embedded, of earlier versions too."""
        with self._database.read() as connection:
            return int(connection.execute(select(func.count(distinct(PassageRow.embed_key)))).scalar() or 0)

    def embedded(self, model: EmbedderInfo) -> int:
        """Return how many of these texts ``model`` has embedded."""
        has_vector = (VectorRow.embed_key == PassageRow.embed_key) & (VectorRow.model_id == model.model_id)
        counted = select(func.count(distinct(PassageRow.embed_key))).join(VectorRow, has_vector)
        with self._database.read() as connection:
            return int(connection.execute(counted).scalar() or 0)

    def kept_beside(self, model: EmbedderInfo) -> None:
        """Keep vectors of ``model`` too from now on: everything is going to be embedded with it."""
        with self._database.write() as session:
            record_beside(session, model)

    def change_model(self, model: EmbedderInfo, how: Move) -> int | None:
        """Let an index of ``model`` take the place of the one in force, in one step; return how many vectors it holds.

        Every passage must have its vector by then; ``how.complete`` sees to those that came in meanwhile. None when
        cancelled before that step: nothing has changed.
        """

        def also(session: Session) -> None:
            forget_beside(session)
            if how.also is not None:
                how.also(session)

        return move_vectors(self._database, self._vectors, model, self.turn, replace(how, also=also))

    def prepare(self, targets: Sequence[Target]) -> None:
        """Bring the vectors of ``targets`` into the vector index, beside what is in force.

        Raises:
            IndexBroken: the index does not hold what was just written.
        """
        self._vectors.load()
        self._vectors.begin()
        fresh: dict[PassageId, _Indexed] = {}
        with self._database.read() as connection:
            for target in targets:
                now, then = self._held(connection, target.document_id), self._wanted(connection, target)
                fresh |= {i: p for i, p in then.items() if i not in now or now[i].embed_key != p.embed_key}
            batches = list(self._batches(connection, fresh))
        self._vectors.write(batches)
        for batch in batches:
            if len(self._vectors.present(batch.audience, batch.ids)) != len(batch.ids):
                raise IndexBroken("the vector index lost vectors that were just written")

    def held(self, targets: Sequence[Target], passed: Collection[Cause] = ()) -> dict[Target, Place]:
        """Return those of ``targets`` that may not come into force now, the gate apart, and where they are to stand."""
        with self._database.read() as connection:
            found = {target: held_back(connection, target, passed) for target in targets}
        return {target: place for target, place in found.items() if place is not None}

    def is_guarded(self, target: Target) -> bool:
        """Tell whether golden questions stand before this version."""
        with self._database.read() as connection:
            return bool(guards(connection, target))

    def place(self, target: Target, passed: Collection[Cause] = ()) -> Place | None:
        """Return where a complete version is to stand now, None: in force. ``turn`` must be held."""
        found = self.held([target], passed).get(target)
        if (found is None or found.cause == "day") and "gate" not in passed and self.is_guarded(target):
            if self.gate is None:
                return Place(
                    "waiting", "its golden questions could not be asked: no search is at hand", "gate"
                )
            return self.gate(target) or found
        return found

    def advance(
        self,
        target: Target,
        kind: str,
        also: Recording | None = None,
        more: Mapping[str, Any] | None = None,
        passed: Collection[Cause] = (),
        held_kind: str | None = None,
    ) -> Place | None:
        """Put a complete version where it belongs now, and return that place; None: it is in force.

        ``also`` joins the transaction, whichever that is; ``kind`` and ``more`` make its event, ``held_kind`` names
        it otherwise where the version does not come into force.
        """
        with self.turn:
            place = self.place(target, passed)

            def record(session: Session) -> None:
                if also is not None:
                    also(session, place)

            if place is None:
                self.change(target, kind, record, more)
            else:
                self.hold(target, place, record, held_kind or kind, more)
            return place

    def hold(
        self,
        target: Target,
        place: Place,
        also: Callable[[Session], None] | None = None,
        kind: str = "document.held",
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Keep a version, complete but not in force, in one transaction; ``also`` joins it.

        Its vectors stay in SQL; the vector index does not hold it.
        """
        with self._database.write() as session:
            session.execute(
                update(VersionRow)
                .where(VersionRow.document_id == target.document_id, VersionRow.number == target.number)
                .values(state=place.state, report=place.stored)
            )
            told = {**_told(session, target), "state": place.state, "why": place.reason}
            if overtaken := give_way(session, target, in_force=False):
                told["replaced"] = overtaken
            append_event(session, kind, {**told, **(more or {})})
            if also is not None:
                also(session)

    @contextmanager
    def tried(self, target: Target) -> Iterator[Trial]:
        """Give a session in which ``target`` is in force, words and all; nobody else sees it, and nothing of it stays.

        Other writers wait meanwhile, so it must not take long.
        """
        with self._database.trial() as session:
            now, then = self._held(session, target.document_id), self._wanted(session, target)
            moved = {i: p for i, p in then.items() if i not in now or now[i].embed_key != p.embed_key}
            fresh = tuple(self._batches(session, moved))
            self._exchange(session, target, now, then)
            _move(session, target)
            session.flush()
            yield Trial(session, frozenset(i for i in now if i not in then or i in moved), fresh)

    def publish(
        self,
        target: Target,
        kind: str,
        also: Callable[[Session], None] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Put a prepared version in force (or none: remove) in one transaction; ``also`` joins it.

        ``kind`` names the event, ``more`` adds to it. Afterwards the vector index forgets what is no longer in force.
        """
        with self._database.write() as session:
            now, then = self._held(session, target.document_id), self._wanted(session, target)
            gone, fresh = self._exchange(session, target, now, then)
            overtaken = _move(session, target)
            bump_generation(session)
            self._forget_old_versions(session, target.document_id)
            told = _told(session, target, added=len(fresh), removed=len(gone))
            if overtaken:
                told["replaced"] = overtaken
            append_event(session, kind, {**told, **(more or {})})
            if also is not None:
                also(session)
        stale: dict[str, list[PassageId]] = {}
        for passage_id in gone:
            stale.setdefault(now[passage_id].audience, []).append(passage_id)
        self._vectors.delete(stale)

    def change(
        self,
        target: Target,
        kind: str,
        also: Callable[[Session], None] | None = None,
        more: Mapping[str, Any] | None = None,
    ) -> None:
        """Prepare, publish and settle one change."""
        with self.turn:
            self.prepare([target])
            self.publish(target, kind, also, more)
            self._vectors.settle()

    def settle(self) -> None:
        """Declare that the vector index agrees with SQL; ``turn`` must be held since the first write."""
        self._vectors.settle()

    def tidy(self, *, optimise: bool = False) -> None:
        """Declare a series of changes complete, and give back the space that they left unused."""
        with self.turn:
            if self._vectors.is_bloated():
                rebuild_vectors(self._database, self._vectors)
            else:
                self._vectors.settle()
        self.collect_garbage()
        if optimise:
            with self._database.write() as session:
                self._fulltext.optimise(session)

    def collect_garbage(self) -> None:
        """Drop vectors that no passage needs and staged versions that nobody came back for."""
        with self._database.write() as session:
            old = datetime.now(UTC) - _LEFT_BEHIND
            session.execute(
                delete(VersionRow).where(VersionRow.state == "staged", VersionRow.created_at < old)
            )
            session.execute(
                delete(DocumentRow).where(~exists().where(VersionRow.document_id == DocumentRow.id))
            )
            models = [m.model_id for m in (recorded_model(session), model_beside(session)) if m is not None]
            unused = ~exists().where(PassageRow.embed_key == VectorRow.embed_key)
            session.execute(delete(VectorRow).where(unused | VectorRow.model_id.not_in(models)))

    def _exchange(
        self,
        session: Session,
        target: Target,
        now: Mapping[PassageId, _Indexed],
        then: Mapping[PassageId, _Indexed],
    ) -> tuple[list[PassageId], list[PassageId]]:
        """Let the word index hold ``then`` in place of ``now``; return what went, and what came or changed."""
        gone = [i for i in now if i not in then]
        fresh = [i for i, held in then.items() if now.get(i) != held]
        self._fulltext.remove(session, gone)
        if target.number is not None:
            self._fulltext.add(session, _entries(session, target, set(fresh)))
        return gone, fresh

    def _held(self, connection: Connection | Session, document_id: DocumentId) -> dict[PassageId, _Indexed]:
        """Return what is in force of a document."""
        return _indexed(connection, document_id, in_force())

    def _wanted(self, connection: Connection | Session, target: Target) -> dict[PassageId, _Indexed]:
        if target.number is None:
            return {}
        return _indexed(connection, target.document_id, PassageRow.version == target.number)

    def _batches(
        self, connection: Connection | Session, passages: Mapping[PassageId, _Indexed]
    ) -> Iterable[VectorBatch]:
        found = embeddings.load(
            connection, [p.embed_key for p in passages.values()], self._vectors.model.model_id
        )
        by_audience: dict[str, list[PassageId]] = {}
        for passage_id, held in passages.items():
            if held.embed_key not in found:
                raise IndexBroken(f"passage {passage_id} has no vector; ingest its document again")
            by_audience.setdefault(held.audience, []).append(passage_id)
        for audience, ids in by_audience.items():
            yield VectorBatch(audience, ids, np.stack([found[passages[i].embed_key] for i in ids]))

    def _forget_old_versions(self, session: Session, document_id: DocumentId) -> None:
        """Drop superseded and rejected versions beyond the settings' number, unless pinned or cited not long ago."""
        cited = cited_since(session, document_id, self._settings.cited_days)
        pinned = session.execute(select(DocumentRow.pinned).where(DocumentRow.id == document_id)).scalar()
        lasting = [*cited, *([] if pinned is None else [pinned])]
        for state in ("superseded", "rejected"):
            of_state = (VersionRow.document_id == document_id, VersionRow.state == state)
            kept = (
                select(VersionRow.number)
                .where(*of_state)
                .order_by(VersionRow.number.desc())
                .limit(self._settings.kept_versions - 1)
            )
            session.execute(
                delete(VersionRow)
                .where(*of_state)
                .where(VersionRow.number.not_in([*session.execute(kept).scalars(), *lasting]))
            )


def _indexed(
    connection: Connection | Session, document_id: DocumentId, condition: Any
) -> dict[PassageId, _Indexed]:
    rows = connection.execute(
        select(
            PassageRow.passage_id,
            PassageRow.audience,
            PassageRow.embed_key,
            PassageRow.heading,
            VersionRow.title,
        )
        .join(DocumentRow, DocumentRow.id == PassageRow.document_id)
        .join(
            VersionRow,
            (VersionRow.document_id == PassageRow.document_id) & (VersionRow.number == PassageRow.version),
        )
        .where(PassageRow.document_id == document_id)
        .where(condition)
    )
    return {
        PassageId(row.passage_id): _Indexed(row.audience, row.embed_key, (row.title, *row.heading))
        for row in rows
    }


def _entries(session: Session, target: Target, ids: set[PassageId]) -> list[Entry]:
    rows = session.execute(
        select(
            PassageRow.passage_id,
            PassageRow.text,
            PassageRow.heading,
            PassageRow.audience,
            VersionRow.title,
        )
        .join(
            VersionRow,
            (VersionRow.document_id == PassageRow.document_id) & (VersionRow.number == PassageRow.version),
        )
        .where(PassageRow.document_id == target.document_id, PassageRow.version == target.number)
    )
    return [
        Entry(PassageId(row.passage_id), row.text, "\n".join((row.title, *row.heading)), row.audience)
        for row in rows
        if row.passage_id in ids
    ]


def _move(session: Session, target: Target) -> list[int]:
    """Let the document point to the version, and say so in the versions' states; return what it overtook."""
    overtaken = give_way(session, target, in_force=True)
    now = datetime.now(UTC)
    session.execute(
        update(VersionRow)
        .where(VersionRow.document_id == target.document_id, VersionRow.state == "live")
        .values(state="superseded")
    )
    values: dict[str, Any] = {"updated_at": now, "removed_at": now, "pinned": None}
    if target.number is not None:
        version = session.execute(
            select(
                VersionRow.title,
                VersionRow.audience,
                VersionRow.text,
                VersionRow.expires_at,
                DocumentRow.source,
            )
            .join(DocumentRow, DocumentRow.id == VersionRow.document_id)
            .where(VersionRow.document_id == target.document_id, VersionRow.number == target.number)
        ).first()
        if version is None:
            raise NotFound(f"document {target.document_id!r} has no version {target.number}")
        session.execute(
            update(VersionRow)
            .where(VersionRow.document_id == target.document_id, VersionRow.number == target.number)
            .values(state="live", published_at=now, report=None)
        )
        values = {
            "updated_at": now,
            "removed_at": None,
            "current_version": target.number,
            "expires_at": version.expires_at,
            "title": version.title,
            "audience": version.audience,
            "codes": list(document_codes(version.title, version.source, version.text)),
        }
    session.execute(update(DocumentRow).where(DocumentRow.id == target.document_id).values(values))
    return overtaken


def _told(session: Session, target: Target, *, added: int = 0, removed: int = 0) -> dict[str, Any]:
    source = session.execute(
        select(DocumentRow.source).where(DocumentRow.id == target.document_id)
    ).scalar_one()
    by = session.execute(
        select(VersionRow.created_by).where(
            VersionRow.document_id == target.document_id, VersionRow.number == target.number
        )
    ).scalar()
    return {
        "document_id": target.document_id,
        "source": source,
        "version": target.number,
        "by": by or "operator",
        "passages_added": added,
        "passages_removed": removed,
    }
