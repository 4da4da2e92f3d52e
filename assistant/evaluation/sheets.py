"""Tables of questions: the rows below the header, by column name, with the line where each begins."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from assistant.evaluation.errors import BadQuestions

# Tried in this order; the first in which the header names a column of questions is taken. UTF-16 only by its mark.
_ENCODINGS = ("utf-8-sig", "big5hkscs", "cp950", "gb18030")
_DELIMITERS = (",", ";", "\t")
_HEADER_WITHIN = 10  # rows: a title may stand above the header
_MOST_CELL = 200_000  # characters
_MOST_UNPACKED = 200_000_000  # bytes of a workbook's parts

IsHeader = Callable[[Sequence[str]], bool]
Row = tuple[int, dict[str, Any]]


def csv_rows(data: bytes, is_header: IsHeader) -> Iterator[Row]:
    """Yield the rows of CSV or TSV, in whatever encoding and with whatever delimiter the header can be read.

    Raises:
        BadQuestions: there is no column of questions, or it is no table.
    """
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        for delimiter in _DELIMITERS:
            rows = list(_parsed(text, delimiter))
            if any(is_header(cells) for _, cells in rows[:_HEADER_WITHIN]):
                yield from _below(rows, is_header)
                return
    raise BadQuestions("no column is named 'question' (or 問題) in its first row.")


def workbook_rows(path: Path, is_header: IsHeader) -> Iterator[Row]:
    """Yield the rows of the first visible sheet of a workbook that has a column of questions.

    Raises:
        BadQuestions: no sheet has one, or it is no workbook.
    """
    from openpyxl import load_workbook  # noqa: PLC0415 - 150 ms that other files need not pay
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MOST_UNPACKED:
                raise BadQuestions("the workbook is too large when unpacked; save the questions as CSV.")
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise BadQuestions(f"it is not an XLSX workbook ({error}).") from error
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            numbered = enumerate(sheet.iter_rows(values_only=True), 1)
            rows = [
                (line, list(cells)) for line, cells in numbered if any(cell is not None for cell in cells)
            ]
            if any(is_header(_names(cells)) for _, cells in rows[:_HEADER_WITHIN]):
                yield from _below(rows, lambda cells: is_header(_names(cells)))
                return
    finally:
        book.close()
    raise BadQuestions("no visible sheet has a column named 'question' (or 問題) in its first rows.")


def _parsed(text: str, delimiter: str) -> Iterator[tuple[int, list[Any]]]:
    """Yield the rows that are not blank, each with the line where it begins."""
    before = csv.field_size_limit(_MOST_CELL)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        while True:
            line = reader.line_num + 1
            cells: list[Any] | None = next(reader, None)
            if cells is None:
                return
            if any(cell.strip() for cell in cells):
                yield line, cells
    except csv.Error as error:
        raise BadQuestions(f"line {line}: not a row of values: {error}.") from error
    finally:
        csv.field_size_limit(before)


def _below(
    rows: Iterable[tuple[int, Sequence[Any]]], is_header: Callable[[Sequence[Any]], bool]
) -> Iterator[Row]:
    header: list[str] | None = None
    for line, cells in rows:
        if header is not None:
            if len(cells) > len(header) and any(cell not in (None, "") for cell in cells[len(header) :]):
                raise BadQuestions(
                    f"line {line}: {len(cells)} cells under {len(header)} columns; "
                    "put text that holds a comma into quotation marks."
                )
            yield line, dict(zip(header, cells, strict=False))
        elif is_header(cells):
            header = _names(cells)


def _names(cells: Sequence[Any]) -> list[str]:
    return ["" if cell is None else str(cell) for cell in cells]
