"""DOCX: the body in order, headings by style, automatic numbers resolved, tables row by row."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.errors import BrokenFile
from ingest.limits import Limits
from ingest.parsers.lines import name_title, one_line, readable, squeezed, title_like
from ingest.parsers.tables import grid_blocks
from ingest.parsers.wordnumbers import Label, Numbering, Styles
from ingest.parsers.wordunseen import Unseen
from ingest.parsers.wordxml import ALTERNATE, FALLBACK, Runs, child, flag, number_of, value_of, w
from ingest.types import HIDDEN_TEXTS, Block, ParsedDocument

_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_HEADING = re.compile(r"(?:heading|標題|标题|見出し|제목)\s*([1-9])$", re.IGNORECASE)
_CONTENTS = re.compile(r"(?:toc|目錄|目录)\s*(?:\d|heading$)|table of figures$", re.IGNORECASE)
_TITLES = {"title", "標題", "标题"}
_LONGEST_HEADING = 120  # characters; whole clauses are often given a heading's style
_WIDEST = 200  # columns of a table
_BAD_TITLE = re.compile(
    r"^(?:word document|document\d*|untitled.*|.*\.docx?|文件\d*|文档\d*)$", re.IGNORECASE
)
_WRAPPERS = {w("sdt"), w("sdtContent"), w("customXml"), w("ins"), w("moveTo"), w("smartTag"), ALTERNATE}


def parse_word(path: Path, name: str, limits: Limits) -> ParsedDocument:
    """Return a Word document's blocks; running heads, comments and deleted or hidden text are left out."""
    del limits
    from docx import Document

    try:
        document = Document(str(path))
    except KeyError as error:
        if _is_strict(path):
            raise BrokenFile(kind="a Word document", why="it is saved as Strict Open XML") from error
        raise
    reader = _Reader(document.part)
    blocks = list(reader.blocks(document.element.body))
    metadata = _metadata(document)
    if reader.unseen.count:
        metadata[HIDDEN_TEXTS] = str(reader.unseen.count)
    title = reader.title or _first_title(blocks, reader) or ""
    stated = metadata.get("title", "")
    if not title and stated and not _BAD_TITLE.match(stated):
        title = stated
    if not title and blocks and _only_top_heading(blocks):
        title = blocks[0].text
    return ParsedDocument(one_line(title) or name_title(name), tuple(blocks), metadata)


def _is_strict(path: Path) -> bool:
    """Tell whether a document is in the ISO "strict" form, whose names for everything differ."""
    with zipfile.ZipFile(path) as package:
        return b"purl.oclc.org/ooxml" in package.read("_rels/.rels")


class _Reader:
    """Walks one document, in order, since its numbers count on."""

    def __init__(self, part: Any) -> None:
        self.styles = Styles(_related(part, "styles"))
        self._numbering = Numbering(_related(part, "numbering"), self.styles)
        self.unseen = Unseen(self.styles, part.element)
        self._notes = _notes(part, self.unseen)
        self.title: str | None = None
        self.centred: set[int] = set()  # ids of blocks that are set in the middle

    def blocks(self, container: Any) -> Iterator[Block]:
        """Yield the blocks of the body, a table's cell or a text box."""
        for element in container:
            if element.tag == w("p"):
                yield from self._paragraph(element)
            elif element.tag == w("tbl"):
                yield from self._table(element)
            elif element.tag in _WRAPPERS and not _is_contents(element):
                yield from self.blocks(element)

    def _paragraph(self, paragraph: Any) -> Iterator[Block]:
        """Yield one paragraph, then what hangs on it."""
        label = self._numbering.label(paragraph)
        runs = Runs(self.unseen.hides)
        runs.read(paragraph)
        properties = child(paragraph, "pPr")
        style = value_of(properties, "pStyle") or self.styles.default
        name = self.styles.name(style)
        text = squeezed(readable("".join(runs.text)))
        if text and not _CONTENTS.match(name):
            block = self._block(properties, style, text, label)
            if value_of(properties, "jc") == "center":
                self.centred.add(id(block))
            yield block
        for note in runs.notes:
            if note in self._notes:
                yield Block("paragraph", self._notes[note])
        for box in runs.boxes:
            yield from self.blocks(box)

    def _block(self, properties: Any, style: str | None, text: str, label: Label | None) -> Block:
        """Return a paragraph as what its style makes it."""
        shown = label.before(text) if label is not None else text
        number = label.text if label is not None and label.text and not label.bullet else None
        names = [self.styles.name(name) for name in self.styles.chain(style)]
        if names and names[0].casefold() in _TITLES:
            self.title = self.title or text
            return Block("heading", one_line(shown), level=1, label=number)
        level = self._heading_level(properties, style, names)
        if level is not None and len(shown) <= _LONGEST_HEADING:
            return Block("heading", one_line(shown), level=level, label=number)
        return Block("paragraph" if label is None else "list_item", shown, label=number)

    def _heading_level(self, properties: Any, style: str | None, names: list[str]) -> int | None:
        """Return a heading's level from 1: its own outline level, its style's name or its style's level."""
        own = value_of(properties, "outlineLvl")
        if own is not None and own.isdecimal():
            return int(own) + 1 if int(own) < 9 else None
        for name in names:
            if (found := _HEADING.match(name)) is not None:
                return int(found.group(1))
        level = self.styles.outline_level(style)
        return None if level is None else level + 1

    def _table(self, table: Any) -> Iterator[Block]:
        """Yield a table's rows. What a single cell across the table holds is read like the body."""
        rows = [row for row in _below(table, "tr") if not flag(child(child(row, "trPr"), "del"))]
        grid: list[list[str]] = []
        heads = 0
        kept: dict[int, str] = {}  # column -> text of the cell that is merged downwards there
        for row in rows:
            cells = list(_below(row, "tc"))
            if len(cells) == 1 and (len(list(cells[0].iter(w("p")))) > 1 or _columns(table) == 1):
                yield from self._rows(table, grid, heads)
                grid, heads = [], 0
                yield from self.blocks(cells[0])
                continue
            if heads == len(grid) and flag(child(child(row, "trPr"), "tblHeader")):
                heads += 1
            grid.append(self._cells(row, cells, kept))
        yield from self._rows(table, grid, heads)

    def _rows(self, table: Any, grid: list[list[str]], heads: int) -> Iterator[Block]:
        """Yield the rows of a grid with their headings."""
        look = child(child(table, "tblPr"), "tblLook")
        keyed = (
            look is not None
            and not heads
            and look.get(w("firstRow")) in {"0", "false"}
            and look.get(w("firstColumn")) in {"1", "true"}
        )
        yield from grid_blocks(grid, heads or None, keyed=keyed and max(map(len, grid), default=0) == 2)

    def _cells(self, row: Any, cells: list[Any], kept: dict[int, str]) -> list[str]:
        """Return a row's texts, with merged cells filled in on every place that they cover."""
        before = child(child(row, "trPr"), "gridBefore")
        line = [""] * (min(number_of(before, "val", 0), _WIDEST) if before is not None else 0)
        for cell in cells:
            properties = child(cell, "tcPr")
            merge = child(properties, "vMerge")
            text = "\n".join(block.text for block in self.blocks(cell))
            column = len(line)
            if merge is not None and merge.get(w("val"), "continue") == "continue":
                text = kept.get(column, text)
            kept[column] = text
            span = child(properties, "gridSpan")
            width = number_of(span, "val", 1) if span is not None else 1
            line += [text] * max(1, min(width, _WIDEST - column))
            if len(line) >= _WIDEST:
                break
        return line


