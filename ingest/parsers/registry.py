"""Which parser reads which file, and what every parser's result must be."""

from __future__ import annotations

import errno
import warnings
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path, PurePosixPath

from ingest.errors import BrokenFile, EmptyFile, IngestError, TooLarge, TooMuchText, UnreadableFile
from ingest.limits import MEGABYTE, Limits
from ingest.parsers.lines import name_title, one_line, readable
from ingest.parsers.sniff import check_content, unknown
from ingest.types import Block, ParsedDocument

Parser = Callable[[Path, str, Limits], ParsedDocument]

# Raised when the same file can give different blocks: files are then parsed again.
PARSER_VERSION = "4"

_MARKDOWN = ("ingest.parsers.markdown", "parse_markdown", "Markdown")
_HTML = ("ingest.parsers.web", "parse_html", "a web page")
_TEXT = ("ingest.parsers.plain", "parse_text", "text")
_VALUES = ("ingest.parsers.delimited", "parse_delimited", "a table of values")
_PARSERS = {
    ".csv": _VALUES,
    ".eml": ("ingest.parsers.mail", "parse_mail", "a mail"),
    ".epub": ("ingest.parsers.book", "parse_book", "an e-book"),
    ".docx": ("ingest.parsers.word", "parse_word", "a Word document"),
    ".htm": _HTML,
    ".html": _HTML,
    ".markdown": _MARKDOWN,
    ".md": _MARKDOWN,
    ".msg": ("ingest.parsers.mail", "parse_outlook", "an Outlook mail"),
    ".odt": ("ingest.parsers.opendocument", "parse_opendocument", "an OpenDocument text"),
    ".pdf": ("ingest.parsers.pdf", "parse_pdf", "a PDF"),
    ".pptx": ("ingest.parsers.slides", "parse_slides", "a PowerPoint presentation"),
    ".text": _TEXT,
    ".tsv": _VALUES,
    ".txt": _TEXT,
    ".xlsx": ("ingest.parsers.spreadsheet", "parse_spreadsheet", "an Excel workbook"),
}
_PICTURE = ("ingest.parsers.picture", "parse_picture", "a picture")
PICTURES = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
_PARSERS |= dict.fromkeys(PICTURES, _PICTURE)
SUPPORTED = tuple(_PARSERS)
_OTHERS = (
    ".doc",
    ".xls",
    ".ppt",
    ".rtf",
    ".mbox",
    ".zip",
)  # read by way of LibreOffice, or opened as archives


def extension_of(name: str) -> str:
    """Return a name's extension in lower case with its dot, empty when there is none."""
    return PurePosixPath(name.replace("\\", "/")).suffix.lower()


def check_type(name: str) -> None:
    """Raise UnknownType unless files of this name's extension are read."""
    if extension_of(name) not in _PARSERS:
        raise unknown(extension_of(name), tuple(sorted((*SUPPORTED, *_OTHERS))))


def parse(path: Path, name: str, limits: Limits | None = None) -> ParsedDocument:
    """Return the file at ``path`` as blocks, read as the extension of ``name`` says, which people call it.

    The text is clean: NFC, newlines as line ends, nothing invisible; no block is empty.

    Raises:
        IngestError: the file yields no document; ``reason`` says why.
        MemoryError: left to the caller, who knows the bound.
    """
    bounds = limits or Limits()
    check_type(name)
    module, function, kind = _PARSERS[extension_of(name)]
    try:
        size = path.stat().st_size
        if size == 0:
            raise EmptyFile(size=0)
        if size > bounds.file_bytes:
            raise TooLarge(size_mb=-(-size // MEGABYTE), limit_mb=bounds.file_bytes // MEGABYTE)
        check_content(path, extension_of(name), bounds)
        parser: Parser = getattr(import_module(module), function)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # libraries warn of oddities in files; nobody would read it here
            document = parser(path, name, bounds)
    except (IngestError, MemoryError):
        raise
    except OSError as error:
        if error.errno in {None, errno.EINVAL}:  # openpyxl's word for damage; a seek to where nothing is
            raise BrokenFile(kind=kind, why=_told(error)) from error
        raise UnreadableFile(why=(error.strerror or str(error) or type(error).__name__).lower()) from error
    except Exception as error:  # a parser's libraries fail in any way on damaged files
        raise BrokenFile(kind=kind, why=_told(error)) from error
    return _finished(document, name, size, bounds)


def _finished(document: ParsedDocument, name: str, size: int, limits: Limits) -> ParsedDocument:
    """Return the document cleaned, or raise because there is nothing or too much in it."""
    blocks = tuple(_clean(document.blocks, limits))
    if not blocks:
        raise EmptyFile(size=size)
    title = one_line(readable(document.title))[:300] or name_title(name)
    metadata = {one_line(readable(key)): readable(value).strip() for key, value in document.metadata.items()}
    return ParsedDocument(title, blocks, metadata, document.pages)


def _clean(blocks: tuple[Block, ...], limits: Limits) -> Iterator[Block]:
    """Yield the blocks with text in them, cleaned."""
    length = 0
    for block in blocks:
        text = readable(block.text).strip("\n") if block.kind == "code" else readable(block.text).strip()
        if not text:
            continue
        length += len(text)
        if length > limits.text_chars:
            raise TooMuchText(limit=limits.text_chars)
        yield block if text == block.text else replace(block, text=text)


def _told(error: Exception) -> str:
    """Return an exception in a few words."""
    words = one_line(readable(str(error)))[:120].rstrip(".")
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
