"""Reading passages: all SQL of the search side, every statement through the gate in ``knowledge.access``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from knowledge import embeddings
from knowledge.access import allowed, listed, looked_after, readable
from knowledge.database import Snapshots
from knowledge.errors import NotFound, NotReadable
from knowledge.names import DocumentName
from knowledge.permissions import Rights
from knowledge.tables import DocumentRow, PassageRow, VersionRow
from knowledge.types import OPERATOR, DocumentId, Passage, PassageId, Reader

_COLUMNS = (
    PassageRow.passage_id,
    PassageRow.document_id,
    PassageRow.version,
    PassageRow.ordinal,
    PassageRow.kind,
    PassageRow.clause,
    PassageRow.clause_key,
    PassageRow.heading,
    PassageRow.page,
    PassageRow.start,
    PassageRow.end,
    PassageRow.text,
    PassageRow.language,
    PassageRow.audience,
    PassageRow.anchor,
    PassageRow.question,
    DocumentRow.source,
    DocumentRow.title,
)
_HIDDEN = " "
_SHOWN = ("live", "superseded")  # versions that were in force once; what waits is for those who look after it
_COMPLETE = (*_SHOWN, "draft", "review", "waiting", "scheduled", "rejected")
_SECTION = 6_000  # characters before and after a passage in which the rest of its section is looked for


class Repository:
    """Passages that a reader may see now. Reads only."""

    def __init__(self, database: Snapshots) -> None:
        self._database = database
        self._names: dict[frozenset[str] | None, tuple[int, list[DocumentName]]] = {}
        self._average: tuple[int, float] = (-1, 0.0)
        self._languages: dict[frozenset[str] | None, tuple[int, dict[str, int]]] = {}

    def passages(self, ids: Sequence[PassageId], reader: Reader) -> dict[PassageId, Passage]:
        """Return those of ``ids`` that ``reader`` may see now, in the order of ``ids``."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return {}
        with self._database.read() as connection:
            rows = connection.execute(readable(reader, *_COLUMNS).where(PassageRow.passage_id.in_(wanted)))
            found = {PassageId(row.passage_id): _passage(row) for row in rows}
        return {i: found[i] for i in wanted if i in found}

    def find_clause(
        self, document_ids: Sequence[DocumentId] | None, clause_key: str, reader: Reader
    ) -> list[Passage]:
        """Return all passages of the clause in these documents (None: in any), in reading order.

        A number that a document gives twice ("chapter2/4", "appendix1/4") is both. A clause whose text all lies
        in its sub-clauses (4, where 4.1 and 4.2 are) is these.
        """
        repeated = PassageRow.clause_key.endswith(f"/{clause_key}")
        within = or_(
            PassageRow.clause_key.startswith(f"{clause_key}."),
            PassageRow.clause_key.startswith(f"{clause_key}("),
        )
        with self._database.read() as connection:
            for meant in (PassageRow.clause_key == clause_key, repeated, within):
                statement = readable(reader, *_COLUMNS).where(meant)
                if document_ids is not None:
                    statement = statement.where(PassageRow.document_id.in_(list(document_ids)))
                rows = connection.execute(statement.order_by(DocumentRow.source, PassageRow.ordinal)).all()
                if rows:
                    return [_passage(row) for row in rows]
        return []

    def clause_neighbours(self, passage: Passage, reader: Reader) -> list[Passage]:
        """Return the passages of the same clause that adjoin ``passage``, itself included, in order.

        A passage outside clauses stands alone.
        """
        with self._database.read() as connection:
            here = connection.execute(
                readable(reader, PassageRow.ordinal, PassageRow.clause_key)
                .where(PassageRow.document_id == passage.document_id)
                .where(PassageRow.passage_id == passage.passage_id)
            ).first()
            if here is None:
                return []
            if here.clause_key is None:
                return [passage]
            rows = connection.execute(
                readable(reader, *_COLUMNS)
                .where(PassageRow.document_id == passage.document_id)
                .where(PassageRow.clause_key == here.clause_key)
                .order_by(PassageRow.ordinal)
            ).all()
        return [_passage(row) for row in _run_through(rows, here.ordinal)]

    def section(self, passage: Passage, reader: Reader) -> list[Passage]:
        """Return the passages round ``passage`` that share its clause, or outside clauses its headings, in order.

        Only those that adjoin it and each other; itself alone for FAQ pairs and rows.
        """
        if passage.kind != "text":
            return [passage]
        if passage.clause is not None:
            return self.clause_neighbours(passage, reader) or [passage]
        statement = readable(reader, *_COLUMNS).where(PassageRow.document_id == passage.document_id)
        near = (PassageRow.start < passage.end + _SECTION, PassageRow.end > passage.start - _SECTION)
        with self._database.read() as connection:
            rows = connection.execute(statement.where(*near).order_by(PassageRow.ordinal)).all()
        around = [p for row in rows if (p := _passage(row)).kind == "text" and p.clause is None]
        alike = [p for p in around if p.heading == passage.heading and p.version == passage.version]
        return _adjoining(alike, passage)

    def clause_beside(self, passage: Passage, steps: int, reader: Reader) -> list[Passage]:
        """Return the passages of the clause ``steps`` before (-1: 前條) or after the one of ``passage``.

        Clauses count as they stand in the document, hidden ones too: what the reader may not see is empty.
        """
        with self._database.read() as connection:
            statement = readable(OPERATOR, PassageRow.clause_key, PassageRow.passage_id)
            rows = connection.execute(
                statement.where(PassageRow.document_id == passage.document_id)
                .where(PassageRow.clause_key.is_not(None))
                .order_by(PassageRow.ordinal)
            ).all()
        own = next((row.clause_key for row in rows if row.passage_id == passage.passage_id), None)
        if own is None:
            return []
        depth = _outer(own).count(".")
        order = list(dict.fromkeys(key for row in rows if (key := _at_depth(row.clause_key, depth))))
        here = _at_depth(own, depth)
        at = order.index(here) + steps if here in order else -1
        if not 0 <= at < len(order):
            return []
        return [
            p
            for p in self.find_clause([passage.document_id], order[at], reader)
            if p.version == passage.version
        ]

    def places(self, ids: Sequence[PassageId], reader: Reader) -> dict[PassageId, tuple[Passage, ...]]:
        """Return for each passage the same passage in documents with the very same text, by source.

        Two identical files are two places of one citation. Equal sentences in different documents
        are not: "this act takes effect on the day of its promulgation" is said by each act for itself.
        """
        here, here_version = aliased(PassageRow), aliased(VersionRow)
        there = aliased(VersionRow)
        statement = (
            readable(reader, here.passage_id.label("twin_of"), *_COLUMNS)
            .join(there, (there.document_id == PassageRow.document_id) & (there.number == PassageRow.version))
            .join(here_version, here_version.text_digest == there.text_digest)
            .join(
                here,
                (here.document_id == here_version.document_id)
                & (here.version == here_version.number)
                & (here.start == PassageRow.start)
                & (here.end == PassageRow.end),
            )
            .where(here.passage_id.in_(list(ids)))
            .where(here.document_id != PassageRow.document_id)
            .order_by(DocumentRow.source, PassageRow.ordinal)
        )
        found: dict[PassageId, dict[PassageId, Passage]] = {PassageId(i): {} for i in ids}
        if found:
            with self._database.read() as connection:
                for row in connection.execute(statement):
                    found[PassageId(row.twin_of)][PassageId(row.passage_id)] = _passage(row)
        return {i: tuple(twins.values()) for i, twins in found.items()}

    def version_dates(self, passages: Sequence[Passage]) -> dict[tuple[DocumentId, int], date]:
        """Return when the versions of ``passages``, which the reader has already been given, came in (UTC)."""
        wanted = {(p.document_id, p.version) for p in passages}
        statement = select(VersionRow.document_id, VersionRow.number, VersionRow.created_at).where(
            tuple_(VersionRow.document_id, VersionRow.number).in_(sorted(wanted))
        )
        with self._database.read() as connection:
            rows = connection.execute(statement).all()
        return {(DocumentId(row.document_id), row.number): row.created_at.date() for row in rows}

    def cosines(
        self, ids: Sequence[PassageId], vector: NDArray[np.float32], model_id: str
    ) -> dict[PassageId, float]:
        """Return the cosine of each passage's vector with ``vector``, both of this model; no reader is asked."""
        found = self.vectors(ids, model_id)
        scores = np.stack(list(found.values())) @ vector if found else ()
        return {i: float(score) for i, score in zip(found, scores, strict=True)}

    def vectors(self, ids: Sequence[PassageId], model_id: str) -> dict[PassageId, NDArray[np.float32]]:
        """Return the model's unit vectors (dimension,) of those passages that have one; no reader is asked."""
        if not ids:
            return {}
        with self._database.read() as connection:
            statement = readable(OPERATOR, PassageRow.passage_id, PassageRow.embed_key)
            keys = {
                PassageId(row.passage_id): row.embed_key
                for row in connection.execute(statement.where(PassageRow.passage_id.in_(list(ids))))
            }
            vectors = embeddings.load(connection, list(keys.values()), model_id)
        return {i: vectors[key] for i, key in keys.items() if key in vectors}

    def languages(self, reader: Reader) -> dict[str, int]:
        """Return how many passages ``reader`` may see in each language ("zh", "en"); remembered."""
        generation = self._database.generation
        known = self._languages.get(reader.audiences)
        if known is not None and known[0] == generation:
            return known[1]
        counted = readable(reader, PassageRow.language, func.count()).group_by(PassageRow.language)
        counts: Counter[str] = Counter()
        with self._database.read() as connection:
            for language, count in connection.execute(counted):
                counts[language[:2]] += count
        kept = {a: c for a, c in self._languages.items() if c[0] == generation}
        self._languages = kept | {
            reader.audiences: (generation, dict(counts))
        }  # other threads read the old one
        return dict(counts)

    def document_names(self, reader: Reader) -> list[DocumentName]:
        """Return the names of all documents of which ``reader`` may see something; remembered."""
        generation = self._database.generation
        known = self._names.get(reader.audiences)
        if known is not None and known[0] == generation:
            return known[1]
        columns = (
            DocumentRow.id,
            DocumentRow.title,
            DocumentRow.source,
            DocumentRow.codes,
            DocumentRow.kind,
        )
        with self._database.read() as connection:
            rows = connection.execute(
                readable(reader, *columns).group_by(DocumentRow.id).order_by(DocumentRow.source)
            )
            names = [DocumentName(DocumentId(r.id), r.title, r.source, tuple(r.codes), r.kind) for r in rows]
        kept = {a: n for a, n in self._names.items() if n[0] == generation}
        self._names = kept | {reader.audiences: (generation, names)}  # other threads read the old one
        return names

    def average_length(self) -> float:
        """Return the mean length of a passage in characters, 0 when there is none; remembered."""
        generation = self._database.generation
        if self._average[0] != generation:
            with self._database.read() as connection:
                mean = connection.execute(readable(OPERATOR, func.avg(PassageRow.end - PassageRow.start)))
                self._average = (generation, float(mean.scalar() or 0.0))
        return self._average[1]

    def document_passages(
        self, document_id: DocumentId, reader: Reader, version: int | None = None
    ) -> list[Passage]:
        """Return the passages of a version (None: the current one) that ``reader`` may see, in order.

        Raises:
            NotFound, NotReadable: an earlier version, as ``canonical`` says.
        """
        statement: Any
        if version is None:
            statement = listed(reader, *_COLUMNS)
        else:
            self.canonical(document_id, version, reader)  # the gate for what is no longer in force
            statement = select(*_COLUMNS).join(DocumentRow, DocumentRow.id == PassageRow.document_id)
            statement = statement.where(PassageRow.version == version).where(allowed(reader))
        statement = statement.where(PassageRow.document_id == document_id)
        with self._database.read() as connection:
            return [_passage(row) for row in connection.execute(statement.order_by(PassageRow.ordinal))]

    def pending_passages(self, document_id: DocumentId, version: int, rights: Rights) -> list[Passage]:
        """Return the passages of a version, in force or not, in order, that someone who looks after them may see."""
        statement = looked_after(rights, *_COLUMNS).where(PassageRow.document_id == document_id)
        statement = statement.where(PassageRow.version == version).order_by(PassageRow.ordinal)
        with self._database.read() as connection:
            return [_passage(row) for row in connection.execute(statement)]

    def current_version(self, document_id: DocumentId, reader: Reader) -> int:
        """Return the number of the version in force.

        Raises:
            NotFound: no such document for this reader.
        """
        with self._database.read() as connection:
            return _current(connection, document_id, reader)

    def canonical(self, document_id: DocumentId, version: int | None, reader: Reader) -> str:
        """Return the canonical text of a version (None: the current one), hidden passages blanked.

        Blanks stand where passages of other audiences are, so that every offset stays true. An
        earlier version is shown only to those who may see all of it and all of the current one:
        what was public then may not be so now.

        Raises:
            NotFound: no such document or version for this reader.
            NotReadable: an earlier version that holds, or whose successor holds, hidden passages.
        """
        with self._database.read() as connection:
            current = _current(connection, document_id, reader)
            wanted = current if version is None else version
            text = connection.execute(
                select(VersionRow.text)
                .where(VersionRow.document_id == document_id, VersionRow.number == wanted)
                .where(VersionRow.state.in_(_SHOWN if reader.audiences is not None else _COMPLETE))
            ).scalar()
            if text is None:
                raise NotFound(f"document {document_id!r} has no version {wanted}")
            hidden = connection.execute(
                select(PassageRow.version, PassageRow.start, PassageRow.end)
                .where(PassageRow.document_id == document_id, PassageRow.version.in_({current, wanted}))
                .where(~allowed(reader))
            ).all()
        if hidden and wanted != current:
            raise NotReadable(f"version {wanted} of document {document_id!r} may not be shown to this reader")
        return _blanked(text, [(row.start, row.end) for row in hidden])


