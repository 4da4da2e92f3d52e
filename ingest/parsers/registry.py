"""Which parser reads which file."""

from __future__ import annotations

from pathlib import Path

from ingest.limits import Limits
from ingest.types import ParsedDocument

PARSER_VERSION = "1"
SUPPORTED = (
    ".csv", ".docx", ".htm", ".html", ".markdown", ".md", ".pdf", ".text", ".tsv", ".txt", ".xlsx",
)  # fmt: skip


def parse(path: Path, name: str, limits: Limits | None = None) -> ParsedDocument:
    """Return the file at ``path`` as blocks; ``name`` is what people call it.

    Raises:
        IngestError: the file yields no document; ``reason`` says why.
    """
    raise NotImplementedError
