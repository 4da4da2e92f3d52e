"""PDF: text by page from PDFium; outline, title and dates from pypdf.

pypdf's own text is not used: it turns some Traditional Chinese fonts into noise (its issue 2295). PDFium is
not thread-safe, one more reason for one process a parse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.cleaning import pages_to_blocks
from ingest.errors import (
    BrokenFile,
    EmptyFile,
    EncryptedFile,
    NoText,
    TooManyPages,
    TooMuchText,
    TruncatedFile,
)
from ingest.limits import Limits
from ingest.parsers.lines import name_title, one_line, readable
from ingest.parsers.pdftables import page_with_tables
from ingest.parsers.pdfunseen import drop_unseen
from ingest.parsers.picture import LONGEST, confidences, texts_of
from ingest.parsers.recognition import DPI, Recognised, recognise
from ingest.types import HIDDEN_TEXTS, ParsedDocument

Entry = tuple[int, str, int]  # an outline's level from 1, title, page from 1

_PASSWORD_ERROR = 4  # PDFium's FPDF_ERR_PASSWORD
_TAIL = 65_536
_OUTLINE_ENTRIES = 5_000
_OUTLINE_DEPTH = 20
# PDFium writes U+FFFE, or U+0002, for a hyphen that parts a word at a line's end.
_PARTED = re.compile("(?<=[a-z])[\ufffe\x02](?=[a-z])")
_HYPHEN = re.compile("[\ufffe\x02]")
# Ligatures and compatibility forms that fonts map to; a reader types and searches the plain characters.
_COMPATIBLE = re.compile("[\ufb00-\ufb06\u2e80-\u2fdf\uf900-\ufaff]+")
_HAN = "\u3400-\u9fff"
_PARTED_HAN = re.compile(f"(?<=[{_HAN}，。、；：]) (?=[{_HAN}，。、；：])")
_NEXT_HAN = re.compile(f"[{_HAN}](?=[{_HAN}])")
_LETTER = re.compile(r"[^\W_]")
_UNMAPPED = re.compile("[\ufffd\ue000-\uf8ff\x01-\x08\x0e-\x1f]")
_BAD_TITLE = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel) - .*|\(?(?:untitled|anonymous|unspecified)\b.*|document\d*"
    r"|.*\.(?:docx?|pptx?|xlsx?|indd|pdf|tex|dvi|od[pst]|wps|qxd))$",
    re.IGNORECASE,
)


def parse_pdf(path: Path, name: str, limits: Limits) -> ParsedDocument:
    """Return a PDF's text, cleaned of what repeats on its pages.

    Raises:
        EncryptedFile: it needs a password.
        NoText, Unsure: its pages are pictures, and nothing, or nothing sure enough, is recognised in them.
        TruncatedFile, BrokenFile: PDFium cannot read it.
    """
    pages, drawn, unseen = _page_texts(path, limits)
    text = "".join(pages)
    letters = len(_LETTER.findall(text))
    unreadable = not letters or len(_UNMAPPED.findall(text)) > letters
    if unreadable and not (drawn or text.strip()):
        raise EmptyFile(size=path.stat().st_size)
    if unreadable and not limits.tesseract:
        raise NoText
    outline, metadata = _outline_and_metadata(path)
    if limits.tesseract:
        metadata |= _recognise_scans(path, pages, limits, every=unreadable)
    if unseen:
        metadata[HIDDEN_TEXTS] = str(unseen)
    blank = [str(number) for number, page in enumerate(pages, start=1) if not page.strip()]
    if blank:
        metadata["pages_without_text"] = ", ".join(blank[:100])
    title = metadata.get("title", "")
    return ParsedDocument(
        name_title(name) if not title or _BAD_TITLE.match(title) else title,
        pages_to_blocks(pages, outline),
        metadata,
        pages=len(pages),
    )


def _recognise_scans(path: Path, pages: list[str], limits: Limits, *, every: bool) -> dict[str, str]:
    """Put recognised text in place of pages without text (``every``: of all), and return how sure it is."""
    from pypdfium2 import PdfDocument

    wanted = [number for number, text in enumerate(pages) if every or not _LETTER.search(text)]
    if len(wanted) > limits.ocr_pages:
        raise TooManyPages(pages=len(wanted), limit=limits.ocr_pages)
    found: dict[int, Recognised] = {}
    document = PdfDocument(path)
    try:
        for number in wanted:
            page = document[number]
            if next(iter(page.get_objects(max_depth=1)), None) is None:  # nothing is drawn on it
                continue
            scale = min(DPI / 72, LONGEST / max(page.get_width(), page.get_height(), 1))
            found[number + 1] = recognise(page.render(scale=scale, grayscale=True).to_pil(), limits)
            page.close()
    finally:
        document.close()
    if every:
        texts_of(list(found.values()))
    for number, one in found.items():
        pages[number - 1] = one.text if one.legible else ""
    return confidences(found) if found else {}


def _page_texts(path: Path, limits: Limits) -> tuple[list[str], bool, int]:
    """Return each page's text, whether anything at all is drawn on the pages, and how many texts nobody sees."""
    from pypdfium2 import PdfDocument, PdfiumError

    _check_end(path)
    try:
        document = PdfDocument(path)
    except PdfiumError as error:
        if error.err_code == _PASSWORD_ERROR:
            raise EncryptedFile from error
        raise BrokenFile(kind="a PDF", why=_reason(error)) from error
    try:
        if len(document) > limits.pages:
            raise TooManyPages(pages=len(document), limit=limits.pages)
        pages: list[str] = []
        drawn, length, unseen = False, 0, 0
        for number in range(len(document)):
            text, marked, hidden = _page_text(document, number)
            drawn, unseen = drawn or marked, unseen + hidden
            length += len(text)
            if length > limits.text_chars:
                raise TooMuchText(limit=limits.text_chars)
            pages.append(text)
    finally:
        document.close()
    return pages, drawn, unseen


