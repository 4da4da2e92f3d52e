"""The ``[ingest]`` table of the settings file."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ingest.limits import MEGABYTE, Limits


class IngestSettings(BaseModel):
    """What may be read, how long and how much memory a parser may take, how archives are bounded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_file_mb: int = Field(default=100, ge=1, le=2_000, description="Largest file that is read, in MB.")
    max_expanded_mb: int = Field(
        default=500, ge=1, le=10_000, description="Largest DOCX or XLSX once unpacked, in MB."
    )
    max_text_chars: int = Field(
        default=20_000_000, ge=1_000, le=200_000_000, description="Most characters of text in one file."
    )
    max_pages: int = Field(default=20_000, ge=1, le=1_000_000, description="Most pages in one PDF.")
    parse_timeout_s: float = Field(
        default=120.0, gt=0, le=3_600, description="Seconds one file may take to parse."
    )
    parse_memory_mb: int = Field(
        default=1_024, ge=256, le=65_536, description="Memory of the parsing process, in MB."
    )
    files_per_process: int = Field(
        default=200, ge=1, le=10_000, description="Files after which the parsing process is replaced."
    )
    max_archive_members: int = Field(
        default=10_000, ge=1, le=1_000_000, description="Most files in one archive."
    )
    max_archive_mb: int = Field(
        default=2_000, ge=1, le=100_000, description="Most MB that one archive may unpack to."
    )
    max_archive_depth: int = Field(default=3, ge=1, le=10, description="How deep archives may be nested.")
    max_archive_ratio: int = Field(
        default=200, ge=10, le=10_000, description="Most times its own size that an archive may unpack to."
    )

    ocr: Literal["auto", "off"] = Field(
        default="auto",
        description="Recognise text in scans and pictures (auto: where Tesseract is installed), or leave them out.",
    )
    ocr_languages: str = Field(
        default="chi_tra+eng",
        pattern=r"^[A-Za-z_]+(\+[A-Za-z_]+)*$",
        description="Languages that Tesseract looks for; each needs its package (tesseract-ocr-chi-tra).",
    )
    max_ocr_pages: int = Field(
        default=200, ge=1, le=20_000, description="Most pages of one file whose text is recognised."
    )
    ocr_timeout_s: float = Field(
        default=1_200.0,
        gt=0,
        le=36_000,
        description="Seconds one file may take whose text is recognised; a page takes 3 to 10.",
    )

    def limits(self) -> Limits:
        """Return the bounds as plain numbers in bytes and seconds."""
        return Limits(
            file_bytes=self.max_file_mb * MEGABYTE,
            expanded_bytes=self.max_expanded_mb * MEGABYTE,
            text_chars=self.max_text_chars,
            pages=self.max_pages,
            parse_s=self.parse_timeout_s,
            memory_mb=self.parse_memory_mb,
            files_per_process=self.files_per_process,
            archive_members=self.max_archive_members,
            archive_bytes=self.max_archive_mb * MEGABYTE,
            archive_depth=self.max_archive_depth,
            archive_ratio=self.max_archive_ratio,
            ocr_languages=self.ocr_languages if self.ocr == "auto" else "",
            ocr_pages=self.max_ocr_pages,
            ocr_s=self.ocr_timeout_s,
        )
