"""When versions come into force and cease to answer: effective days, expiry, pins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from knowledge.access import listed
from knowledge.database import Database, bump_generation, get_meta, set_meta
from knowledge.errors import BadDays, NotFound
from knowledge.events import append_event
from knowledge.publishing import Publisher
from knowledge.staging import Target
from knowledge.tables import DocumentRow, VersionRow
from knowledge.types import OPERATOR, DocumentId, Reader

_TICKED = "ticked_at"


@dataclass(frozen=True, slots=True)
class Expiring:
    """A document whose version in force ceases to answer, or has ceased."""

    document_id: DocumentId
    source: str
    title: str
    version: int
    expires_at: datetime
    expired: bool


class LifeCycle:
    """Days and pins of documents. The program calls ``tick`` every few seconds."""

    def __init__(self, database: Database, publisher: Publisher) -> None:
        self._database = database
        self._publisher = publisher

    def tick(self, now: datetime | None = None) -> int:
        """Put in force what is due, and let caches know what has expired; return how many documents changed."""
        now = now or datetime.now(UTC)
        return self._expire(now) + self._come_into_force(now)

    def set_days(
        self, document_id: DocumentId, version: int | None, changes: dict[str, datetime | None], by: str
    ) -> int:
        """Set ``effective_from`` and ``expires_at`` (None: at once, never) of a version, and return its number.

        ``version`` None is the one in force. What is in force stays so, whatever its effective day says.

        Raises:
            NotFound: no such document or version.
            BadDays: a version would expire before it comes into force.
        """
        with self._database.write() as session:
            row = _version(session, document_id, version)
            effective = changes.get("effective_from", row.effective_from)
            expires = changes.get("expires_at", row.expires_at)
            if effective is not None and expires is not None and expires <= effective:
                raise BadDays(
                    f"the version would expire ({expires.isoformat()}) before it comes into force"
                    f" ({effective.isoformat()}); choose a later day of expiry"
                )
            session.execute(
                update(VersionRow)
                .where(VersionRow.document_id == document_id, VersionRow.number == row.number)
                .values(**changes)
            )
            if row.state == "live" and "expires_at" in changes:
                session.execute(
                    update(DocumentRow)
                    .where(DocumentRow.id == document_id)
                    .values(expires_at=changes["expires_at"])
                )
                bump_generation(session)
            told = {name: day.isoformat() if day else None for name, day in changes.items()}
            append_event(
                session,
                "document.days_set",
                {"document_id": document_id, "version": row.number, "by": by, **told},
            )
        return int(row.number)

    def pin(self, document_id: DocumentId, version: int | None, by: str) -> int:
        """Keep a document at a version (None: the one in force) whatever its file becomes; return that version.

        Raises:
            NotFound: no such document, or no such version that was ever in force.
        """
        with self._publisher.turn:
            with self._database.read() as connection:
                row = _version(connection, document_id, version)
            if row.state not in {"live", "superseded"}:
                raise NotFound(f"version {row.number} of document {document_id!r} was never in force")
            also = _pinning(document_id, row.number)
            told = {"by": by}
            if row.state == "live":
                with self._database.write() as session:
                    also(session)
                    append_event(
                        session,
                        "document.pinned",
                        {"document_id": document_id, "version": row.number, **told},
                    )
            else:
                self._publisher.change(Target(document_id, row.number), "document.pinned", also, told)
        return int(row.number)

    def unpin(self, document_id: DocumentId, by: str) -> int | None:
        """Let the document follow its file again: the newest version that waited for this comes into force.

        Golden questions stand before it as before any other: it may go on waiting, for them.

        Return the version in force afterwards.

        Raises:
            NotFound: no such document, or it is not pinned.
        """
        also = _pinning(document_id, None)
        with self._publisher.turn:
            with self._database.read() as connection:
                row = connection.execute(
                    select(DocumentRow.pinned, DocumentRow.current_version).where(
                        DocumentRow.id == document_id
                    )
                ).first()
                waiting = connection.execute(
                    select(VersionRow.number)
                    .where(VersionRow.document_id == document_id, VersionRow.state == "waiting")
                    .where(VersionRow.report["cause"].as_string() == "pin")
                    .where(VersionRow.number > func.coalesce(row.current_version if row else None, 0))
                    .order_by(VersionRow.number.desc())
                ).scalar()
            if row is None or row.pinned is None:
                raise NotFound(f"document {document_id!r} is not pinned")
            if waiting is not None:
                held = self._publisher.advance(
                    Target(document_id, waiting),
                    "document.unpinned",
                    lambda session, _: also(session),
                    {"by": by},
                    passed={"review", "pin"},
                )
                return int(waiting if held is None else row.current_version)
            with self._database.write() as session:
                also(session)
                told = {"document_id": document_id, "version": row.current_version, "by": by}
                append_event(session, "document.unpinned", told)
            return int(row.current_version) if row.current_version is not None else None

    def expiring(
        self, days: int = 30, reader: Reader = OPERATOR, now: datetime | None = None
    ) -> list[Expiring]:
        """Return the documents that expire within ``days`` or have expired, the first to go first.

        Expired ones only for the operator: other readers no longer see them.
        """
        now = now or datetime.now(UTC)
        statement = (
            listed(
                reader,
                DocumentRow.id,
                DocumentRow.source,
                DocumentRow.title,
                DocumentRow.current_version,
                DocumentRow.expires_at,
            )
            .where(DocumentRow.expires_at.is_not(None), DocumentRow.expires_at <= now + timedelta(days=days))
            .group_by(DocumentRow.id)
            .order_by(DocumentRow.expires_at, DocumentRow.source)
        )
        with self._database.read() as connection:
            return [
                Expiring(
                    DocumentId(row.id),
                    row.source,
                    row.title,
                    row.current_version,
                    row.expires_at,
                    row.expires_at <= now,
                )
                for row in connection.execute(statement)
            ]

    def _expire(self, now: datetime) -> int:
        with self._database.read() as connection:
            if not _expired_since(connection, now):
                return 0
        with self._database.write() as session:
            gone = _expired_since(session, now)  # another process may have been quicker
            if gone:
                set_meta(session, _TICKED, now.isoformat())
                bump_generation(session)
            for row in gone:
                told = {"document_id": row.id, "source": row.source, "version": row.current_version}
                append_event(session, "document.expired", told)
        return len(gone)

    def _come_into_force(self, now: datetime) -> int:
        with self._database.read() as connection:
            due = connection.execute(
                select(VersionRow.document_id, VersionRow.number)
                .where(VersionRow.state == "scheduled", VersionRow.effective_from <= now)
                .order_by(VersionRow.effective_from, VersionRow.number)
            ).all()
        for row in due:
            with self._publisher.turn:
                target = Target(DocumentId(row.document_id), row.number)
                if not self._is_scheduled(target):
                    continue  # another process was quicker
                place = self._publisher.place(
                    target, passed={"review"}
                )  # it was, before its day was waited for
                if place is None:
                    self._publisher.change(target, "document.came_into_force")
                elif place.state != "scheduled":  # pinned meanwhile, or it would lose golden questions
                    self._publisher.hold(target, place)
        return len(due)

    def _is_scheduled(self, target: Target) -> bool:
        with self._database.read() as connection:
            state = connection.execute(
                select(VersionRow.state).where(
                    VersionRow.document_id == target.document_id, VersionRow.number == target.number
                )
            ).scalar()
        return state == "scheduled"


def _expired_since(connection: Any, now: datetime) -> Sequence[Any]:
    """Return the documents whose day has passed since that was looked at last."""
    before = datetime.fromisoformat(get_meta(connection, _TICKED) or "1970-01-01T00:00:00+00:00")
    found: Sequence[Any] = connection.execute(
        select(DocumentRow.id, DocumentRow.source, DocumentRow.current_version)
        .where(DocumentRow.expires_at > before, DocumentRow.expires_at <= now)
        .where(DocumentRow.removed_at.is_(None))
    ).all()
    return found


def _pinning(document_id: DocumentId, version: int | None) -> Any:
    def also(session: Session) -> None:
        session.execute(update(DocumentRow).where(DocumentRow.id == document_id).values(pinned=version))

    return also


def _version(connection: Any, document_id: DocumentId, number: int | None) -> Any:
    """Return a complete version, the one in force for None."""
    wanted = select(
        VersionRow.number, VersionRow.state, VersionRow.effective_from, VersionRow.expires_at
    ).where(VersionRow.document_id == document_id, VersionRow.state != "staged")
    wanted = wanted.where(VersionRow.state == "live" if number is None else VersionRow.number == number)
    row = connection.execute(wanted).first()
    if row is None:
        what = "no version in force" if number is None else f"no version {number}"
        raise NotFound(f"document {document_id!r} has {what}; `clausewise documents history` shows all")
    return row
