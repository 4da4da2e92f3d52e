"""ODT: the text in order, headings by outline level, list numbers resolved, tables row by row, notes after their paragraph.

Deleted text of tracked changes and comments are left out: what is read is what the document would print.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.errors import BrokenFile, EncryptedFile
from ingest.limits import Limits
from ingest.parsers.lines import name_title, one_line, readable, squeezed
from ingest.parsers.numerals import numeral
from ingest.parsers.tables import grid_blocks
from ingest.types import Block, ParsedDocument

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_LEFT_OUT = {
    f"{_TEXT}tracked-changes",
    f"{_OFFICE}annotation",
    f"{_OFFICE}annotation-end",
    f"{_TEXT}table-of-content",
    f"{_TEXT}note-citation",
    f"{_TEXT}sequence-decls",
    f"{_OFFICE}forms",
}
_STYLES = 10  # styles that are based on one another
_MOST_REPEATED = 200  # cells or rows that one element may stand for
_FORMATS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


def parse_opendocument(path: Path, name: str, limits: Limits) -> ParsedDocument:
    """Return a text document's blocks."""
    del limits
    with zipfile.ZipFile(path) as package:
        names = package.namelist()
        if "META-INF/manifest.xml" in names and b"encryption-data" in package.read("META-INF/manifest.xml"):
            raise EncryptedFile
        content = _xml(package.read("content.xml"))
        styles = _xml(package.read("styles.xml")) if "styles.xml" in names else None
        metadata = _metadata(_xml(package.read("meta.xml"))) if "meta.xml" in names else {}
    body = content.find(f"{_OFFICE}body/{_OFFICE}text")
    if body is None:
        raise BrokenFile(kind="an OpenDocument text", why="it holds no text")
    blocks = tuple(_Reader(content, styles).blocks(body))
    first = blocks[0] if blocks and blocks[0].kind == "heading" else None
    title = metadata.pop("title", "") or (first.text if first else "")
    return ParsedDocument(one_line(title) or name_title(name), blocks, metadata)


def _xml(data: bytes) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(data, parser)


