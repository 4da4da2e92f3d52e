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
from ingest.parsers.cellformats import shown_date, shown_number
from ingest.parsers.lines import name_title, one_line, readable
from ingest.parsers.sheetunseen import Unseen
from ingest.parsers.tables import Rows, filled, is_faq, merged_header
from ingest.types import HIDDEN_TEXTS, Block, ParsedDocument

_UNNAMED = re.compile(
    r"(?:sheet|工作表)\s?\d{0,3}", re.IGNORECASE
)  # what programs call a sheet that nobody named
_VALUE = re.compile(r"(?!(?:19|20)\d\d$)[^\w\s]{0,2}(?:NT\$)?\d[\d,.]*\s?[%元]?|\d{2,4}[-/年.]\d.*")
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
    unseen = 0
    book: Any = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                hidden.append(readable(sheet.title))
                continue
            merges = _merges(path, sheet._worksheet_path)  # noqa: SLF001 - read-only sheets do not tell merges
            seen = Unseen(path, sheet._worksheet_path)  # noqa: SLF001
            blocks.extend(_sheet_blocks(sheet, merges, taken, seen))
            unseen += seen.count
    finally:
        book.close()
    metadata = {"sheets_hidden": ", ".join(hidden)} if hidden else {}
    if unseen:
        metadata[HIDDEN_TEXTS] = str(unseen)
    return ParsedDocument(name_title(name), tuple(blocks), metadata)


def _sheet_blocks(sheet: Any, merges: Merges, taken: set[str], unseen: Unseen) -> Iterator[Block]:
    """Yield one sheet's rows, numbered from the one below the header."""
    sheet.reset_dimensions()
    rows = ((line, cells) for line, cells in _filled(sheet, merges, unseen) if any(cells))
    top = list(islice(rows, _HEADER_SEARCH))
    if not top:
        return
    name = readable(sheet.title)
    first = _header_index(top, merges)
    last = _header_end(top, first, merges)
    titles = dict.fromkeys(one_line(cell) for _, cells in top[:first] for cell in cells if cell.strip())
    header_line = top[last][0]
    above = (name, *titles) if not _UNNAMED.fullmatch(name) else tuple(titles)
    header = _joined_header([cells for _, cells in top[first : last + 1]])
    table = Rows(header, "record", sheet=name, taken=taken, above=above)
    for line, cells in chain(top[last + 1 :], rows):
        if (block := table.block(cells, line - header_line)) is not None:
            yield block


def _header_index(top: Sequence[Row], merges: Merges) -> int:
    """Return which of the first rows is the header, an index into ``top``: a FAQ's, else the first below titles.

    Titles are rows with few cells: one, less than half of what the fullest row holds, or half of it where
    they say something by themselves ("單位：元"). Where every row has one cell the first is the header.
    """
    for index, (_, cells) in enumerate(top):
        if is_faq(cells):
            return index
    most = max(filled(cells) for _, cells in top)
    index = 0
    while index + 1 < len(top) and _is_title(top[index][1], most):
        line, below = top[index][0], top[index + 1][1]
        if line not in merges and filled(below) == 1 == filled(top[index][1]):
            break
        index += 1
    return index


def _is_title(cells: Sequence[str], most: int) -> bool:
    count = filled(cells)
    return count * 2 < max(most, 3) or (count * 2 <= most and any("：" in c or ":" in c for c in cells))


def _header_end(top: Sequence[Row], first: int, merges: Merges) -> int:
    """Return the header's last row, an index into ``top``.

    Cells that are merged downwards from the header's row reach as far as the header does. Else a row of words
    below goes on with it when it names what the header leaves open: below cells merged across, below empty ones.
    """
    line, header = top[first]
    deepest = max(
        (at for at, covered in merges.items() if any(origin[0] == line for origin in covered.values())),
        default=line,
    )
    last = max(index for index, (at, _) in enumerate(top) if at <= max(deepest, line))
    if last == first and first + 1 < len(top) and not is_faq(header):
        across = [column for column, origin in merges.get(line, {}).items() if origin[0] == line]
        if _names_columns(header, top[first + 1][1], across):
            last = first + 1
    return last if last + 1 < len(top) else first


def _names_columns(header: Sequence[str], below: Sequence[str], across: Sequence[int]) -> bool:
    """Tell whether ``below`` is a header's second row: it leaves empty what ``header`` names for itself.

    ``across`` holds the columns, from 1, that a merged cell of the header covers beside its own. A row of
    data has something in the first column; a second header row only where the first cell is merged across.
    """
    width = max(len(header), len(below))
    above, under = ([*row, *[""] * (width - len(row))] for row in (header, below))
    if any(_VALUE.fullmatch(cell.strip()) for cell in under if cell):
        return False
    opened = {
        column for column in range(width) if under[column] and (not above[column] or column + 1 in across)
    }
    start = next(column for column in range(width) if above[column])
    return bool(opened) and (not under[start] or start + 2 in across)


def _joined_header(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the header's rows as one; what stands left of an empty cell of the first row counts for it."""
    width = max(map(len, rows))
    wide = [[*row, *[""] * (width - len(row))] for row in rows]
    for column in range(1, width):
        if len(wide) > 1 and not wide[0][column] and any(row[column] for row in wide[1:]):
            wide[0][column] = wide[0][column - 1]
    return merged_header(wide)


def _filled(sheet: Any, merges: Merges, unseen: Unseen) -> Iterator[Row]:
    """Yield the rows' texts, with the value of a merged cell on every place that it covers."""
    origins = {origin for places in merges.values() for origin in places.values()}
    kept: dict[tuple[int, int], str] = {}
    for line, row in enumerate(sheet.iter_rows(), start=1):
        cells = [
            "" if unseen.cell(cell, line, column) else _shown(cell)
            for column, cell in enumerate(row, start=1)
        ]
        if unseen.row(line):
            continue
        for column, text in enumerate(cells, start=1):
            if (line, column) in origins:
                kept[line, column] = text
        for column, origin in merges.get(line, {}).items():
            cells += [""] * (column - len(cells))
            cells[column - 1] = kept.get(origin, "")
        yield line, cells


def _shown(cell: Any) -> str:
    """Return a cell's value as a person sees it, as far as the common number formats go."""
    value = cell.value
    if value is None:
        return ""
    code = str(cell.number_format or "")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.date | dt.time):
        return shown_date(value, code)
    if isinstance(value, int | float):
        return shown_number(value, code)
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
