"""Documents whose passages were made by another recipe: another parser, another splitter, another length."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from ingest.reading import recipe_of
from knowledge.store import Store
from knowledge.tables import DocumentRow, VersionRow
from knowledge.types import DocumentId
from models.protocols import Embedder


@dataclass(frozen=True, slots=True)
class Recipes:
    """How documents are read now, and how many in force were read otherwise."""

    current: str
    outdated: int


@dataclass(frozen=True, slots=True)
class Outdated:
    """A document in force that was read otherwise, with what its next version keeps of this one."""

    document_id: DocumentId
    source: str
    location: str
    root: str
    kind: str
    audience: str
    file_digest: str
    pinned: bool
    expires_at: datetime | None


def recipes(store: Store, embedder: Embedder) -> Recipes:
    """Return how documents are read now, and how many were read otherwise."""
    current = recipe_of(embedder)
    with store.database.read() as connection:
        counted = connection.execute(_in_force(current).with_only_columns(func.count())).scalar()
    return Recipes(current, int(counted or 0))


def outdated(store: Store, embedder: Embedder) -> list[Outdated]:
    """Return the documents in force that were read otherwise than they would be now, by source."""
    with store.database.read() as connection:
        rows = connection.execute(_in_force(recipe_of(embedder)).order_by(DocumentRow.source)).all()
    return [
        Outdated(
            DocumentId(row.id),
            row.source,
            row.location,
            row.root,
            row.kind,
            row.audience,
            row.file_digest,
            row.pinned is not None,
            row.expires_at,
        )
        for row in rows
    ]


def _in_force(current: str) -> Any:
    """Select the versions in force of files, made by another recipe than ``current``; entries have no recipe to age."""
    return (
        select(
            DocumentRow.id,
            DocumentRow.source,
            DocumentRow.location,
            DocumentRow.root,
            DocumentRow.kind,
            DocumentRow.pinned,
            VersionRow.audience,
            VersionRow.file_digest,
            VersionRow.expires_at,
        )
        .join(
            VersionRow,
            (VersionRow.document_id == DocumentRow.id) & (VersionRow.number == DocumentRow.current_version),
        )
        .where(DocumentRow.removed_at.is_(None), DocumentRow.kind == "file", VersionRow.recipe != current)
    )
