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

from knowledge.moments import in_utc


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
        return None if value is None else in_utc(value)


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
    kind: Mapped[str] = mapped_column(server_default="file")  # file | entry (written here, no file behind it)
    source_name: Mapped[str | None]  # the configured source that brought it; None: named by hand or uploaded
    pinned: Mapped[int | None]  # the version that stays in force whatever its file becomes
    expires_at: Mapped[datetime | None]  # of the version in force: from then on it does not answer


class VersionRow(Base):
    """One reading of a file, or one writing of an entry, and its way into force.

    staged (incomplete) → [draft → review →] [waiting: the quality gate holds it →] [scheduled: effective later →]
    live → superseded; or rejected.
    """

    __tablename__ = "versions"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(
        index=True
    )  # staged | draft | review | waiting | scheduled | live | superseded | rejected
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
    ]  # canonical: all offsets count its code points; behind what is read often, or SQLite reads it to reach that
    # Below here are columns that few statements read: SQLite walks over the text to reach them.
    created_by: Mapped[str] = mapped_column(server_default="operator")  # user's name
    comment: Mapped[str] = mapped_column(server_default="")  # why it was made
    effective_from: Mapped[datetime | None]  # None: at once
    expires_at: Mapped[datetime | None]  # None: never
    published_at: Mapped[datetime | None]  # when it came into force last
    reviewed_by: Mapped[str | None]
    reviewed_at: Mapped[datetime | None]
    report: Mapped[dict[str, Any] | None]  # what the quality gate found


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


class CitedRow(Base):
    """A version that an answer named: it is kept longer, so that the citation can be opened."""

    __tablename__ = "cited_versions"

    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    last_at: Mapped[datetime]


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
    priority: Mapped[int] = mapped_column(server_default="0")  # higher goes first
    lock: Mapped[str | None] = mapped_column(
        index=True
    )  # jobs of one lock ("document:ID") never run together
    not_before: Mapped[datetime | None]  # when it is tried again after a transient failure
    failures: Mapped[list[str]] = mapped_column(server_default="[]")  # the reason of each attempt that failed
    by: Mapped[str] = mapped_column(server_default="operator")  # who asked for it
    collection: Mapped[str | None]  # whose editors may see it; None: administrators only
    worker: Mapped[str | None]  # which process is at it
    seen_at: Mapped[datetime | None]  # that process's last sign of life


class RunRow(Base):
    """One ingest or sync run."""

    __tablename__ = "runs"

    id: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str]  # running | done | waiting (removals to be confirmed) | cancelled | failed
    roots: Mapped[list[str]]
    totals: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    source_name: Mapped[str | None] = mapped_column(
        index=True
    )  # the configured source; None: paths given by hand
    by: Mapped[str] = mapped_column(server_default="operator")
    collection: Mapped[str | None]
    resumes: Mapped[str | None]  # the cancelled or killed run that this one goes on with
    reason: Mapped[str | None]  # why it failed or waits
    removals: Mapped[list[str]] = mapped_column(server_default="[]")  # documents that wait for confirmation


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


class SourceRow(Base):
    """What is known of a configured source between its sync runs; its settings are in the settings file."""

    __tablename__ = "sources"

    name: Mapped[str] = mapped_column(primary_key=True)
    last_run: Mapped[str | None]
    last_done_at: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    memory: Mapped[dict[str, Any]]  # what its kind remembers: ETags of pages, say


class CollectionRow(Base):
    """One audience of passages, as people manage it; ``name`` is what passages carry."""

    __tablename__ = "collections"

    name: Mapped[str] = mapped_column(primary_key=True)
    title_zh: Mapped[str]
    title_en: Mapped[str]
    review: Mapped[bool]  # a second person must approve what is to be in force
    gate: Mapped[bool]  # its golden questions must still be answered
    created_at: Mapped[datetime]


class GoldenRow(Base):
    """A question that a collection must go on answering."""

    __tablename__ = "golden_questions"

    id: Mapped[str] = mapped_column(primary_key=True)
    collection: Mapped[str] = mapped_column(index=True)
    question: Mapped[str]
    source: Mapped[str]  # the document that must be found; empty: any
    clause: Mapped[str]  # empty: any
    contains: Mapped[str]  # what the passage must say; alternatives parted by "|"; empty: anything
    created_by: Mapped[str]
    created_at: Mapped[datetime]


class UserRow(Base):
    """A person, or a program with a service account."""

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)  # what one signs in with, casefolded
    display: Mapped[str]
    email: Mapped[str]
    kind: Mapped[str]  # person | service
    role: Mapped[str]  # admin | editor | supervisor | agent | viewer
    language: Mapped[str | None]
    password: Mapped[str | None]  # argon2 hash; None: cannot sign in with one
    totp: Mapped[str | None]  # sealed secret; None: off
    totp_step: Mapped[int | None]  # last time step that was used, so that no code works twice
    subject: Mapped[str | None] = mapped_column(unique=True)  # issuer and subject at the sign-on provider
    failures: Mapped[int]  # wrong passwords or codes since the last right one
    locked_until: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    seen_at: Mapped[datetime | None]


class GroupRow(Base):
    """A team."""

    __tablename__ = "groups"

    name: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    created_at: Mapped[datetime]


class MembershipRow(Base):
    """Who is in which group."""

    __tablename__ = "memberships"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    group: Mapped[str] = mapped_column(ForeignKey("groups.name", ondelete="CASCADE"), primary_key=True)


class GrantRow(Base):
    """One cell of the permission matrix: this role or group may do this in this collection."""

    __tablename__ = "grants"

    holder: Mapped[str] = mapped_column(primary_key=True)  # "role:agent" or "group:sales"
    collection: Mapped[str] = mapped_column(primary_key=True)  # "*": all, those to come included
    right: Mapped[str] = mapped_column(primary_key=True)  # read | edit | approve


class SessionRow(Base):
    """One browser that is signed in; only a digest of its token is kept."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    how: Mapped[str]  # password | link | sso
    agent: Mapped[str]  # the browser's own word
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class ApiKeyRow(Base):
    """A key that a program shows; only a digest of it is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    start: Mapped[str]  # its first characters, so that people know it again
    collections: Mapped[list[str] | None]  # narrows what its user may; None: all of that
    created_at: Mapped[datetime]
    created_by: Mapped[str]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class LinkRow(Base):
    """A link that works once: the first administrator's, an invitation, a new password."""

    __tablename__ = "links"

    digest: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]  # admin | invitation | password
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
