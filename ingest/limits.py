"""The bounds inside which files are read; plain numbers, so that the parsing process starts fast."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one file, on what its parser may use, and on archives. Sizes are bytes, times seconds."""

    file_bytes: int = 100 * MEGABYTE
    expanded_bytes: int = 500 * MEGABYTE  # a DOCX or XLSX unpacked
    text_chars: int = 20_000_000
    pages: int = 20_000
    parse_s: float = 120.0
    start_s: float = 60.0  # for the parsing process itself to come up
    memory_mb: int = 1024
    files_per_process: int = 200
    archive_members: int = 10_000
    archive_bytes: int = 2_000 * MEGABYTE
    archive_depth: int = 3
    archive_ratio: int = 200
    tesseract: str = ""  # path of the program; empty: text is not recognised
    ocr_languages: str = "chi_tra+eng"
    ocr_pages: int = 200  # recognised in one file
    ocr_s: float = 1_200.0  # for one file whose text is recognised
