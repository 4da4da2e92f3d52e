"""Citations after the answer: which versions were cited, and what has become of a cited clause since.

A citation names a version, and always opens that version's text. Where another version is in force by now, it says so, and
whether the clause is the same there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from knowledge.differences import Clause, clauses, difference
from knowledge.errors import NotFound
from knowledge.repository import Repository
from knowledge.tables import CitedRow
from knowledge.types import DocumentId, Reader

Standing = Literal["current", "unchanged", "moved", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class Cited:
    """A citation opened: ``quote == canonical[start:end]`` of ``version``, and where its clause stands today.

    ``current``: that version is in force. Else ``now`` is the clause in the version in force, None where it is gone.
    """

    document_id: DocumentId
    version: int
    current_version: int
    standing: Standing
    quote: str
    start: int
    end: int
    clause: Clause
    now: Clause | None


def open_citation(
    repository: Repository, document_id: DocumentId, version: int, span: tuple[int, int], reader: Reader
) -> Cited:
    """Open what an answer cited, as far as ``reader`` may see it.

    Raises:
        NotFound: no such document, version or span for this reader.
        NotReadable: an earlier version of which this reader may not see all.
    """
    start, end = span
    text = repository.canonical(document_id, version, reader)
    old = clauses(repository.document_passages(document_id, reader, version))
    cited = next((one for one in old if one.start <= start < end <= one.end), None)
    if cited is None:
        cited = next((one for one in old if one.start <= start < one.end), None)
    if cited is None or not start < end <= len(text):
        raise NotFound(f"document {document_id!r} has no text at {start}:{end} in version {version}")
    current = repository.current_version(document_id, reader)
    standing: Standing = "current"
    now: Clause | None = cited
    if current != version:
        new = clauses(repository.document_passages(document_id, reader))
        standing, now = _standing(cited, old, new)
    return Cited(document_id, version, current, standing, text[start:end], start, end, cited, now)


def _standing(cited: Clause, old: list[Clause], new: list[Clause]) -> tuple[Standing, Clause | None]:
    for change in difference(old, new).changes:
        if change.before is not None and change.before.key == cited.key:
            return ("gone" if change.after is None else change.kind), change.after  # type: ignore[return-value]
    return "unchanged", next(one for one in new if one.key == cited.key)


def note_cited(session: Session, versions: Iterable[tuple[str, int]]) -> None:
    """Note, in the transaction that records an answer, which versions it cited."""
    now = datetime.now(UTC)
    for document_id, version in sorted(set(versions)):
        statement = insert(CitedRow).values(document_id=document_id, version=version, last_at=now)
        session.execute(
            statement.on_conflict_do_update(index_elements=["document_id", "version"], set_={"last_at": now})
        )


def cited_since(session: Session, document_id: DocumentId, days: int) -> list[int]:
    """Return the versions of a document that were cited in the last ``days`` days."""
    since = datetime.now(UTC) - timedelta(days=days)
    found = select(CitedRow.version).where(CitedRow.document_id == document_id, CitedRow.last_at >= since)
    return list(session.execute(found).scalars())
