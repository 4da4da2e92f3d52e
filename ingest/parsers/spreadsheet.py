"""XLSX: the visible sheets, one row, one block; values as the sheet shows them."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any, TypeAlias

from ingest.limits import Limits
from ingest.parsers.lines import name_title, readable
from ingest.parsers.tables import Rows, filled, is_faq
from ingest.types import Block, ParsedDocument

_PERCENT = re.compile(r"0(?:\.(0+))?%")
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_HEADER_SEARCH = 10  # rows in which the header of a FAQ table may lie below a title
_MERGE_PLACES = 1_000_000

Row: TypeAlias = tuple[int, list[str]]  # the sheet's row number from 1, and the cells' texts
Merges: TypeAlias = dict[int, dict[int, tuple[int, int]]]  # row -> column -> where the value stands


def parse_spreadsheet(path: Path, name: str, limits: Limits) -> ParsedDocument:
    """Return the rows of every visible sheet; what cells show, not their formulas."""
    del limits
    from openpyxl import load_workbook

    taken: set[str] = set()
    blocks: list[Block] = []
    hidden: list[str] = []
    book: Any = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                hidden.append(readable(sheet.title))
                continue
            merges = _merges(path, sheet._worksheet_path)  # noqa: SLF001 - read-only sheets do not tell merges
            blocks.extend(_sheet_blocks(sheet, merges, taken))
    finally:
        book.close()
    metadata = {"sheets_hidden": ", ".join(hidden)} if hidden else {}
    return ParsedDocument(name_title(name), tuple(blocks), metadata)


def _sheet_blocks(sheet: Any, merges: Merges, taken: set[str]) -> Iterator[Block]:
    """Yield one sheet's rows, numbered from the one below the header."""
    sheet.reset_dimensions()
    rows = ((line, cells) for line, cells in _filled(sheet, merges) if any(cells))
    top = list(islice(rows, _HEADER_SEARCH))
    if not top:
        return
    at = _header_index(top, merges)
    header_line, header = top[at]
    table = Rows(header, "record", sheet=readable(sheet.title), taken=taken)
    for line, cells in chain(top[at + 1 :], rows):
        if (block := table.block(cells, line - header_line)) is not None:
            yield block


def _header_index(top: Sequence[Row], merges: Merges) -> int:
    """Return which of the first rows is the header: a FAQ's, else the first below titles of one cell."""
    for index, (_, cells) in enumerate(top):
        if is_faq(cells):
            return index
    index = 0
    while index + 1 < len(top) and filled(top[index][1]) == 1:
        line, below = top[index][0], top[index + 1][1]
        if line not in merges and filled(below) == 1:
            break
        index += 1
    return index


def _filled(sheet: Any, merges: Merges) -> Iterator[Row]:
    """Yield the rows' texts, with the value of a merged cell on every place that it covers."""
    origins = {origin for places in merges.values() for origin in places.values()}
    kept: dict[tuple[int, int], str] = {}
    for line, row in enumerate(sheet.iter_rows(), start=1):
        cells = [_shown(cell) for cell in row]
        for column, text in enumerate(cells, start=1):
            if (line, column) in origins:
                kept[line, column] = text
        for column, origin in merges.get(line, {}).items():
            cells += [""] * (column - len(cells))
            cells[column - 1] = kept.get(origin, "")
        yield line, cells


def _shown(cell: Any) -> str:  # noqa: PLR0911 - one line a type
    """Return a cell's value as a person sees it, as far as the common number formats go."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(" ", "minutes")
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return value.isoformat("minutes")
    if isinstance(value, int | float):
        percent = _PERCENT.search(str(cell.number_format or ""))
        if percent:
            return f"{value * 100:.{len(percent.group(1) or '')}f}%"
        return f"{value:.15g}"
    return readable(str(value)).strip()


def _merges(path: Path, part: str) -> Merges:
    """Return what a sheet's merged cells cover: row, columns, and the place that holds the value."""
    found: Merges = {}
    count = 0
    with zipfile.ZipFile(path) as package, package.open(part.lstrip("/")) as file:
        tail = b""
        while chunk := file.read(1 << 20):
            data = tail + chunk
            for left, top, right, bottom in _MERGE.findall(data):
                origin, last, end = (int(top), _column(left)), _column(right), int(bottom)
                count += (last - origin[1] + 1) * (end - origin[0] + 1)
                if count > _MERGE_PLACES:
                    return found
                for line in range(origin[0], end + 1):
                    for column in range(origin[1], last + 1):
                        if (line, column) != origin:
                            found.setdefault(line, {})[column] = origin
            tail = data[data.rfind(b"<") :][-200:]
    return found


def _column(letters: bytes) -> int:
    """Return a column's number from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
