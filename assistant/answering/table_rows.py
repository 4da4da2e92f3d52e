"""A row of a table as a source: which row a sentence is about, and whether it says what another cell has."""

from __future__ import annotations

import re
from collections.abc import Sequence

from assistant.answering.reading import Reading, is_row, read
from assistant.answering.verdicts import Verdict
from assistant.answering.windows import Window

_HEADER = 0.3  # more of another column's name than of the cell's own
_CELL = re.compile(r"([^:;\n]+):\s*([^;\n]*)")
_ROW_KEY = re.compile(r"([^:;\n]+):\s*([^;\n]{1,40}?)\s*;")


def is_about_row(said: Reading, window: Window) -> bool:
    """Return whether the window is a row of a table and the sentence names what the row is about."""
    name = row_name(window)
    return name is not None and name.search(said.folded) is not None


def cells_of(row: str) -> dict[str, str]:
    """Return the cells of a folded row by their headers."""
    return {m[1].strip(): m[2].strip() for m in _CELL.finditer(row)}


def other_cell(said: Reading, window: Window, rows: Sequence[dict[str, str]]) -> Verdict | None:
    """Return the verdict where a sentence about a row says what another row, or another column, has."""
    cells = cells_of(window.folded)

    def said_of(header: str, others: Sequence[str]) -> float:
        """Return how much of a column's name, without what other names have too, the sentence has."""
        units = set(read(header).units) - {unit for other in others for unit in read(other).units}
        return sum(unit in said.units for unit in units) / max(len(units), 1)

    for header, cell in cells.items():
        if cell in said.folded:
            continue
        for row in rows:
            other = row.get(header, "")
            if (
                len(other) > 1
                and not any(c.isdigit() for c in other)
                and other not in window.folded
                and other in said.folded
            ):
                return "name"
        if 2 < len(cell) < 5 and all(c >= "\u3400" for c in cell) and _one_changed(cell, said.folded):
            return "name"
    key = read(next(iter(cells.values()))).amounts
    for one in said.amounts:
        if any(one.equals(other) for other in key):
            continue
        own = [h for h, cell in cells.items() if any(one.equals(o) for o in read(f"{h}:{cell}").amounts)]
        others = [
            h for h, cell in cells.items() if h not in own and any(one.rivals(o) for o in read(cell).amounts)
        ]
        mine = max((said_of(header, others) for header in own), default=1.0)
        if mine + _HEADER < max((said_of(header, own) for header in others), default=0.0):
            return "number"
    return None


def _one_changed(name: str, text: str) -> bool:
    """Return whether a text has a name with one character exchanged."""
    size = len(name)
    return any(
        sum(a != b for a, b in zip(name, text[i : i + size], strict=True)) == 1
        for i in range(len(text) - size + 1)
    )


def row_name(window: Window) -> re.Pattern[str] | None:
    """Return what names a row by its first cell: 內湖區, or "zone a" where the cell alone is no name; None where it is no row."""
    cell = _ROW_KEY.match(window.folded) if is_row(window.text) else None
    if cell is None:
        return None
    head, name = cell[1].strip(), cell[2]
    if len(name) == 1:
        return re.compile(rf"{re.escape(head)}\W*{re.escape(name)}(?![a-z0-9])")
    return re.compile(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])")
