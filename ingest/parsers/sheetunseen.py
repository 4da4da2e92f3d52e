"""Cells of a workbook that no reader sees: hidden rows and columns, white letters, formats that show nothing.

Rows that an active filter hides are read: whoever opens the file has them back with one click, and a workbook
is often saved with its filter on. So are grouped columns, which a plus sign in the margin opens.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ingest.parsers.unseen import NEAR

_ROW = re.compile(rb"<(?:\w+:)?row\s([^>]{0,1000})>")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]{0,1000})>")
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_FILTERED = re.compile(rb"<(?:\w+:)?filterColumn\b")
_TABLES = re.compile(rb"<(?:\w+:)?tableParts?\b")
_YES = {b"1", b"true"}
_WHITE_THEME = 0  # the theme's first colour is that of the paper
_SMALLEST_PT = 1.5
_KEPT = 2_000  # bytes of one piece that the next is searched with


class Unseen:
    """Tells which cells of one sheet are not seen, and counts those that hold something."""

    def __init__(self, path: Path, part: str) -> None:
        """Look through the sheet's XML once; read-only sheets of openpyxl do not tell what is hidden."""
        self.count = 0
        self._rows: set[int] = set()
        self._columns: list[tuple[int, int]] = []
        self._plain = True  # no table style gives cells a ground
        self._styles: dict[int, bool] = {}
        filtered = False
        for data in _pieces(path, part):
            self._rows.update(_hidden_rows(data))
            self._columns.extend(_hidden_columns(data))
            filtered = filtered or _FILTERED.search(data) is not None
            self._plain = self._plain and _TABLES.search(data) is None
        if filtered or (self._rows and not self._plain and _has_filtered_table(path)):
            self._rows.clear()

    def row(self, number: int) -> bool:
        """Return whether a row, counted from 1, is hidden."""
        return number in self._rows

    def cell(self, cell: Any, line: int, column: int) -> bool:
        """Return whether a cell is not seen, and count it; ``line`` and ``column`` count from 1."""
        if cell.value is None:
            return False
        unseen = (
            line in self._rows
            or any(first <= column <= last for first, last in self._columns)
            or self._style_hides(cell)
        )
        self.count += unseen
        return unseen

    def _style_hides(self, cell: Any) -> bool:
        number = getattr(cell, "_style_id", None)
        if number is None:
            return False
        if number not in self._styles:
            self._styles[number] = _shows_nothing(cell, plain=self._plain)
        return self._styles[number]


def _shows_nothing(cell: Any, *, plain: bool) -> bool:
    """Return whether a cell's style shows no value: its format, the size or the colour of its letters."""
    if set(str(cell.number_format or "").split(";")) == {""} and ";;" in str(cell.number_format or ""):
        return True
    font, fill = cell.font, cell.fill
    if font is not None and font.sz is not None and font.sz < _SMALLEST_PT:
        return True
    letters = _colour(font.color) if font is not None and font.color is not None else None
    if letters is None:
        return False
    if fill is None or fill.fill_type in {None, "none"}:
        return plain and min(letters) >= 255 - NEAR
    ground = _colour(fill.fgColor) if fill.fill_type == "solid" else None
    return ground is not None and all(abs(a - b) <= NEAR for a, b in zip(letters, ground, strict=True))


def _colour(colour: Any) -> tuple[int, int, int] | None:
    """Return a colour's parts; None where the file only refers to a palette or theme, white excepted."""
    if colour.type == "theme":
        white = colour.theme == _WHITE_THEME and not colour.tint
        return (255, 255, 255) if white else None
    if colour.type == "indexed":
        return (255, 255, 255) if colour.indexed in {1, 9} else None
    value = str(colour.rgb or "")[-6:]
    if not re.fullmatch(r"[0-9A-Fa-f]{6}", value):
        return None
    return int(value[:2], 16), int(value[2:4], 16), int(value[4:], 16)


def _pieces(path: Path, part: str) -> Iterator[bytes]:
    """Yield a part of the package in pieces that overlap by the beginning of a tag."""
    with zipfile.ZipFile(path) as package, package.open(part.lstrip("/")) as file:
        tail = b""
        while chunk := file.read(1 << 20):
            data = tail + chunk
            at = data.rfind(b"<")
            tail = data[at:] if len(data) - at < _KEPT else b""
            yield data[: len(data) - len(tail)]
        yield tail


def _hidden_rows(data: bytes) -> Iterator[int]:
    for found in _ROW.findall(data):
        if b"hidden" in found:
            stated = dict(_ATTRIBUTE.findall(found))
            if stated.get(b"hidden") in _YES and stated.get(b"r", b"").isdigit():
                yield int(stated[b"r"])


def _hidden_columns(data: bytes) -> Iterator[tuple[int, int]]:
    for found in _COLUMN.findall(data):
        stated = dict(_ATTRIBUTE.findall(found))
        grouped = stated.get(b"outlineLevel", b"0") not in {b"", b"0"}
        if stated.get(b"hidden") in _YES and not grouped and stated.get(b"min", b"").isdigit():
            yield int(stated[b"min"]), int(stated.get(b"max") or stated[b"min"])


def _has_filtered_table(path: Path) -> bool:
    with zipfile.ZipFile(path) as package:
        names = [name for name in package.namelist() if name.startswith("xl/tables/")]
        return any(_FILTERED.search(package.read(name)) for name in names)
