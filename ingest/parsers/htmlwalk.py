"""From a tree of HTML elements to blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ingest.parsers.lines import joined, readable, squeezed
from ingest.parsers.numerals import numeral
from ingest.parsers.tables import grid_blocks
from ingest.types import Block, BlockKind

_LEFT_OUT_NAMES = """
    script style noscript template svg canvas iframe object button select textarea input head link
    meta nav footer aside dialog audio video map
"""
LEFT_OUT = frozenset(_LEFT_OUT_NAMES.split())
_NEVER = LEFT_OUT - {"nav", "footer", "aside"}
_INLINE_NAMES = """
    a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark meter output
    progress q rb rp rt rtc ruby s samp small span strike strong sub sup time tt u var wbr img br o:p
    nobr tspan
"""
_INLINE = frozenset(_INLINE_NAMES.split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LIST_TYPES = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_LIST_STYLES = {
    "lower-alpha": "lowerLetter", "lower-latin": "lowerLetter", "upper-alpha": "upperLetter",
    "upper-latin": "upperLetter", "lower-roman": "lowerRoman", "upper-roman": "upperRoman",
    "cjk-ideographic": "taiwaneseCountingThousand", "trad-chinese-informal": "taiwaneseCountingThousand",
    "simp-chinese-informal": "chineseCountingThousand", "cjk-heavenly-stem": "ideographTraditional",
    "cjk-earthly-branch": "ideographZodiac",
}  # fmt: skip
_STYLE = re.compile(r"list-style(?:-type)?\s*:\s*([\w-]+)", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\r\n\f\v]+")
_WIDEST = 200  # columns of a table
_MENU_LINKS = 0.8  # share of linked text from which a list of links counts as a menu


def hidden(element: Any) -> bool:
    """Tell whether the page says that an element is decoration; what it does not show is gone by now."""
    return bool(element.get("aria-hidden") == "true")


class Walker:
    """Reads one tree. With ``whole`` set, menus, asides and footers are read too."""

    def __init__(self, *, whole: bool = False) -> None:
        self._left_out = _NEVER if whole else LEFT_OUT
        self._whole = whole
        self._buffer: list[str] = []
        self._mark: str | None = None  # of the list item that has begun and has no text yet; "" for a bullet

    def blocks(self, element: Any) -> Iterator[Block]:
        """Yield the element's blocks in reading order."""
        yield from self._children(element)
        yield from self._flush()

    def _children(self, element: Any) -> Iterator[Block]:
        """Yield what an element holds: its text, its children, the text between them."""
        self._buffer.append(element.text or "")
        for child in element:
            if isinstance(child.tag, str) and not self._skipped(child):
                yield from self._element(child)
            self._buffer.append(child.tail or "")

    def _skipped(self, element: Any) -> bool:
        """Tell whether an element is no content: by its kind, unseen, or a menu."""
        if element.tag in self._left_out or hidden(element):
            return True
        return not self._whole and element.tag in {"ul", "ol", "div"} and _is_menu(element)

    def _element(self, element: Any) -> Iterator[Block]:
        """Yield one element's blocks, or add its text to the running paragraph."""
        tag = element.tag.lower()
        if tag == "br":
            self._buffer.append("\0")
        elif tag == "img":
            self._buffer.append(f" {element.get('alt') or ''} ")
        elif tag in _INLINE:
            yield from self._children(element)
        else:
            yield from self._flush()
            yield from self._block(element, tag)
            yield from self._flush()

    def _block(self, element: Any, tag: str) -> Iterator[Block]:
        """Yield the blocks of an element that stands on lines of its own."""
        if tag in _HEADINGS:
            yield from self._children(element)
            yield from self._flush("heading", _HEADINGS[tag])
        elif tag == "pre":
            text = readable(element.text_content()).strip("\n")
            if text.strip():
                yield Block("code", text)
        elif tag == "table":
            yield from self._table(element)
        elif tag in {"ol", "ul", "menu", "dir"}:
            yield from self._list(element, ordered=tag == "ol")
        elif tag in {"dt", "dd"}:
            self._mark = ""
            yield from self._children(element)
        else:
            yield from self._children(element)

    def _list(self, element: Any, *, ordered: bool) -> Iterator[Block]:
        """Yield a list's items with the numbers that a browser shows."""
        number = _integer(element.get("start"), 1)
        style = _STYLE.search(element.get("style") or "")
        named = _LIST_STYLES.get(style.group(1).lower()) if style else None
        form = named or _LIST_TYPES.get(element.get("type") or "", "decimal")
        for item in element:
            if not isinstance(item.tag, str) or item.tag in self._left_out or hidden(item):
                continue
            if item.tag != "li":
                yield from self._element(item)
                continue
            number = _integer(item.get("value"), number)
            self._mark = "" if not ordered else numeral(number, form) + ("、" if named else ".")
            number += 1
            yield from self._children(item)
            yield from self._flush()
            self._mark = None

    def _table(self, table: Any) -> Iterator[Block]:
        """Yield a table's rows; a table that only arranges the page is read through."""
        rows = [row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table]
        nested = any(
            next(inner.iterancestors("table"), None) is not None
            for inner in table.iter("table")
            if inner is not table
        )
        if nested or table.get("role") == "presentation":
            for row in rows:
                for cell in row:
                    if isinstance(cell.tag, str) and not self._skipped(cell):
                        yield from self._flush()
                        yield from self._children(cell)
                        yield from self._flush()
            return
        for caption in table.iterchildren("caption"):
            yield from self._children(caption)
            yield from self._flush()
        rows = [row for row in rows if not hidden(row)]
        yield from grid_blocks(_grid(rows), _header_rows(rows), keyed=_keyed(rows))

    def _flush(self, kind: BlockKind = "paragraph", level: int | None = None) -> Iterator[Block]:
        """Yield the running paragraph, if there is text in it."""
        text = _shown("".join(self._buffer))
        self._buffer.clear()
        if not text:
            return
        mark, self._mark = self._mark, None
        if kind == "heading":
            yield Block("heading", text.replace("\n", " "), level=level)
        elif mark is None:
            yield Block(kind, text)
        else:
            gap = "" if not mark or mark.endswith("、") else " "
            yield Block("list_item", mark + gap + text, label=mark or None)


