"""Versions as people handle them: differences, opened citations, pins, days. One service for HTTP and command line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from assistant.api.lifecycle_json import cited_json, difference_json, expiring_json
from clausewise.protocol import Json
from clausewise.tasks import (
    CiteDocument,
    DiffDocument,
    ListExpiring,
    PinDocument,
    SetDays,
    UnpinDocument,
)
from knowledge.citing import open_citation
from knowledge.differences import clauses, difference
from knowledge.errors import NotFound, NotReadable
from knowledge.store import Store
from knowledge.types import OPERATOR, DocumentId, Reader

BY = "operator"


class LifeCycle:
    """The role of ``assistant.api.services.LifeCycle`` over a store; None stands for what is not there for the reader."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def difference(
        self, document_id: str, before: int | None, after: int | None, reader: Reader
    ) -> Json | None:
        """Compare two versions (None: the one in force, and the one before that)."""
        try:
            return diff(self._store, DocumentId(document_id), before, after, reader)
        except (NotFound, NotReadable):
            return None

    def citation(self, document_id: str, version: int, span: tuple[int, int], reader: Reader) -> Json | None:
        """Open what was cited."""
        try:
            found = open_citation(self._store.repository, DocumentId(document_id), version, span, reader)
        except (NotFound, NotReadable):
            return None
        return cited_json(found)

    def pin(self, document_id: str, version: int | None, by: str = BY) -> int | None:
        """Pin and return the version."""
        try:
            return self._store.life_cycle.pin(DocumentId(document_id), version, by)
        except NotFound:
            return None

    def unpin(self, document_id: str, by: str = BY) -> int | None:
        """Unpin and return the version in force."""
        try:
            return self._store.life_cycle.unpin(DocumentId(document_id), by)
        except NotFound:
            return None

    def set_days(
        self, document_id: str, version: int | None, changes: Mapping[str, datetime | None], by: str = BY
    ) -> int | None:
        """Set days of a version and return its number.

        Raises:
            ValueError: it would expire before it comes into force.
        """
        try:
            return self._store.life_cycle.set_days(DocumentId(document_id), version, dict(changes), by)
        except NotFound:
            return None

    def expiring(self, days: int, reader: Reader) -> list[Json]:
        """List what expires."""
        return [expiring_json(one) for one in self._store.life_cycle.expiring(days, reader)]


def diff(
    store: Store, document_id: DocumentId, before: int | None, after: int | None, reader: Reader
) -> Json:
    """Compare two versions clause by clause.

    Raises:
        NotFound: no such document or version for this reader.
        NotReadable: the reader may not see all of both.
    """
    repository = store.repository
    newer = after or repository.current_version(document_id, reader)
    older = before or _one_before(store, document_id, newer, reader)
    texts = []
    for number in (older, newer):
        passages = repository.document_passages(document_id, reader, number)
        if sum(p.end - p.start for p in passages) != len(repository.canonical(document_id, number, reader)):
            raise NotReadable(f"version {number} of document {document_id!r} may not be shown to this reader")
        texts.append(clauses(passages))
    return difference_json(document_id, older, newer, difference(*texts))


def carry_out(
    store: Store,
    task: DiffDocument | CiteDocument | PinDocument | UnpinDocument | SetDays | ListExpiring,
) -> Json:
    """Do what the command line asks.

    Raises:
        NotFound: no such document or version.
        ValueError: a version would expire before it comes into force.
    """
    if isinstance(task, ListExpiring):
        return {"documents": LifeCycle(store).expiring(task.days, OPERATOR)}
    document_id = store.documents.find(task.document_id)
    match task:
        case DiffDocument():
            return diff(store, document_id, task.before, task.after, OPERATOR)
        case CiteDocument():
            span = (task.start, task.end)
            return cited_json(open_citation(store.repository, document_id, task.version, span, OPERATOR))
        case PinDocument():
            version = store.life_cycle.pin(document_id, task.version, task.by)
            return {"document_id": document_id, "version": version, "pinned": True}
        case UnpinDocument():
            return {
                "document_id": document_id,
                "version": store.life_cycle.unpin(document_id, task.by),
                "pinned": False,
            }
        case SetDays():
            changes: dict[str, datetime | None] = {
                name: getattr(task, name)
                for name in ("effective_from", "expires_at")
                if name in task.model_fields_set
            }
            number = store.life_cycle.set_days(document_id, task.version, changes, task.by)
            return {"document_id": document_id, "version": number}


def _one_before(store: Store, document_id: DocumentId, newer: int, reader: Reader) -> int:
    earlier = [one.number for one in store.documents.history(document_id, reader) if one.number < newer]
    if not earlier:
        raise NotFound(f"document {document_id!r} has no version before {newer}")
    return max(earlier)
