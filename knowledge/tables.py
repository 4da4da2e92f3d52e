"""The tables of the store of record. Everything else on disk can be rebuilt from them.

``documents`` point to the version that answers now; ``versions`` hold canonical texts; ``passages`` are
spans of one version; ``vectors`` are kept by the text that was embedded, so that a text is embedded
once, wherever and however often it occurs.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class Moment(TypeDecorator[datetime]):
    """An aware time in UTC; SQLite keeps no zone, so it is put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (signature)
        """Store in UTC; a time without a zone is a mistake."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"time {value!r} has no zone; use datetime.now(UTC)")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 (signature)
        """Return an aware time."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


class Base(DeclarativeBase):
    """Declares how Python types become columns."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment(),
        dict[str, Any]: JSON(),
        list[str]: JSON(),
        bytes: LargeBinary(),
        str: Text(),
    }


class MetaRow(Base):
    """Facts about the index as a whole: its model, its generation, the state of what is derived."""

    __tablename__ = "meta"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class DocumentRow(Base):
    """One file (or member of an archive) that was ingested once, by its place on disk."""

    __tablename__ = "documents"

    id: Mapped[str] = mapped_column(primary_key=True)
    location: Mapped[str] = mapped_column(unique=True)  # absolute path; "/a/docs.zip!/inner/b.md" in archives
    root: Mapped[str]  # the folder that was ingested when it was met first
    source: Mapped[str] = mapped_column(unique=True)  # as shown: relative to its root
    title: Mapped[str]
    codes: Mapped[list[str]]  # document codes such as SOP-012
    audience: Mapped[str]  # of rows that name none
    current_version: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class VersionRow(Base):
    """One reading of a file: staged until it is complete, live, then superseded."""

    __tablename__ = "versions"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]  # staged | live | superseded
    title: Mapped[str]
    text_digest: Mapped[str] = mapped_column(index=True)
    file_digest: Mapped[str]
    recipe: Mapped[str]  # what made passages of the file: versions of parser and splitter, token limit
    audience: Mapped[str]
    pages: Mapped[int | None]
    details: Mapped[dict[str, Any]]
    passages: Mapped[int]
    created_at: Mapped[datetime]
    run_id: Mapped[str | None]
    text: Mapped[
        str
    ]  # canonical: all offsets count its code points; last, or SQLite reads it to reach the others


class PassageRow(Base):
    """One passage of one version. ``passage_id`` is the same in each version that holds it."""

    __tablename__ = "passages"
    __table_args__ = (
        ForeignKeyConstraint(
            ["document_id", "version"], ["versions.document_id", "versions.number"], ondelete="CASCADE"
        ),
        Index(None, "document_id", "version", "clause_key"),
    )

    document_id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)  # from 0, in reading order
    passage_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    clause: Mapped[str | None]
    clause_key: Mapped[str | None] = mapped_column(index=True)
    heading: Mapped[list[str]]
    page: Mapped[int | None]
    start: Mapped[int]
    end: Mapped[int]
    text: Mapped[str]
    language: Mapped[str]
    audience: Mapped[str]
    anchor: Mapped[str | None]
    question: Mapped[str | None]
    content_hash: Mapped[str]
    embed_key: Mapped[bytes] = mapped_column(index=True)


class VectorRow(Base):
    """The embedding of one text by one model, as little-endian float16."""

    __tablename__ = "vectors"

    embed_key: Mapped[bytes] = mapped_column(primary_key=True)  # SHA-256 of the embedded text
    model_id: Mapped[str] = mapped_column(primary_key=True)
    dimension: Mapped[int]
    vector: Mapped[bytes]


class EventRow(Base):
    """One link of the append-only chain; the content itself lies beside it and can be erased."""

    __tablename__ = "events"

    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(index=True)
    digest: Mapped[str]  # HMAC of the content
    chain: Mapped[str]  # HMAC of seq, at, kind, digest and the link before


class EventContentRow(Base):
    """What happened; removed on request without breaking the chain."""

    __tablename__ = "event_contents"

    seq: Mapped[int] = mapped_column(ForeignKey("events.seq"), primary_key=True)
    payload: Mapped[str]  # canonical JSON, the very text that was digested


class JobRow(Base):
    """One piece of background work, written in the transaction that asks for it."""

    __tablename__ = "jobs"

    id: Mapped[str] = mapped_column(primary_key=True)
    task: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(index=True)  # queued | running | done | failed | cancelled
    progress: Mapped[dict[str, Any]]
    result: Mapped[dict[str, Any] | None]
    error: Mapped[str | None]
    attempts: Mapped[int]
    cancel_asked: Mapped[bool]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class RunRow(Base):
    """One ingest run."""

    __tablename__ = "runs"

    id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]  # running | done | cancelled | failed
    roots: Mapped[list[str]]
    totals: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class RunFileRow(Base):
    """What became of one file in one run."""

    __tablename__ = "run_files"

    run_id: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    state: Mapped[str]  # indexed | unchanged | skipped | failed | removed
    passages: Mapped[int]
    code: Mapped[str | None]
    reason: Mapped[str | None]
    document_id: Mapped[str | None]
    version: Mapped[int | None]


class TermRow(Base):
    """Two terms that mean the same, as staff wrote them."""

    __tablename__ = "glossary"

    key: Mapped[str] = mapped_column(primary_key=True)  # both terms as compared
    term: Mapped[str]
    same_as: Mapped[str]
    kind: Mapped[str]  # synonym | abbreviation | old_name | translation
    note: Mapped[str]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]