def _metadata(root: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag, name in ((f"{_DC}title", "title"), (f"{_DC}creator", "author"), (f"{_META}keyword", "keywords")):
        element = next(root.iter(tag), None)
        if element is not None and element.text and (value := one_line(readable(element.text))):
            found[name] = value[:1_000]
    return found


@dataclass(slots=True)
class _Level:
    """How one level of a list is numbered; ``kind`` None: not at all, or by a bullet."""

    kind: str | None
    prefix: str
    suffix: str
    shown: int  # levels that are shown, 3 in "4.3.2"
    start: int


@dataclass(slots=True)
class _Reader:
    content: Any
    styles: Any
    _levels: dict[str, dict[int, _Level]] = field(init=False, default_factory=dict)
    _parents: dict[str, str] = field(init=False, default_factory=dict)
    _counts: dict[str, list[int]] = field(init=False, default_factory=dict)
    _outline: dict[int, _Level] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for root in (self.styles, self.content):
            if root is None:
                continue
            for style in root.iter(f"{_STYLE}style"):
                self._parents[style.get(f"{_STYLE}name") or ""] = (
                    style.get(f"{_STYLE}parent-style-name") or ""
                )
            for style in root.iter(f"{_TEXT}list-style"):
                self._levels[style.get(f"{_STYLE}name") or ""] = dict(map(_level, _numbered(style)))
            for style in root.iter(f"{_TEXT}outline-style"):
                self._outline = dict(map(_level, _numbered(style)))

    def blocks(self, container: Any) -> Iterator[Block]:
        """Yield the blocks of the body, a section or a table's cell."""
        for element in container:
            if element.tag in _LEFT_OUT or not isinstance(element.tag, str):
                continue
            if element.tag == f"{_TEXT}h" or (element.tag == f"{_TEXT}p" and self._is_title(element)):
                yield from self._heading(element)
            elif element.tag == f"{_TEXT}p":
                yield from self._paragraph(element, "paragraph", None)
            elif element.tag == f"{_TEXT}list":
                yield from self._list(element, element.get(f"{_TEXT}style-name") or "", 1)
            elif element.tag == f"{_TABLE}table":
                yield from self._table(element)
            else:
                yield from self.blocks(element)

    def _is_title(self, element: Any) -> bool:
        style = element.get(f"{_TEXT}style-name") or ""
        for _ in range(_STYLES):
            if style in {"Title", "標題", "标题"}:
                return True
            style = self._parents.get(style, "")
        return False

    def _heading(self, element: Any) -> Iterator[Block]:
        level = _integer(element.get(f"{_TEXT}outline-level"), 1)
        counted = element.tag == f"{_TEXT}h" and element.get(f"{_TEXT}is-list-header") != "true"
        number = self._count("outline", self._outline, level) if counted else None
        for block in self._paragraph(element, "paragraph", number):
            is_first = block.text and not block.text.startswith("※")
            yield Block("heading", one_line(block.text), level=level, label=number) if is_first else block

    def _paragraph(self, element: Any, kind: Any, label: str | None) -> Iterator[Block]:
        notes: list[str] = []
        text = squeezed(readable("".join(_runs(element, notes))))
        if text:
            gap = "" if label and label.endswith("、") else " "
            yield Block(kind, f"{label}{gap}{text}" if label else text, label=label)
        for note in notes:
            if told := one_line(readable(note)):
                yield Block("paragraph", f"※ {told}")

    def _list(self, element: Any, style: str, level: int) -> Iterator[Block]:
        style = element.get(f"{_TEXT}style-name") or style
        if (
            level == 1
            and element.get(f"{_TEXT}continue-numbering") != "true"
            and not element.get(f"{_TEXT}continue-list")
        ):
            self._counts.pop(style, None)
        for item in element:
            if item.tag not in {f"{_TEXT}list-item", f"{_TEXT}list-header"}:
                continue
            first = item.tag == f"{_TEXT}list-item"
            for child in item:
                if child.tag == f"{_TEXT}list":
                    yield from self._list(child, style, level + 1)
                elif child.tag in {f"{_TEXT}p", f"{_TEXT}h"}:
                    start = _integer(item.get(f"{_TEXT}start-value"), 0) or None
                    number = self._count(style, self._levels.get(style, {}), level, start) if first else None
                    first = False
                    yield from self._paragraph(child, "list_item", number)
                else:
                    yield from self.blocks([child])

    def _count(
        self, style: str, levels: dict[int, _Level], level: int, start: int | None = None
    ) -> str | None:
        """Count one item on and return its number as shown, None where it has none."""
        here = levels.get(level)
        counts = self._counts.setdefault(style, [])
        del counts[level:]
        while len(counts) < level:
            above = levels.get(len(counts) + 1)
            counts.append((above.start if above else 1) - 1)
        counts[level - 1] = start if start is not None else counts[level - 1] + 1
        if here is None or here.kind is None:
            return None
        first = max(1, level - here.shown + 1)
        parts = [
            numeral(max(counts[at - 1], 1), one.kind)
            for at in range(first, level + 1)
            if (one := levels.get(at)) is not None and one.kind is not None
        ]
        return f"{here.prefix}{'.'.join(parts)}{here.suffix}".strip() or None

    def _table(self, table: Any) -> Iterator[Block]:
        heads = 0
        grid: list[list[str]] = []
        waiting: dict[int, tuple[str, int]] = {}
        for row in table.iter(f"{_TABLE}table-row"):
            if next(row.iterancestors(f"{_TABLE}table")) is not table:
                continue
            line = self._row(row, waiting)
            times = min(_integer(row.get(f"{_TABLE}number-rows-repeated"), 1), _MOST_REPEATED)
            grid += [line] * (times if any(line) else 1)
            parent = row.getparent()
            heads += parent is not None and parent.tag == f"{_TABLE}table-header-rows"
        yield from grid_blocks(grid, heads or None)

    def _row(self, row: Any, waiting: dict[int, tuple[str, int]]) -> list[str]:
        line: list[str] = []
        for cell in row:
            if cell.tag == f"{_TABLE}covered-table-cell":
                text, left = waiting.get(len(line), (line[-1] if line else "", 0))
                if left:
                    waiting[len(line)] = (text, left - 1)
                line.append(text)
                continue
            if cell.tag != f"{_TABLE}table-cell":
                continue
            text = "\n".join(block.text for block in self.blocks(cell))
            times = min(_integer(cell.get(f"{_TABLE}number-columns-repeated"), 1), _MOST_REPEATED)
            below = _integer(cell.get(f"{_TABLE}number-rows-spanned"), 1) - 1
            wide = min(_integer(cell.get(f"{_TABLE}number-columns-spanned"), 1), _MOST_REPEATED)
            for offset in range(wide if below > 0 else 0):
                waiting[len(line) + offset] = (text, below)
            line += [text] * times
        return line


def _runs(element: Any, notes: list[str]) -> Iterator[str]:
    """Yield a paragraph's text; what its notes say is put aside."""
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str) and child.tag not in _LEFT_OUT:
            if child.tag == f"{_TEXT}s":
                yield " " * min(_integer(child.get(f"{_TEXT}c"), 1), 100)
            elif child.tag == f"{_TEXT}tab":
                yield "\t"
            elif child.tag == f"{_TEXT}line-break":
                yield "\n"
            elif child.tag == f"{_TEXT}note":
                body = child.find(f"{_TEXT}note-body")
                if body is not None:
                    notes.append("".join(_runs(body, notes)))
            else:
                yield from _runs(child, notes)
        yield child.tail or ""


def _numbered(style: Any) -> Iterator[Any]:
    for element in style:
        if element.get(f"{_TEXT}level"):
            yield element


def _level(element: Any) -> tuple[int, _Level]:
    form = element.get(f"{_STYLE}num-format") or ""
    numbered = element.tag.endswith(("list-level-style-number", "outline-level-style"))
    return _integer(element.get(f"{_TEXT}level"), 1), _Level(
        kind=_kind(form) if numbered and form else None,
        prefix=element.get(f"{_STYLE}num-prefix") or "",
        suffix=element.get(f"{_STYLE}num-suffix") or "",
        shown=_integer(element.get(f"{_TEXT}display-levels"), 1),
        start=_integer(element.get(f"{_TEXT}start-value"), 1),
    )


def _kind(form: str) -> str:
    """Return the format as Word calls it, which ``numeral`` knows."""
    if form in _FORMATS:
        return _FORMATS[form]
    return "taiwaneseCountingThousand" if form.startswith(("一", "壹")) else "decimal"


def _integer(text: str | None, default: int) -> int:
    try:
        return int(text) if text else default
    except ValueError:
        return default
