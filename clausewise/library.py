"""The documents as the HTTP side sees them: its roles over the store's own services."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from assistant.api.services import DocumentSummary, DocumentView, VersionSummary
from assistant.errors import NothingToRollBack
from knowledge.documents import DocumentInfo, VersionInfo
from knowledge.errors import NotFound, NotReadable
from knowledge.store import Store
from knowledge.types import DocumentId, Reader


def summary(info: DocumentInfo) -> DocumentSummary:
    """Return a document as lists show it."""
    return DocumentSummary(
        document_id=info.document_id,
        source=info.source,
        title=info.title,
        version=info.version,
        audiences=info.audiences,
        passages=info.passages,
        updated_at=info.updated_at.isoformat(timespec="seconds"),
        state=info.state,
        expires_at=_moment(info.expires_at),
        pinned=info.pinned,
    )


def version_summary(info: VersionInfo) -> VersionSummary:
    """Return one line of a history."""
    return VersionSummary(
        version=info.number,
        state=info.state,
        created_at=info.created_at.isoformat(timespec="seconds"),
        passages=info.passages,
        current=info.current,
        by=info.created_by,
        comment=info.comment,
        effective_from=_moment(info.effective_from),
        expires_at=_moment(info.expires_at),
        published_at=_moment(info.published_at),
        reason=info.reason,
        pinned=info.pinned,
    )


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def view(store: Store, document_id: str, reader: Reader, version: int | None) -> DocumentView:
    """Return one version of a document (None: the current one), as far as ``reader`` may see it.

    Raises:
        NotFound: no such document or version for this reader.
        NotReadable: an earlier version of which this reader may not see all.
    """
    found = store.documents.show(DocumentId(document_id), reader)
    text = store.repository.canonical(found.document_id, version, reader)
    passages = store.repository.document_passages(found.document_id, reader, version)
    whole = sum(passage.end - passage.start for passage in passages) == len(text)
    shown = replace(summary(found), version=found.version if version is None else version)
    details = store.documents.details(found.document_id, shown.version) if whole else {}
    return DocumentView(shown, found.version, tuple(passages), text if whole else None, details)


class Library:
    """Documents over the access gate; what takes long becomes a job."""

    def __init__(
        self,
        store: Store,
        uploads: Path,
        start_ingest: Callable[[Sequence[Path], str, Mapping[str, str]], str],
    ) -> None:
        """Join the store with the folder for uploads and the way to start a job."""
        self._store = store
        self._uploads = uploads
        self._start_ingest = start_ingest

    @property
    def uploads(self) -> Path:
        """Folder in the home where uploaded files are kept."""
        return self._uploads

    def documents(self, reader: Reader, limit: int, offset: int) -> tuple[Sequence[DocumentSummary], int]:
        """Return one page of the documents that ``reader`` may see, and how many there are."""
        page = self._store.documents.browse(reader, limit, offset)
        return [summary(info) for info in page], self._store.documents.count(reader)

    def document(self, document_id: str, reader: Reader, version: int | None) -> DocumentView | None:
        """Return a version (None: the current one), or None when ``reader`` may see nothing of it."""
        try:
            return view(self._store, document_id, reader, version)
        except (NotFound, NotReadable):
            return None

    def history(self, document_id: str, reader: Reader) -> Sequence[VersionSummary] | None:
        """Return all versions, newest first, or None when there is no such document."""
        try:
            return [
                version_summary(one) for one in self._store.documents.history(DocumentId(document_id), reader)
            ]
        except (NotFound, NotReadable):
            return None

    def rollback(self, document_id: str, version: int | None, comment: str = "") -> VersionSummary | None:
        """Make ``version`` (None: the one before) current; None when there is no such document.

        Raises:
            NothingToRollBack: no such earlier version.
        """
        documents = self._store.documents
        try:
            documents.history(DocumentId(document_id))
        except NotFound:
            return None
        try:
            restored = documents.rollback(DocumentId(document_id), version, comment=comment)
        except NotFound as error:
            raise NothingToRollBack from error
        return next(
            version_summary(one)
            for one in documents.history(DocumentId(document_id))
            if one.number == restored.version
        )

    def remove(self, document_id: str) -> bool:
        """Take the document out of search; False when there is none."""
        try:
            self._store.documents.remove(DocumentId(document_id))
        except NotFound:
            return False
        return True

    def ingest(self, paths: Sequence[Path], audience: str, note: Mapping[str, str]) -> str:
        """Start a job that ingests files stored under ``uploads`` and return its id."""
        return self._start_ingest(paths, audience, note)