def _current(connection: Connection, document_id: DocumentId, reader: Reader) -> int:
    """Return the number of the version in force, as far as there is a document for ``reader``."""
    current = connection.execute(
        listed(reader, DocumentRow.current_version).where(DocumentRow.id == document_id).limit(1)
    ).scalar()
    if current is None:
        raise NotFound(f"no document {document_id!r}")
    return int(current)


def _outer(key: str) -> str:
    """Return the key of the clause that an item lies in: 3 for 3(2); "" for chapters and what lies in annexes."""
    outer = key.partition("(")[0]
    return outer if outer[:1].isdecimal() and "/" not in outer else ""


def _at_depth(key: str, depth: int) -> str:
    """Return the clause with ``depth`` dots that ``key`` is or lies in; "" where it lies higher."""
    parts = _outer(key).split(".")
    return ".".join(parts[: depth + 1]) if len(parts) > depth else ""


def _adjoining(passages: Sequence[Passage], middle: Passage) -> list[Passage]:
    """Return ``middle`` with those of ``passages`` that adjoin it without a gap, in order."""
    run = [middle]
    for passage in passages:
        if passage.start == run[-1].end:
            run.append(passage)
    for passage in reversed(passages):
        if passage.end == run[0].start:
            run.insert(0, passage)
    return run


def _run_through(rows: Sequence[Row[Any]], ordinal: int) -> Sequence[Row[Any]]:
    """Return the rows with consecutive ordinals round ``ordinal``."""
    at = next(i for i, row in enumerate(rows) if row.ordinal == ordinal)
    first, last = at, at
    while first > 0 and rows[first - 1].ordinal == rows[first].ordinal - 1:
        first -= 1
    while last + 1 < len(rows) and rows[last + 1].ordinal == rows[last].ordinal + 1:
        last += 1
    return rows[first : last + 1]


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    parts: list[str] = []
    at = 0
    for start, end in sorted(spans):
        parts += (text[at:start], _HIDDEN * (end - start))
        at = end
    return "".join((*parts, text[at:]))


def _passage(row: Row[Any]) -> Passage:
    return Passage(
        passage_id=PassageId(row.passage_id),
        document_id=DocumentId(row.document_id),
        version=row.version,
        source=f"{row.source}#{row.anchor}" if row.anchor else row.source,
        title=row.title,
        kind=row.kind,
        clause=row.clause,
        heading=tuple(row.heading),
        page=row.page,
        start=row.start,
        end=row.end,
        text=row.text,
        language=row.language,
        audience=row.audience,
        question=row.question,
    )
