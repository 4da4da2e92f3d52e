"""Differences, opened citations and expiry as the JSON of the public interface; the command line prints the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.api.schemas import Json

if TYPE_CHECKING:
    from knowledge.citing import Cited
    from knowledge.differences import Change, Clause, Difference
    from knowledge.lifecycle import Expiring


def clause_json(clause: Clause | None) -> Json | None:
    """Encode a clause of one version; ``start`` and ``end`` count in its canonical text."""
    if clause is None:
        return None
    return {
        "label": clause.label,
        "text": clause.text,
        "start": clause.start,
        "end": clause.end,
        "page": clause.page,
    }


def change_json(change: Change) -> Json:
    """Encode a change; ``marks`` are runs of [same|removed|added, text]."""
    return {
        "kind": change.kind,
        "before": clause_json(change.before),
        "after": clause_json(change.after),
        "marks": [list(mark) for mark in change.marks],
    }


def difference_json(document_id: str, before: int, after: int, found: Difference) -> Json:
    """Encode what changed between two versions."""
    return {
        "document_id": document_id,
        "from": before,
        "to": after,
        "unchanged": found.unchanged,
        "changes": [change_json(change) for change in found.changes],
    }


def cited_json(cited: Cited) -> Json:
    """Encode an opened citation."""
    return {
        "document_id": cited.document_id,
        "version": cited.version,
        "current_version": cited.current_version,
        "standing": cited.standing,
        "quote": cited.quote,
        "start": cited.start,
        "end": cited.end,
        "clause": clause_json(cited.clause),
        "now": clause_json(cited.now),
    }


def expiring_json(one: Expiring) -> Json:
    """Encode a document that expires."""
    return {
        "document_id": one.document_id,
        "source": one.source,
        "title": one.title,
        "version": one.version,
        "expires_at": one.expires_at.isoformat(timespec="seconds"),
        "expired": one.expired,
    }
