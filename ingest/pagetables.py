"""Rows of tables among the lines of pages: a table cut by a page's end is one, and each row has its header.

A row is a line that begins with a noncharacter, which no text holds: FIRST for a table's first row as its
page shows it, ROW for the others; CELL stands between cells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from ingest.parsers.tables import fields, merged_header
from ingest.types import Block

FIRST, ROW, CELL = "\ufdd0", "\ufdd1", "\ufdd2"

_Row = tuple[list[str], int]  # cells, page


def is_table_line(line: str) -> bool:
    """Tell whether a line of a page is a table's row."""
    return line.startswith((FIRST, ROW))


def marked(rows: Sequence[Sequence[str]]) -> str:
    """Return a table's rows as lines of a page."""
    shown = (CELL.join(" ".join(cell.split()) for cell in row) for row in rows)
    return "\n".join((ROW if number else FIRST) + line for number, line in enumerate(shown))


# How headings of columns that count end: 單價（元）, 電話號碼, "Price (USD)".
_FIELD = re.compile(
    r"(?:[價价額额]|(?<![免自])[費费]|[數数量]|[號号]碼?|编号|[長长寬宽高重]度?|日期|時間|时间|期限|天[數数]|[單单]位|[電电][話话]|比例|[編编][號号]|小[計计]|合[計计]"
    r"|prices?|costs?|fees?|amounts?|qty|quantity|numbers?|no\.?|dates?|times?|days|hours|phone|total|weight|size|rate|units?)"
    r"\s*(?:[（(\[【].{1,12}[）)\]】])?\s*$",
    re.IGNORECASE,
)


def table_blocks(lines: Sequence[tuple[str, int]]) -> Iterator[Block]:
    """Yield the rows of neighbouring table lines, each given with its page, with their headings.

    A table at the top of a page goes on with the one at the end of the page before when it has as many
    columns and does not begin with a header of its own; a repeated header is dropped. A first row of words alone is
    one of the table (免費 among amounts) unless it has names of fields where the table above counts.
    """
    table: list[_Row] = []
    for line, page in lines:
        row = line[1:].split(CELL), page
        if table and line.startswith(FIRST) and not _goes_on(table, row):
            yield from _blocks(table)
            table = []
        table.append(row)
    yield from _blocks(table)


def _goes_on(table: Sequence[_Row], row: _Row) -> bool:
    cells, page = row
    header, last = table[0][0], table[-1]
    if page == last[1] or len(cells) != len(header):
        return False
    if cells == header:
        return True
    counting = [c for c in range(len(cells)) if all(_counts(own[c]) for own, _ in table[1:] if len(own) > c)]
    return not (len(table) > 1 and counting and all(_FIELD.search(cells[c]) for c in counting))


def _counts(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _blocks(table: Sequence[_Row]) -> Iterator[Block]:
    rows = list(table)
    while len(rows) > 1 and len(rows[0][0]) > 1 and len(set(rows[0][0])) == 1:  # a title across the top
        yield Block("paragraph", rows[0][0][0], page=rows[0][1])
        del rows[0]
    if len(rows) < 2 or len(rows[0][0]) < 2:
        for cells, page in rows:
            if text := "；".join(dict.fromkeys(cell for cell in cells if cell)):
                yield Block("paragraph", text, page=page)
        return
    count = 2 if len(rows) > 2 and _spans(rows[0][0], rows[1][0]) else 1
    heads = [cells for cells, _ in rows[:count]]
    header = merged_header(heads)
    for cells, page in rows[count:]:
        if cells in heads:
            continue  # the header again, on the next page
        if len(set(cells)) == 1:
            yield Block("paragraph", cells[0], page=page)
        elif text := fields(header, cells):
            yield Block("table_row", text, page=page)


def _spans(first: Sequence[str], second: Sequence[str]) -> bool:
    """Tell whether the header has a second row: a cell of the first is merged across, others reach down."""
    across = any(a and a == b for a, b in pairwise(first))
    down = any(a and a == b for a, b in zip(first, second, strict=False))
    return across and down and not any(_counts(cell) for cell in second)
