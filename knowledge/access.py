"""The one gate: which passages may this reader see now?

Every read of passages starts here. A derived index may still name what was superseded, removed or moved
to another audience; joined with these conditions, it cannot show it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, true
from sqlalchemy.orm import Session

from knowledge.permissions import EVERYTHING, Rights
from knowledge.tables import DocumentRow, PassageRow
from knowledge.types import Reader


def in_force() -> ColumnElement[bool]:
    """Condition: the document is not removed and this version is the one that answers now."""
    return (DocumentRow.removed_at.is_(None)) & (PassageRow.version == DocumentRow.current_version)


def allowed(reader: Reader) -> ColumnElement[bool]:
    """Condition: the passage's audience is one of the reader's."""
    if reader.audiences is None:
        return true()
    return PassageRow.audience.in_(sorted(reader.audiences))


def unexpired(now: datetime | None = None) -> ColumnElement[bool]:
    """Condition: the version in force has not expired; the clock is asked each time, so no cache can answer later."""
    return or_(DocumentRow.expires_at.is_(None), DocumentRow.expires_at > (now or datetime.now(UTC)))


def readable(reader: Reader, *columns: Any) -> Select[Any]:
    """Return a SELECT of ``columns`` over the passages that ``reader`` may see now."""
    return kept(*columns).where(unexpired()).where(allowed(reader))


def listed(reader: Reader, *columns: Any) -> Select[Any]:
    """Return the same for lists and documents as a whole: the operator, who looks after them, sees expired ones too."""
    return kept(*columns) if reader.audiences is None else readable(reader, *columns)


def kept(*columns: Any) -> Select[Any]:
    """Return a SELECT of ``columns`` over all passages in force, expired ones too: what derived indexes hold."""
    return (
        select(*columns)
        .select_from(PassageRow)
        .join(DocumentRow, DocumentRow.id == PassageRow.document_id)
        .where(in_force())
    )


def looked_after(rights: Rights, *columns: Any) -> Select[Any]:
    """Return a SELECT of ``columns`` over the passages of all versions, for who edits or approves in their audiences.

    What waits, and what was, is theirs to compare; other readers get none of it.
    """
    selected = (
        select(*columns).select_from(PassageRow).join(DocumentRow, DocumentRow.id == PassageRow.document_id)
    )
    if rights.edit is None or rights.approve is None:
        return selected
    return selected.where(PassageRow.audience.in_(sorted(rights.edit | rights.approve)))


def concerned(
    connection: Connection | Session, document_id: str, number: int | None = None
) -> frozenset[str]:
    """Return the audiences that a version would change: those of its passages and of the version in force.

    A version that takes a document out of a collection changes that one too.
    """
    in_question = in_force()
    if number is not None:
        in_question |= PassageRow.version == number
    found = connection.execute(
        looked_after(EVERYTHING, PassageRow.audience)
        .where(PassageRow.document_id == document_id)
        .where(in_question)
        .distinct()
    )
    return frozenset(found.scalars())


def documents_by_audience(connection: Connection | Session) -> dict[str, int]:
    """Return how many documents in force have passages of each audience; numbers only, so no reader is asked."""
    counted = kept(PassageRow.audience, func.count(func.distinct(PassageRow.document_id)))
    return {row[0]: row[1] for row in connection.execute(counted.group_by(PassageRow.audience))}
