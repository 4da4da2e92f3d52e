"""What is gone from a folder: known documents below it whose files were not found there any more."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from sqlalchemy import Connection

from ingest.archive import is_archive
from ingest.attachments import is_mail
from ingest.reading import location_of
from knowledge.staging import in_force_below
from knowledge.types import DocumentId


def gone_below(
    connection: Connection, paths: Sequence[Path], found: Collection[str], unread: Collection[str]
) -> list[tuple[DocumentId, str]]:
    """Return (document, source) of what is gone from ``paths``; a file named directly prunes nothing.

    A document inside a folder or an archive that could not be read this time is not gone.
    """
    closed = tuple(f"{location}{joint}" for location in unread for joint in ("/", "!/"))
    gone: dict[DocumentId, str] = {}
    for path in paths:
        location = location_of(path)
        if path.is_dir():
            prefix = location.rstrip("/") + "/"
        elif is_archive(path.name) or is_mail(path.name):
            prefix = location + "!/"
        else:
            continue
        for document in in_force_below(connection, prefix):
            if document.location not in found and not document.location.startswith(closed):
                gone[document.document_id] = document.source
    return list(gone.items())
