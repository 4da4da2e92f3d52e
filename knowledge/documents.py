"""The documents as people manage them: list, show, history, roll back, remove."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, exists, false, func, select, update
from sqlalchemy.orm import Session

from knowledge.access import allowed, listed
from knowledge.database import Database
from knowledge.errors import NotFound, NotReadable
from knowledge.publishing import Publisher
from knowledge.staging import Target
from knowledge.tables import DocumentRow, PassageRow, VersionRow
from knowledge.types import OPERATOR, PENDING, DocumentId, Reader, VersionState


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """A document as a list shows it; ``passages`` and ``audiences`` are those its reader may see."""

    document_id: DocumentId
    source: str
    title: str
    audience: str  # of passages whose row names none
    audiences: tuple[str, ...]
    version: int
    state: Literal["live", "expired", "removed", "waiting"]
    passages: int
    pages: int | None
    updated_at: datetime
    expires_at: datetime | None
    pinned: int | None


@dataclass(frozen=True, slots=True)
class VersionInfo:
    """One kept version of a document."""

    number: int
    state: VersionState
    current: bool
    title: str
    passages: int
    pages: int | None
    file_digest: str
    created_at: datetime
    created_by: str
    comment: str
    effective_from: datetime | None
    expires_at: datetime | None
    published_at: datetime | None
    reason: str | None  # why it is not in force, where it waits
    pinned: bool


class Documents:
    """What is kept, for readers through the gate, and changes to it, for the operator."""

    def __init__(self, database: Database, publisher: Publisher) -> None:
        self._database = database
        self._publisher = publisher

    def browse(
        self, reader: Reader = OPERATOR, limit: int | None = None, offset: int = 0
    ) -> list[DocumentInfo]:
        """Return the documents of which ``reader`` may see something, by source."""
        with self._database.read() as connection:
            rows = connection.execute(_summaries(reader).limit(limit).offset(offset)).all()
            audiences = self._audiences(connection, reader, [row.id for row in rows])
        return [_info(row, audiences.get(row.id, ())) for row in rows]

    def count(self, reader: Reader = OPERATOR) -> int:
        """Return how many documents ``browse`` knows for this reader."""
        statement = listed(reader, func.count(func.distinct(DocumentRow.id)))
        with self._database.read() as connection:
            return int(connection.execute(statement).scalar() or 0)

    def show(self, document_id: DocumentId, reader: Reader = OPERATOR) -> DocumentInfo:
        """Return one document.

        Raises:
            NotFound: there is none, or nothing of it is for this reader.
        """
        with self._database.read() as connection:
            row = connection.execute(_summaries(reader, DocumentRow.id == document_id)).first()
            audiences = self._audiences(connection, reader, [document_id])
        if row is None:
            raise NotFound(f"no document {document_id!r}; `clausewise documents list` shows all")
        return _info(row, audiences.get(document_id, ()))

    def history(self, document_id: DocumentId, reader: Reader = OPERATOR) -> list[VersionInfo]:
        """Return the kept versions, newest first; a removed document's too, for the operator.

        Raises:
            NotFound: there is none, or nothing of it is for this reader.
            NotReadable: the reader may see a part of it only.
        """
        if reader.audiences is not None:
            self.show(document_id, reader)
        with self._database.read() as connection:
            if connection.execute(select(_has_hidden(document_id, reader))).scalar():
                raise NotReadable(f"the history of document {document_id!r} may not be shown to this reader")
            rows = connection.execute(
                select(
                    VersionRow.number,
                    VersionRow.state,
                    VersionRow.title,
                    VersionRow.passages,
                    VersionRow.pages,
                    VersionRow.file_digest,
                    VersionRow.created_at,
                    VersionRow.created_by,
                    VersionRow.comment,
                    VersionRow.effective_from,
                    VersionRow.expires_at,
                    VersionRow.published_at,
                    VersionRow.report["why"].as_string().label("reason"),
                    (VersionRow.state == "live").label("current"),
                    (func.coalesce(DocumentRow.pinned, 0) == VersionRow.number).label("pinned"),
                )
                .join(DocumentRow, DocumentRow.id == VersionRow.document_id)
                .where(VersionRow.document_id == document_id, VersionRow.state != "staged")
                .order_by(VersionRow.number.desc())
            ).all()
        if not rows:
            raise NotFound(f"no document {document_id!r}; `clausewise documents list` shows all")
        return [VersionInfo(**row._asdict()) for row in rows]

    def rollback(
        self, document_id: DocumentId, number: int | None = None, by: str = "operator", comment: str = ""
    ) -> DocumentInfo:
        """Put an earlier version (None: the newest before the current one) in force again.

        It stays in force until the file itself changes, or for good once it is pinned; nothing is embedded.

        Raises:
            NotFound: no such document, or no such version is kept.
        """
        versions = [one for one in self.history(document_id) if one.state in {"live", "superseded"}]
        current = next((v.number for v in versions if v.current), None)
        if number is None:
            number = next((v.number for v in versions if current is None or v.number < current), None)
        if number is None or number not in {v.number for v in versions}:
            kept = ", ".join(str(v.number) for v in versions)
            raise NotFound(f"document {document_id!r} has no such earlier version; kept are {kept}")
        if number != current:
            told = {"by": by, "comment": comment, "from_version": current}
            self._publisher.change(
                Target(document_id, number), "document.rolled_back", _move_pin(document_id, number), told
            )
        return self.show(document_id)

    def remove(self, document_id: DocumentId, by: str = "operator") -> DocumentInfo:
        """Take a document out of every search; its versions are kept and can be rolled back to.

        Raises:
            NotFound: there is no such document in force.
        """
        info = self._removable(document_id)
        self._publisher.change(Target(document_id, None), "document.removed", more={"by": by})
        return info

    def _removable(self, document_id: DocumentId) -> DocumentInfo:
        """Return a document that is in force, or waits to be."""
        try:
            return self.show(document_id)
        except NotFound:
            with self._database.read() as connection:
                waiting = select(func.max(VersionRow.number)).where(
                    VersionRow.document_id == document_id, VersionRow.state.in_(PENDING)
                )
                row = connection.execute(
                    select(DocumentRow.__table__, waiting.scalar_subquery().label("waiting")).where(
                        DocumentRow.id == document_id, DocumentRow.removed_at.is_(None)
                    )
                ).first()
            if row is None or row.waiting is None:
                raise
        return DocumentInfo(
            document_id,
            row.source,
            row.title,
            row.audience,
            (row.audience,),
            row.waiting,
            "waiting",
            0,
            None,
            row.updated_at,
            row.expires_at,
            row.pinned,
        )

    def find(self, wanted: str) -> DocumentId:
        """Return the document with this id or source.

        Raises:
            NotFound: neither an id nor a source.
        """
        with self._database.read() as connection:
            found = connection.execute(
                select(DocumentRow.id)
                .where((DocumentRow.id == wanted) | (DocumentRow.source == wanted))
                .order_by(DocumentRow.id != wanted)
            ).scalar()
        if found is None:
            raise NotFound(f"no document {wanted!r}; `clausewise documents list` shows all")
        return DocumentId(found)

    def details(self, document_id: DocumentId, number: int) -> dict[str, str]:
        """Return what the file of a version said of itself, and how it was read; whoever asks has passed the gate."""
        with self._database.read() as connection:
            found = connection.execute(
                select(VersionRow.details).where(
                    VersionRow.document_id == document_id, VersionRow.number == number
                )
            ).scalar()
        return {str(name): str(value) for name, value in (found or {}).items()}

    def file_of(self, document_id: DocumentId) -> tuple[Path, str] | None:
        """Return where the file of the version in force was read, and its SHA-256; None for members of archives."""
        with self._database.read() as connection:
            row = connection.execute(
                select(DocumentRow.location, VersionRow.file_digest)
                .join(
                    VersionRow,
                    (VersionRow.document_id == DocumentRow.id)
                    & (VersionRow.number == DocumentRow.current_version),
                )
                .where(DocumentRow.id == document_id)
            ).first()
        if row is None or "!/" in row.location:
            return None
        return Path(row.location), row.file_digest

    @staticmethod
    def _audiences(connection: Any, reader: Reader, ids: list[str]) -> dict[str, tuple[str, ...]]:
        rows = connection.execute(
            listed(reader, PassageRow.document_id, PassageRow.audience)
            .where(PassageRow.document_id.in_(ids))
            .distinct()
            .order_by(PassageRow.audience)
        )
        found: dict[str, tuple[str, ...]] = {}
        for row in rows:
            found[row.document_id] = (*found.get(row.document_id, ()), row.audience)
        return found


def _move_pin(document_id: DocumentId, number: int) -> Callable[[Session], None]:
    """Let a pinned document be pinned to the version that is put in force now."""

    def also(session: Session) -> None:
        session.execute(
            update(DocumentRow)
            .where(DocumentRow.id == document_id, DocumentRow.pinned.is_not(None))
            .values(pinned=number)
        )

    return also


def _summaries(reader: Reader, *conditions: ColumnElement[bool]) -> Any:
    """Return the SELECT of what ``DocumentInfo`` holds, one row for each visible document."""
    return (
        listed(
            reader,
            DocumentRow.id,
            DocumentRow.source,
            DocumentRow.title,
            DocumentRow.audience,
            DocumentRow.current_version,
            DocumentRow.updated_at,
            DocumentRow.expires_at,
            DocumentRow.pinned,
            VersionRow.pages,
            func.count().label("passages"),
        )
        .join(
            VersionRow,
            (VersionRow.document_id == DocumentRow.id) & (VersionRow.number == DocumentRow.current_version),
        )
        .where(*conditions)
        .group_by(DocumentRow.id, VersionRow.pages)
        .order_by(DocumentRow.source)
    )


def _has_hidden(document_id: DocumentId, reader: Reader) -> ColumnElement[bool]:
    hidden = exists().where(PassageRow.document_id == document_id)
    return hidden.where(~allowed(reader)) if reader.audiences is not None else hidden.where(false())


def _info(row: Row[Any], audiences: tuple[str, ...]) -> DocumentInfo:
    return DocumentInfo(
        document_id=DocumentId(row.id),
        source=row.source,
        title=row.title,
        audience=row.audience,
        audiences=audiences,
        version=row.current_version,
        state="expired" if row.expires_at is not None and row.expires_at <= datetime.now(UTC) else "live",
        passages=row.passages,
        pages=row.pages,
        updated_at=row.updated_at,
        expires_at=row.expires_at,
        pinned=row.pinned,
    )
