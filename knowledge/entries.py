"""Entries: questions with their answers that staff write here, without a file; reading them.

An entry is a document of one passage, question and answer, so that its versions are those of every document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from knowledge.access import listed, looked_after
from knowledge.database import Database
from knowledge.errors import NotFound
from knowledge.permissions import EVERYTHING, Actor
from knowledge.tables import DocumentRow, PassageRow, VersionRow
from knowledge.types import DocumentId, VersionState

_PENDING = ("draft", "review", "waiting", "scheduled")
_COLUMNS = (
    PassageRow.document_id,
    PassageRow.version,
    PassageRow.text,
    PassageRow.question,
    PassageRow.audience,
)


@dataclass(frozen=True, slots=True)
class EntryVersion:
    """One writing of an entry."""

    version: int
    state: VersionState
    question: str
    answer: str
    collection: str
    tags: tuple[str, ...]
    by: str
    comment: str
    created_at: datetime
    reason: str | None  # why it is not in force


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: what answers (None: nothing yet), and what waits, for those who look after it."""

    document_id: DocumentId
    live: EntryVersion | None
    pending: EntryVersion | None

    @property
    def newest(self) -> EntryVersion:
        """The version that the next edit is made from."""
        return self.pending or self.live  # type: ignore[return-value]


class Entries:
    """Reads entries, through the gate."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, actor: Actor, collection: str | None = None) -> list[Entry]:
        """Return the entries of which ``actor`` may see something, by question."""
        found = [
            one
            for one in self._read(actor, [])
            if collection is None or collection in {v.collection for v in (one.live, one.pending) if v}
        ]
        return sorted(found, key=lambda one: (one.newest.question, one.document_id))

    def show(self, document_id: DocumentId, actor: Actor) -> Entry:
        """Return one entry.

        Raises:
            NotFound: there is none, as far as ``actor`` may know.
        """
        found = self._read(actor, [PassageRow.document_id == document_id])
        if not found:
            raise NotFound(f"no entry {document_id!r}; `clausewise faq list` shows all", "entry")
        return found[0]

    def asking(self, question: str, collection: str) -> list[DocumentId]:
        """Return the entries of a collection, in force or waiting, with this very question."""
        with self._database.read() as connection:
            rows = connection.execute(
                looked_after(EVERYTHING, PassageRow.document_id)
                .join(VersionRow, _OF_PASSAGE)
                .where(DocumentRow.kind == "entry", DocumentRow.removed_at.is_(None))
                .where(VersionRow.state.in_(("live", *_PENDING)))
                .where(PassageRow.question == question, PassageRow.audience == collection)
                .distinct()
            )
            return [DocumentId(row.document_id) for row in rows]

    def _read(self, actor: Actor, conditions: Sequence[Any]) -> list[Entry]:
        with self._database.read() as connection:
            live = connection.execute(
                _joined(listed(actor.rights.reader, *_COLUMNS)).where(*conditions)
            ).all()
            waiting = connection.execute(
                _joined(looked_after(actor.rights, *_COLUMNS))
                .where(DocumentRow.removed_at.is_(None))
                .where(VersionRow.state.in_(_PENDING), *conditions)
                .order_by(PassageRow.version)
            ).all()
        answers = {row.document_id: _version(row) for row in live}
        pending = {row.document_id: _version(row) for row in waiting}
        return [
            Entry(DocumentId(i), answers.get(i), pending.get(i)) for i in dict.fromkeys((*answers, *pending))
        ]


_OF_PASSAGE = (VersionRow.document_id == PassageRow.document_id) & (VersionRow.number == PassageRow.version)


def _joined(statement: Any) -> Any:
    """Add what a version says of itself to a SELECT of passages, for entries alone."""
    return (
        statement.add_columns(
            VersionRow.state,
            VersionRow.details,
            VersionRow.created_by,
            VersionRow.comment,
            VersionRow.created_at,
            VersionRow.report,
        )
        .join(VersionRow, _OF_PASSAGE)
        .where(DocumentRow.kind == "entry", PassageRow.ordinal == 0)
    )


def _version(row: Row[Any]) -> EntryVersion:
    question = row.question or ""
    return EntryVersion(
        version=row.version,
        state=row.state,
        question=question,
        answer=row.text[len(question) + 1 :],
        collection=row.audience,
        tags=tuple(row.details.get("tags", ())),
        by=row.created_by,
        comment=row.comment,
        created_at=row.created_at,
        reason=(row.report or {}).get("why"),
    )
