"""Tables of questions: the rows below the header, by column name, with the line where each begins."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any

from assistant.evaluation.errors import BadQuestions

# Tried in this order; the first in which the header names a column of questions is taken. UTF-16 only by its mark.
_ENCODINGS = ("utf-8-sig", "big5hkscs", "cp950", "gb18030")
_DELIMITERS = (",", ";", "\t")
_HEADER_WITHIN = 10  # rows: a title may stand above the header
_MOST_CELL = 200_000  # characters
_MOST_UNPACKED = 200_000_000  # bytes of a workbook's parts
_FIXED = re.compile(r"[0#](?:\.(0+))?%?$")
# What openpyxl and the XML parsers under it raise on files that were cut or changed; SyntaxError is both parsers' root,
# InvalidFileException is a plain Exception and comes for other endings only.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,
    KeyError,
    ValueError,
    TypeError,
    IndexError,
    AttributeError,
    EOFError,
)

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

    try:
        with zipfile.ZipFile(path) as parts:
            if sum(part.file_size for part in parts.infolist()) > _MOST_UNPACKED:
                raise BadQuestions("the workbook is too large when unpacked; save the questions as CSV.")
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except _DAMAGED as error:
        raise BadQuestions(f"it is not an XLSX workbook, or a damaged one ({error}).") from error
    try:
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            rows = list(_shown(sheet))
            if any(is_header(_names(cells)) for _, cells in rows[:_HEADER_WITHIN]):
                yield from _below(rows, lambda cells: is_header(_names(cells)))
                return
    except _DAMAGED as error:
        raise BadQuestions(f"the workbook is damaged ({error}); save it again, or as CSV.") from error
    finally:
        book.close()
    raise BadQuestions("no visible sheet has a column named 'question' (or 問題) in its first rows.")


def _shown(sheet: Any) -> Iterator[tuple[int, list[Any]]]:
    """Yield the rows of a sheet that are not blank, with their lines, each cell as people see it."""
    sheet.reset_dimensions()  # what some programs write there is wrong, and rows beyond it would be lost
    for line, cells in enumerate(sheet.iter_rows(), 1):
        values = [_as_seen(cell.value, getattr(cell, "number_format", "General")) for cell in cells]
        if any(value is not None and str(value).strip() for value in values):
            yield line, values


def _as_seen(value: Any, number_format: str) -> Any:
    """Return a number or date as its format shows it: 5%, 4.10, 2026-01-01; others as they are."""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    places = _FIXED.search(number_format)
    digits = len(places[1]) if places and places[1] else 0
    if number_format.endswith("%"):
        return f"{value * 100:.{digits}f}%"
    return f"{value:.{digits}f}" if digits else value


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
            yield line, _record(line, header, cells)
        elif is_header(cells):
            header = _names(cells)


def _record(line: int, header: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    """Return a row by its columns; of two columns of one name, the one that is filled."""
    record: dict[str, Any] = {}
    for name, cell in zip(header, cells, strict=False):
        if name and cell not in (None, "") and record.get(name) not in (None, "", cell):
            raise BadQuestions(f"line {line}: two columns are named {name!r} and both are filled; keep one.")
        if record.get(name) in (None, ""):
            record[name] = cell
    return record


def _names(cells: Sequence[Any]) -> list[str]:
    return ["" if cell is None else str(cell) for cell in cells]
