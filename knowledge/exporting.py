"""All documents that a reader may see, with what is known about them, as one zip that other programs can read.

``documents.jsonl`` has a line for each document: metadata, versions, and its passages with clause and span. ``texts/ID.txt``
is the canonical text that the spans count in, ``originals/ID/NAME`` the file itself where it still lies where it
was read and has not changed since.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from knowledge.documents import DocumentInfo
from knowledge.errors import NotFound, NotReadable, Stopped
from knowledge.store import Store
from knowledge.types import Reader
from knowledge.wholefile import new_file


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export holds."""

    file: Path
    documents: int
    originals: int
    size: int  # bytes

    def as_json(self) -> dict[str, Any]:
        """Return it as the command line prints it."""
        return {
            "file": str(self.file),
            "documents": self.documents,
            "originals": self.originals,
            "bytes": self.size,
        }


def export(
    store: Store,
    file: Path,
    reader: Reader,
    progress: Callable[[float], None] | None = None,
    stopped: Callable[[], bool] = lambda: False,
) -> ExportReport:
    """Write what ``reader`` may see to ``file``, which must not exist; it appears whole or not at all.

    Raises:
        BadBackup: the file exists, or cannot be written.
        Stopped: ``stopped`` said so; nothing is left.
    """
    tell = progress or (lambda _share: None)
    documents = store.documents.browse(reader)
    originals, lines = 0, []
    with new_file(file, "export") as target, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, info in enumerate(documents, 1):
            if stopped():
                raise Stopped("the export was cancelled")
            try:
                line = _line(store, info, reader, archive)
            except NotFound:  # removed meanwhile
                continue
            originals += line["original"] is not None
            lines.append(json.dumps(line, ensure_ascii=False, default=str))
            tell(number / len(documents))
        archive.writestr("documents.jsonl", "".join(f"{line}\n" for line in lines))
    return ExportReport(file, len(lines), originals, file.stat().st_size)


def _line(store: Store, info: DocumentInfo, reader: Reader, archive: zipfile.ZipFile) -> dict[str, Any]:
    repository = store.repository
    text = repository.canonical(info.document_id, None, reader)
    passages = repository.document_passages(info.document_id, reader)
    whole = sum(p.end - p.start for p in passages) == len(text)
    archive.writestr(f"texts/{info.document_id}.txt", text.encode("utf-8", "replace"))
    try:
        versions = [asdict(version) for version in store.documents.history(info.document_id, reader)]
    except NotReadable:
        versions = []
    original = _original(store, info, archive) if whole else None
    return {
        **asdict(info),
        "text": f"texts/{info.document_id}.txt",
        "whole": whole,  # false: parts that the reader may not see are blank
        "original": original,
        "versions": versions,
        "passages": [
            {
                "passage_id": p.passage_id,
                "kind": p.kind,
                "clause": p.clause,
                "heading": p.heading,
                "page": p.page,
                "start": p.start,
                "end": p.end,
                "audience": p.audience,
                "language": p.language,
            }
            for p in passages
        ],
    }


def _original(store: Store, info: DocumentInfo, archive: zipfile.ZipFile) -> str | None:
    """Put the file itself into the archive where it is still the one that was read, and return its name there."""
    place = store.documents.file_of(info.document_id)
    if place is None:
        return None
    path, digest = place
    try:
        with path.open("rb") as source:
            if hashlib.file_digest(source, "sha256").hexdigest() != digest:
                return None
        name = f"originals/{info.document_id}/{path.name.encode('utf-8', 'replace').decode()}"
        archive.write(path, name)
    except (OSError, ValueError):
        return None
    return name
