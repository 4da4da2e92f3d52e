"""Collections, versions that wait, entries and golden questions as the JSON of the public interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.api.lifecycle_json import difference_json
from assistant.api.schemas import Json, passage_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from knowledge.collections import Collection
    from knowledge.differences import Difference
    from knowledge.entries import Entry, EntryVersion
    from knowledge.golden import Golden
    from knowledge.quality import Asked
    from knowledge.reviewing import Moved, PendingVersion
    from knowledge.types import Hit, Passage


def collection_json(one: Collection) -> Json:
    """Encode a collection."""
    return {
        "name": one.name,
        "title_zh": one.title_zh,
        "title_en": one.title_en,
        "review": one.review,
        "gate": one.gate,
        "documents": one.documents,
        "golden": one.golden,
    }


def moved_json(one: Moved) -> Json:
    """Encode where a decision has brought a version."""
    return {
        "document_id": one.document_id,
        "version": one.version,
        "state": one.state,
        "reason": one.reason,
    }


def pending_json(one: PendingVersion) -> Json:
    """Encode a version that waits, for a list."""
    return {
        "document_id": one.document_id,
        "source": one.source,
        "title": one.title,
        "kind": one.kind,
        "version": one.version,
        "current_version": one.current,
        "state": one.state,
        "cause": one.cause,
        "reason": one.reason,
        "collections": list(one.collections),
        "by": one.by,
        "comment": one.comment,
        "created_at": one.created_at.isoformat(timespec="seconds"),
        "effective_from": one.effective_from.isoformat(timespec="seconds") if one.effective_from else None,
        "reviewed_by": one.reviewed_by,
        "report": one.report,
    }


def whole_pending_json(
    one: PendingVersion, passages: Sequence[Passage], difference: Difference | None
) -> Json:
    """Encode a version that waits with its passages and what it would change; null: nothing is in force yet."""
    changes = None
    if difference is not None and one.current is not None:
        changes = difference_json(one.document_id, one.current, one.version, difference)
    return {
        **pending_json(one),
        "passages": [passage_json(passage) for passage in passages],
        "difference": changes,
    }


def entry_version_json(one: EntryVersion | None) -> Json | None:
    """Encode one writing of an entry."""
    if one is None:
        return None
    return {
        "version": one.version,
        "state": one.state,
        "question": one.question,
        "answer": one.answer,
        "collection": one.collection,
        "tags": list(one.tags),
        "by": one.by,
        "comment": one.comment,
        "created_at": one.created_at.isoformat(timespec="seconds"),
        "reason": one.reason,
    }


def entry_json(one: Entry) -> Json:
    """Encode an entry: what answers, and what waits; ``base`` is the version that the next edit is made from."""
    return {
        "document_id": one.document_id,
        "base": one.newest.version,
        "live": entry_version_json(one.live),
        "pending": entry_version_json(one.pending),
    }


def golden_json(one: Golden) -> Json:
    """Encode a golden question."""
    return {
        "id": one.id,
        "collection": one.collection,
        "question": one.expected.question,
        "source": one.expected.source,
        "clause": one.expected.clause,
        "contains": one.expected.contains,
        "by": one.created_by,
        "at": one.created_at.isoformat(timespec="seconds"),
    }


def asked_json(one: Asked, *, holds: bool) -> Json:
    """Encode what became of a golden question."""
    return {**golden_json(one.golden), "rank": one.rank, "holds": holds, "found": found_json(one.first)}


def found_json(hit: Hit | None) -> Json | None:
    """Encode the first passage that a golden question finds."""
    if hit is None:
        return None
    passage = hit.passage
    return {"source": passage.source, "clause": passage.clause, "text": passage.text.strip()}