def _shown(text: str) -> str:
    """Return text as a browser sets it: white space is one blank, only <br> ends a line."""
    lines = (joined(_SPACE.sub("\n", line).split("\n")) for line in _blanks(text).split("\0"))
    return squeezed(readable("\n".join(line for line in lines if line)))


def _blanks(text: str) -> str:
    """Return text in which blanks are kept and each line end of the source is one newline."""
    return re.sub(r"[ \t]*[\r\n\f\v]+[ \t]*", "\n", text).replace(" ", "\u00a0")


def _grid(rows: list[Any]) -> list[list[str]]:
    """Return the cells' texts with merged cells filled in on every place that they cover."""
    grid: list[list[str]] = []
    waiting: dict[int, tuple[str, int]] = {}  # column -> text of a cell from above, rows left
    for row in rows:
        line: list[str] = []
        cells = [cell for cell in row if cell.tag in {"td", "th"}]
        while (cells or any(column >= len(line) for column in waiting)) and len(line) < _WIDEST:
            column = len(line)
            if column in waiting:
                text, left = waiting.pop(column)
                if left > 1:
                    waiting[column] = (text, left - 1)
                line.append(text)
            elif cells:
                cell = cells.pop(0)
                text = _cell_text(cell)
                for _ in range(min(_integer(cell.get("colspan"), 1), _WIDEST)):
                    if (below := _integer(cell.get("rowspan"), 1) - 1) > 0:
                        waiting[len(line)] = (text, below)
                    line.append(text)
            else:
                line.append("")
        grid.append(line)
    return grid


def _cell_text(cell: Any) -> str:
    """Return a cell's text on lines as shown."""
    return "\n".join(block.text for block in Walker(whole=True).blocks(cell))


def _header_rows(rows: list[Any]) -> int | None:
    """Return how many rows are headings; None when the table does not say."""
    count = 0
    for row in rows:
        cells = [cell.tag for cell in row if cell.tag in {"td", "th"}]
        parent = row.getparent()
        if not cells or not ((parent is not None and parent.tag == "thead") or set(cells) == {"th"}):
            break
        count += 1
    return count or None


def _keyed(rows: list[Any]) -> bool:
    """Tell whether every row of several cells begins with its heading, and no row is all headings."""
    tags = [[cell.tag for cell in row if cell.tag in {"td", "th"}] for row in rows]
    several = [row for row in tags if len(row) > 1]
    return bool(several) and all(row[0] == "th" and "th" not in row[1:] for row in several)


def _is_menu(element: Any) -> bool:
    """Tell whether an element holds little but links: three at least."""
    links = list(element.iter("a"))
    if len(links) < 3:
        return False
    linked = sum(len(_SPACE.sub("", link.text_content())) for link in links if link.get("href"))
    return linked > _MENU_LINKS * len(_SPACE.sub("", element.text_content()))


def _integer(text: str | None, default: int) -> int:
    """Return an attribute's whole number."""
    try:
        return int(text) if text else default
    except ValueError:
        return default
