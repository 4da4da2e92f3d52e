"""New versions, before anyone can see them: what the writer hands over, and stable names for passages."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from sqlalchemy import Connection, delete, exists, func, insert, select
from sqlalchemy.orm import Session

from knowledge.tables import DocumentRow, PassageRow, VersionRow
from knowledge.types import PENDING, DocumentId, Language, PassageId, PassageKind

DocumentKind = Literal["file", "entry"]
ENTRY = "entry:"  # location of what was written here, before its document's id


@dataclass(frozen=True, slots=True)
class NewPassage:
    """One passage of a version that is to be staged."""

    kind: PassageKind
    start: int
    end: int
    text: str
    clause: str | None
    clause_key: str | None
    heading: tuple[str, ...]
    page: int | None
    anchor: str | None
    question: str | None
    audience: str
    language: Language
    embed_key: bytes

    @property
    def content_hash(self) -> str:
        """Digest of what it says, white space at its ends apart."""
        return hashlib.blake2b(self.text.strip().encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Note:
    """Who made a version and why, and from when until when it answers (None: at once, for ever).

    ``draft``: its maker submits it later.
    """

    by: str = "operator"
    comment: str = ""
    effective_from: datetime | None = None
    expires_at: datetime | None = None
    draft: bool = False


@dataclass(frozen=True, slots=True)
class NewVersion:
    """One reading of a file; ``passages`` cover ``text`` in order."""

    location: str
    root: str
    source: str
    title: str
    audience: str
    text: str
    file_digest: str
    recipe: str
    passages: tuple[NewPassage, ...]
    pages: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    note: Note = field(default_factory=Note)
    kind: DocumentKind = "file"


@dataclass(frozen=True, slots=True)
class Known:
    """What the store has of a file: its newest complete version, whichever is in force.

    A version that was rolled back stays so until its file changes, hence the newest, not the current.
    """

    document_id: DocumentId
    source: str
    removed: bool
    current: int | None  # the version in force, were the document not removed
    number: int
    file_digest: str
    recipe: str
    audience: str
    passages: int


@dataclass(frozen=True, slots=True)
class Target:
    """A version that is to be in force; ``number`` None: the document is to be removed."""

    document_id: DocumentId
    number: int | None


def known(connection: Connection | Session, location: str) -> Known | None:
    """Return what the store has of the file at ``location``, None when nothing of it was in force."""
    row = connection.execute(
        select(
            DocumentRow.id,
            DocumentRow.source,
            DocumentRow.removed_at,
            DocumentRow.current_version,
            VersionRow.number,
            VersionRow.file_digest,
            VersionRow.recipe,
            VersionRow.audience,
            VersionRow.passages,
        )
        .join(VersionRow, VersionRow.document_id == DocumentRow.id)
        .where(DocumentRow.location == location, VersionRow.state != "staged")
        .order_by(VersionRow.number.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Known(
        document_id=DocumentId(row.id),
        source=row.source,
        removed=row.removed_at is not None,
        current=row.current_version,
        number=row.number,
        file_digest=row.file_digest,
        recipe=row.recipe,
        audience=row.audience,
        passages=row.passages,
    )


def sources(connection: Connection | Session) -> dict[str, str]:
    """Return the root of each source that was ever taken in."""
    return {row.source: row.root for row in connection.execute(select(DocumentRow.source, DocumentRow.root))}


@dataclass(frozen=True, slots=True)
class Located:
    """A document in force, and where its file is kept."""

    document_id: DocumentId
    source: str
    location: str


def in_force_below(connection: Connection | Session, prefix: str) -> list[Located]:
    """Return the documents in force, or waiting to be, whose location begins with ``prefix``, by source."""
    waits = exists().where(VersionRow.document_id == DocumentRow.id, VersionRow.state.in_(PENDING))
    rows = connection.execute(
        select(DocumentRow.id, DocumentRow.source, DocumentRow.location)
        .where(DocumentRow.removed_at.is_(None), DocumentRow.current_version.is_not(None) | waits)
        .where(func.substr(DocumentRow.location, 1, len(prefix)) == prefix)
        .order_by(DocumentRow.source)
    )
    return [Located(DocumentId(row.id), row.source, row.location) for row in rows]


def stage(session: Session, version: NewVersion, run_id: str | None) -> tuple[Target, str]:
    """Keep a new version that nobody can see yet, and return it with the source that is shown.

    An earlier staged version of the same file is replaced.
    """
    document_id, source = _document(session, version)
    session.execute(
        delete(VersionRow).where(VersionRow.document_id == document_id, VersionRow.state == "staged")
    )
    last = select(func.max(VersionRow.number)).where(VersionRow.document_id == document_id)
    number = (session.execute(last).scalar() or 0) + 1
    session.execute(insert(VersionRow), [_version_row(document_id, number, version, run_id)])
    rows = _passage_rows(document_id, number, version.passages)
    if rows:
        session.execute(insert(PassageRow), rows)
    return Target(document_id, number), source


def passage_ids(document_id: DocumentId, passages: Sequence[NewPassage]) -> list[PassageId]:
    """Return stable ids: of audience, document, clause path and content, with a counter for repeats.

    No offset is part of an id, so an insertion does not rename what follows it.
    """
    seen: dict[tuple[str, ...], int] = {}
    ids: list[PassageId] = []
    for passage in passages:
        path = "\x1e".join((*passage.heading, passage.clause_key or "", passage.anchor or ""))
        same = (passage.audience, document_id, path, passage.content_hash)
        seen[same] = seen.get(same, 0) + 1
        digest = hashlib.blake2b("\x1f".join((*same, str(seen[same]))).encode(), digest_size=12)
        ids.append(PassageId(digest.hexdigest()))
    return ids


def _document(session: Session, version: NewVersion) -> tuple[DocumentId, str]:
    """Return the document at this location and its source, made where it is new."""
    found = session.execute(
        select(DocumentRow.id, DocumentRow.source).where(DocumentRow.location == version.location)
    ).first()
    if found is not None:
        return DocumentId(found.id), found.source
    source, count = version.source, 1
    while session.execute(select(DocumentRow.id).where(DocumentRow.source == source)).first() is not None:
        count += 1
        source = f"{version.source}~{count}"
    entry = version.kind == "entry"
    document_id = DocumentId(version.location.removeprefix(ENTRY) if entry else uuid4().hex[:16])
    now = datetime.now(UTC)
    session.execute(
        insert(DocumentRow).values(
            id=document_id,
            location=version.location,
            root=version.root,
            source=source,
            title=version.title,
            codes=[],
            audience=version.audience,
            current_version=None,
            created_at=now,
            updated_at=now,
            removed_at=None,
            kind=version.kind,
        )
    )
    return document_id, source


def _version_row(
    document_id: DocumentId, number: int, version: NewVersion, run_id: str | None
) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "number": number,
        "state": "staged",
        "title": version.title,
        "text": version.text,
        "text_digest": hashlib.sha256(version.text.encode("utf-8", "surrogatepass")).hexdigest(),
        "file_digest": version.file_digest,
        "recipe": version.recipe,
        "audience": version.audience,
        "pages": version.pages,
        "details": dict(version.details),
        "passages": len(version.passages),
        "created_at": datetime.now(UTC),
        "run_id": run_id,
        "created_by": version.note.by,
        "comment": version.note.comment,
        "effective_from": version.note.effective_from,
        "expires_at": version.note.expires_at,
    }


def _passage_rows(
    document_id: DocumentId, number: int, passages: Sequence[NewPassage]
) -> list[dict[str, Any]]:
    ids = passage_ids(document_id, passages)
    return [
        asdict(passage)
        | {
            "document_id": document_id,
            "version": number,
            "ordinal": ordinal,
            "passage_id": passage_id,
            "heading": list(passage.heading),
            "content_hash": passage.content_hash,
        }
        for ordinal, (passage_id, passage) in enumerate(zip(ids, passages, strict=True))
    ]