def _page_text(document: Any, number: int) -> tuple[str, bool, int]:
    """Return one page's text, whether anything is drawn on it, and how many texts of it nobody sees.

    A damaged page counts as drawn on.
    """
    from pypdfium2 import PdfiumError

    try:
        page = document[number]
        drawn = next(iter(page.get_objects(max_depth=1)), None) is not None
        unseen = drop_unseen(page)
        textpage = page.get_textpage()
        text = page_text(page_with_tables(page, textpage))
        textpage.close()
        page.close()
    except (PdfiumError, UnicodeDecodeError):
        return "", True, 0
    return text, drawn, unseen


def page_text(text: str) -> str:
    """Return a page's text as a person would type it: words whole, no ligatures, no gaps in Chinese."""
    import unicodedata

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _HYPHEN.sub("-", _PARTED.sub("", text))
    text = _COMPATIBLE.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    return "\n".join(_closed_up(line) for line in text.split("\n"))


def _closed_up(line: str) -> str:
    """Return a line of letter-spaced Chinese without its spaces; other lines stay."""
    gaps = len(_PARTED_HAN.findall(line))
    return _PARTED_HAN.sub("", line) if gaps >= 4 and gaps > len(_NEXT_HAN.findall(line)) else line


def _check_end(path: Path) -> None:
    """Raise TruncatedFile when a PDF's end is missing.

    PDFium repairs such a file silently, as far as it got: half a document would pass for a whole one.
    """
    with path.open("rb") as file:
        head = file.read(1_024)
        file.seek(0, 2)
        size = file.tell()
        file.seek(max(0, size - _TAIL))
        tail = file.read()
    stated = re.search(rb"/Linearized\b[^>]{0,200}?/L\s+(\d{1,15})\b", head)
    whole = b"%%EOF" in tail or b"startxref" in tail
    if not whole or (stated and int(stated.group(1)) > size):
        raise TruncatedFile(kind="PDF")


def _outline_and_metadata(path: Path) -> tuple[list[Entry], dict[str, str]]:
    """Return the outline and what the file says of itself; nothing when pypdf cannot read them.

    pypdf raises many kinds of exception on damaged files, and the text is worth having without an outline.
    """
    from pypdf import PdfReader

    metadata: dict[str, str] = {}
    outline: list[Entry] = []
    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted:  # PDFium opened it, so the user password is empty
            metadata["encrypted"] = "without password"
            reader.decrypt("")
        metadata |= _metadata(reader)
        outline.extend(_entries(reader, reader.outline, 1))
    except Exception:  # noqa: BLE001 - see above
        return outline, metadata
    return outline, metadata


def _metadata(reader: Any) -> dict[str, str]:
    """Return title, author, subject and dates, where they are text."""
    found: dict[str, str] = {}
    information = reader.metadata or {}
    for key in ("Title", "Author", "Subject", "Keywords", "CreationDate", "ModDate"):
        value = one_line(readable(str(information.get(f"/{key}") or "")))
        if value and "\ufffd" not in value:
            found[key.lower()] = value[:1_000]
    return found


def _entries(reader: Any, items: Any, level: int) -> Iterator[Entry]:
    """Yield an outline's entries that lead to a page, depth first."""
    count = 0
    for item in items:
        if isinstance(item, list):
            if level < _OUTLINE_DEPTH:
                yield from _entries(reader, item, level + 1)
            continue
        count += 1
        if count > _OUTLINE_ENTRIES:
            return
        title = one_line(readable(str(item.title or "")))
        page = reader.get_destination_page_number(item)
        if title and page is not None and page >= 0:
            yield level, title, page + 1


def _reason(error: Exception) -> str:
    """Return PDFium's word for what is wrong."""
    found = re.search(r"PDFium: ([^)]*)", str(error))
    return (found.group(1) if found else str(error)).rstrip(".").lower()
