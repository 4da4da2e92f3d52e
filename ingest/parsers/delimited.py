"""CSV and TSV: one row, one block."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

from ingest.errors import BrokenFile
from ingest.limits import Limits
from ingest.parsers.encoding import decode
from ingest.parsers.lines import name_title
from ingest.parsers.tables import Rows, filled, is_faq
from ingest.types import Block, ParsedDocument

_DELIMITERS = (",", "\t", ";", "|", "，")
_SAMPLE_ROWS = 50
_SAMPLE_CHARS = 200_000


def parse_delimited(path: Path, name: str, limits: Limits) -> ParsedDocument:
    """Return a table's rows: pairs when its header says question and answer, else records."""
    del limits
    csv.field_size_limit(1 << 30)
    text = decode(path.read_bytes())
    try:
        blocks = tuple(row_blocks(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))))
    except csv.Error as error:
        raise BrokenFile(kind="a table of values", why=str(error)) from error
    return ParsedDocument(name_title(name), blocks)


def row_blocks(rows: Iterator[list[str]]) -> Iterator[Block]:
    """Yield the blocks of a table whose first row that is not empty is its header.

    A first row of one cell above rows of several is the table's title.
    """
    header = next((cells for cells in rows if filled(cells)), None)
    following = next(rows, None)
    title = ""
    if header is not None and following is not None and filled(header) == 1 and filled(following) > 1:
        title = next(cell.strip() for cell in header if cell.strip())
        header, following = following, next(rows, None)
    if header is None:
        return
    table = Rows([cell.strip() for cell in header], "record", above=(title,) if title else ())
    for number, cells in enumerate(chain([] if following is None else [following], rows), start=1):
        if (block := table.block(cells, number)) is not None:
            yield block


def delimiter_of(text: str) -> str:
    """Return what parts the cells: the mark that gives most rows the same number of cells, more than one."""
    best, best_worth = ",", 0.0
    for delimiter in _DELIMITERS:
        widths, header = _widths(text[:_SAMPLE_CHARS], delimiter)
        if is_faq(header):
            return delimiter
        if not widths:
            continue
        width, count = Counter(widths).most_common(1)[0]
        worth = count / len(widths) + 0.01 * min(width, 20) if width > 1 else 0.0
        if worth > best_worth:
            best, best_worth = delimiter, worth
    return best


def _widths(sample: str, delimiter: str) -> tuple[list[int], Sequence[str]]:
    """Return the number of cells of each of the first rows, and the first row."""
    widths: list[int] = []
    header: Sequence[str] = ()
    try:
        for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in row):
                header = header or row
                widths.append(len(row))
            if len(widths) >= _SAMPLE_ROWS:
                break
    except csv.Error:
        return widths, header
    return widths, header