def _below(element: Any, name: str) -> Iterator[Any]:
    """Yield the rows of a table or the cells of a row, those in content controls too."""
    for item in element:
        if item.tag == w(name):
            yield item
        elif item.tag in _WRAPPERS:
            yield from _below(item, name)


def _columns(table: Any) -> int:
    """Return how many columns a table's grid has."""
    grid = child(table, "tblGrid")
    return 0 if grid is None else len(list(grid.iterchildren(w("gridCol"))))


def _is_contents(element: Any) -> bool:
    """Tell whether a content control is a table of contents, or a fallback of what stands beside it."""
    if element.tag == FALLBACK:
        return True
    gallery = child(child(child(element, "sdtPr"), "docPartObj"), "docPartGallery")
    return gallery is not None and gallery.get(w("val")) == "Table of Contents"


def _related(part: Any, kind: str) -> Any | None:
    """Return the root element of a part that belongs to the document."""
    from lxml import etree

    try:
        related = part.part_related_by(_RELATION + kind)
    except KeyError:
        return None
    element = getattr(related, "element", None)
    if element is not None:
        return element
    return etree.fromstring(related.blob, etree.XMLParser(resolve_entities=False, no_network=True))


def _notes(part: Any, unseen: Unseen) -> dict[str, str]:
    """Return the texts of footnotes and endnotes by what refers to them."""
    notes: dict[str, str] = {}
    for kind in ("footnote", "endnote"):
        root = _related(part, f"{kind}s")
        for note in [] if root is None else root.iterchildren(w(kind)):
            if note.get(w("type")) is None:
                runs = Runs(unseen.hides)
                runs.read(note)
                reference = f"{w(kind + 'Reference')}{note.get(w('id'))}"
                notes[reference] = one_line(squeezed(readable("".join(runs.text))))
    return notes


def _first_title(blocks: list[Block], reader: _Reader) -> str | None:
    """Return a first paragraph that is set in the middle like a title, and make it a heading."""
    if not blocks or blocks[0].kind != "paragraph" or id(blocks[0]) not in reader.centred:
        return None
    if not title_like(blocks[0].text.split("\n")[0]):
        return None
    blocks[0] = replace(blocks[0], kind="heading", level=1, text=one_line(blocks[0].text))
    return blocks[0].text


def _only_top_heading(blocks: list[Block]) -> bool:
    """Tell whether a document begins with a heading above all others."""
    first = blocks[0]
    levels = [block.level for block in blocks if block.kind == "heading"]
    return first.kind == "heading" and levels.count(first.level) == 1 and title_like(first.text)


def _metadata(document: Any) -> dict[str, str]:
    """Return what the document says of itself."""
    properties = document.core_properties
    fields = {
        "title": properties.title,
        "author": properties.author,
        "subject": properties.subject,
        "keywords": properties.keywords,
        "modified": properties.modified.isoformat() if properties.modified else "",
    }
    return {
        key: value for key, text in fields.items() if (value := one_line(readable(str(text or "")))[:1_000])
    }
