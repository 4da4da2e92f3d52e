"""EPUB: its chapters in the order of reading, each read as a web page."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from ingest.errors import BrokenFile, EncryptedFile
from ingest.limits import Limits
from ingest.parsers.htmlwalk import Walker
from ingest.parsers.lines import name_title, one_line, readable
from ingest.parsers.unseen import drop_unseen
from ingest.parsers.web import markup, page
from ingest.types import Block, ParsedDocument

_CONTAINER = "META-INF/container.xml"
_FIELDS = ("creator", "publisher", "language", "date", "description")
_CHAPTER_TYPES = ("application/xhtml+xml", "text/html")


def parse_book(path: Path, name: str, limits: Limits) -> ParsedDocument:
    """Return a book's chapters; one that is protected cannot be read."""
    del limits
    with zipfile.ZipFile(path) as package:
        if "META-INF/rights.xml" in package.namelist():
            raise EncryptedFile
        place = _place_of_package(package)
        book = _xml(package.read(place))
        metadata = _metadata(book)
        blocks: list[Block] = []
        for chapter in _chapters(book, posixpath.dirname(place)):
            try:
                data = package.read(chapter)
            except KeyError:  # named and not there
                continue
            root = page(markup(data))
            drop_unseen(root)
            body = root.find(".//body")
            blocks += Walker(whole=True).blocks(body if body is not None else root)
    return ParsedDocument(metadata.pop("title", "") or name_title(name), tuple(blocks), metadata)


def _xml(data: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    root = etree.fromstring(data, parser)
    if root is None:
        raise BrokenFile(kind="an e-book", why="its table of contents is not XML")
    return root


def _place_of_package(package: zipfile.ZipFile) -> str:
    for element in _xml(package.read(_CONTAINER)).iter("{*}rootfile"):
        if place := element.get("full-path"):
            return str(place)
    raise BrokenFile(kind="an e-book", why="it does not say where its contents are")


def _chapters(book: Any, folder: str) -> Iterator[str]:
    """Yield the members that hold the chapters, in the order of the spine."""
    items = {item.get("id"): item for item in book.iter("{*}item")}
    for reference in book.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _CHAPTER_TYPES:
            continue
        if "nav" in (item.get("properties") or "").split() or reference.get("linear") == "no":
            continue
        yield posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))


def _metadata(book: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in ("title", *_FIELDS):
        element = next(book.iter(f"{{http://purl.org/dc/elements/1.1/}}{field}"), None)
        if element is not None and (value := one_line(readable("".join(element.itertext())))):
            found[field] = value[:1_000]
    return found
