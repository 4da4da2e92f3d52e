"""The one gate: which passages may this reader see now?

Every read of passages starts here. A derived index may still name what was superseded, removed or moved
to another audience; joined with these conditions, it cannot show it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, true

from knowledge.permissions import Rights
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


def handled(rights: Rights) -> ColumnElement[bool]:
    """Condition: the passage's audience is one that someone with these rights looks after: edits or approves in."""
    if rights.edit is None or rights.approve is None:
        return true()
    return PassageRow.audience.in_(sorted(rights.edit | rights.approve))


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
