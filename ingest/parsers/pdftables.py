"""Tables of a PDF page: where rules or aligned columns are, and which characters stand in which cell.

A page has no tables, only characters and lines at places. Ruled tables are read from the lines that are
drawn; tables without rules from three or more lines of text whose pieces stand below each other. What is
found goes into the page's text as one marked line a row (``ingest.pagetables``), so that running heads and
page breaks are dealt with where all other lines are.
"""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ingest.pagetables import marked
from knowledge.clauses import parse_label

Box: TypeAlias = tuple[
    float, float, float, float
]  # left, bottom, right, top, in points from the page's corner
Segment: TypeAlias = tuple[float, float, float]  # a rule: where it lies, from, to

_NEAR = 3.0  # points within which two rules are one, or touch
_SHORTEST = 6.0  # points; shorter strokes are no rules
_MOST_PATHS, _MOST_LINES, _MOST_CELLS = 20_000, 600, 20_000
_GAP = 1.1  # of the letters' height, between two columns without a rule
_FEWEST_ROWS = 3  # of a table without rules
_ALIGNED = 0.7  # of a column's pieces that begin, end or centre at one place
_LONGEST_CELL = 40  # characters of a cell without rules
_LONGEST_HEADING, _LONGEST_RULED = 60, 600  # characters of a heading and of any cell, with rules
_LINE_ENDS = frozenset((10, 13))


@dataclass(frozen=True, slots=True)
class Table:
    """Cells' texts row by row, merged cells on every place; ``characters`` are the indexes that they hold."""

    rows: tuple[tuple[str, ...], ...]
    characters: frozenset[int]


def page_with_tables(page: Any, textpage: Any) -> str:
    """Return a page's text with each table's rows as marked lines in its place."""
    characters = _characters(textpage)
    tables = list(_ruled(page, characters))
    taken = frozenset().union(*(table.characters for table in tables))
    tables.extend(_aligned(characters, taken))
    if not tables:
        return str(textpage.get_text_range())
    owner = {index: table for table in tables for index in table.characters}
    parts: list[str] = []
    told: set[int] = set()
    start = 0
    for index in range(len(characters) + 1):
        table = owner.get(index)
        if index < len(characters) and table is None:
            continue
        if index > start:
            parts.append(textpage.get_text_range(start, index - start))
        start = index + 1
        if table is not None and id(table) not in told:
            told.add(id(table))
            parts.append(f"\n{marked(table.rows)}\n")
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class _Character:
    code: int
    box: Box

    @property
    def blank(self) -> bool:
        return self.code <= 32 or self.code in {0xA0, 0x3000}


def _characters(textpage: Any) -> list[_Character]:
    from pypdfium2 import raw

    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    found: list[_Character] = []
    for index in range(textpage.count_chars()):
        raw.FPDFText_GetCharBox(textpage, index, left, right, bottom, top)
        box = (left.value, bottom.value, right.value, top.value)
        found.append(_Character(raw.FPDFText_GetUnicode(textpage, index), box))
    return found


# Ruled tables.


def _rules(page: Any) -> tuple[list[Segment], list[Segment]]:
    """Return the page's (horizontal, vertical) strokes and edges of rectangles."""
    from pypdfium2 import raw

    across: list[Segment] = []
    down: list[Segment] = []
    for number, item in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=3)):
        if number > _MOST_PATHS:
            return [], []
        points = list(_points(item))
        for (x0, y0), (x1, y1) in points:
            if abs(y1 - y0) <= 1 and abs(x1 - x0) >= _SHORTEST:
                across.append(((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
            elif abs(x1 - x0) <= 1 and abs(y1 - y0) >= _SHORTEST:
                down.append(((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
    return across, down


def _points(item: Any) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """Yield the straight strokes of a path in the page's coordinates."""
    from pypdfium2 import raw

    a, b, c, d, e, f = item.get_matrix().get()
    x, y = ctypes.c_float(), ctypes.c_float()
    first = last = None
    for number in range(min(raw.FPDFPath_CountSegments(item), 4_000)):
        segment = raw.FPDFPath_GetPathSegment(item, number)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = (a * x.value + c * y.value + e, b * x.value + d * y.value + f)
        kind = raw.FPDFPathSegment_GetType(segment)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            first = point
        elif kind == raw.FPDF_SEGMENT_LINETO and last is not None:
            yield last, point
        if raw.FPDFPathSegment_GetClose(segment) and first is not None:
            yield point, first
        last = point


def _ruled(page: Any, characters: Sequence[_Character]) -> Iterator[Table]:
    """Yield the tables whose cells are drawn: two columns and two rows at least."""
    across, down = _rules(page)
    for horizontal, vertical in _grids(across, down):
        ys = sorted(
            _places([*(r[0] for r in horizontal), *(end for r in vertical for end in r[1:])]), reverse=True
        )
        xs = _places([*(r[0] for r in vertical), *(end for r in horizontal for end in r[1:])])
        if len(xs) < 3 or len(ys) < 3 or len(xs) * len(ys) > _MOST_CELLS:
            continue
        table = _filled(xs, ys, horizontal, vertical, characters)
        if table is not None:
            yield table


def _grids(across: Sequence[Segment], down: Sequence[Segment]) -> list[tuple[list[Segment], list[Segment]]]:
    """Return the rules that touch one another, as (horizontal, vertical) groups."""
    if not down or len(across) + len(down) > _MOST_LINES * 4:
        return []
    parent = list(range(len(across) + len(down)))

    def root(node: int) -> int:
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for i, (y, left, right) in enumerate(across):
        for j, (x, low, high) in enumerate(down):
            if left - _NEAR <= x <= right + _NEAR and low - _NEAR <= y <= high + _NEAR:
                parent[root(i)] = root(len(across) + j)
    groups: dict[int, tuple[list[Segment], list[Segment]]] = {}
    for i, rule in enumerate([*across, *down]):
        groups.setdefault(root(i), ([], []))[i >= len(across)].append(rule)
    return [group for group in groups.values() if len(group[0]) > 1 and group[1]]


def _places(values: Sequence[float]) -> list[float]:
    """Return the values in order, those near one another as one."""
    found: list[list[float]] = []
    for value in sorted(values):
        if found and value - found[-1][-1] <= _NEAR:
            found[-1].append(value)
        else:
            found.append([value])
    return [sum(group) / len(group) for group in found]


def _filled(
    xs: Sequence[float],
    ys: Sequence[float],
    horizontal: Sequence[Segment],
    vertical: Sequence[Segment],
    characters: Sequence[_Character],
) -> Table | None:
    """Return the table on a grid; a cell without a rule to its neighbour is one with it. ``ys`` fall."""
    columns, rows = len(xs) - 1, len(ys) - 1
    cell_of = _merged(xs, ys, horizontal, vertical)
    texts: dict[int, list[str]] = {}
    held: set[int] = set()
    rising = [-y for y in ys]
    last: int | None = None
    for index, one in enumerate(characters):
        left, bottom, right, top = one.box
        x, y = (left + right) / 2, (bottom + top) / 2
        inside = xs[0] < x < xs[-1] and ys[-1] < y < ys[0]
        if inside and not one.blank:
            last = cell_of[(bisect_right(rising, -y) - 1) * columns + bisect_right(xs, x) - 1]
            texts.setdefault(last, []).append(chr(one.code))
            held.add(index)
        elif one.blank and last is not None:
            texts[last].append("\n" if one.code in _LINE_ENDS else " ")
            held.add(index)
        else:
            last = None
    shown = {cell: "".join(text).strip() for cell, text in texts.items()}
    if len(shown) < 3:
        return None
    grid = tuple(tuple(shown.get(cell_of[r * columns + c], "") for c in range(columns)) for r in range(rows))
    rows_shown = _without_empty(grid)
    return Table(rows_shown, frozenset(held)) if _is_table(rows_shown) else None


def _is_table(rows: Sequence[tuple[str, ...]]) -> bool:
    """Tell a table from a frame or a picture with text in it: headings are short, cells are no pages."""
    header = next((row for row in rows if len(set(row)) > 1), ())
    return (
        len(rows) > 1
        and len(set(filter(None, header))) > 1
        and all(len(cell) <= _LONGEST_HEADING for cell in header)
        and all(len(cell) <= _LONGEST_RULED for row in rows for cell in row)
    )


def _merged(
    xs: Sequence[float], ys: Sequence[float], horizontal: Sequence[Segment], vertical: Sequence[Segment]
) -> list[int]:
    """Return for each place of the grid, row by row, which cell it belongs to."""
    columns, rows = len(xs) - 1, len(ys) - 1
    cell_of = list(range(columns * rows))

    def join(one: int, other: int) -> None:
        mine, theirs = cell_of[one], cell_of[other]
        if mine != theirs:
            cell_of[:] = [mine if cell == theirs else cell for cell in cell_of]

    for row in range(rows):
        middle = (ys[row] + ys[row + 1]) / 2
        for column in range(columns):
            centre, here = (xs[column] + xs[column + 1]) / 2, row * columns + column
            if column + 1 < columns and not _covers(vertical, xs[column + 1], middle):
                join(here, here + 1)
            if row + 1 < rows and not _covers(horizontal, ys[row + 1], centre):
                join(here, here + columns)
    return cell_of


def _covers(rules: Sequence[Segment], place: float, at: float) -> bool:
    return any(abs(where - place) <= _NEAR and start <= at <= end for where, start, end in rules)


def _without_empty(grid: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    rows = [row for row in grid if any(row)]
    kept = [column for column in range(len(rows[0])) if any(row[column] for row in rows)]
    return tuple(tuple(row[column] for column in kept) for row in rows)


# Tables without rules.


@dataclass(frozen=True, slots=True)
class _Piece:
    """Characters of one line without a wide gap between them."""

    left: float
    right: float
    text: str
    start: int
    end: int


def _aligned(characters: Sequence[_Character], taken: frozenset[int]) -> Iterator[Table]:
    """Yield tables that are only set in columns: neighbouring lines whose pieces stand below each other."""
    run: list[list[_Piece]] = []
    for line in [*_lines(characters, taken), []]:
        if run and not _fits(run, line):
            if (table := _table(run)) is not None:
                yield table
            run = []
        if len(line) > 1:
            run.append(line)


def _lines(characters: Sequence[_Character], taken: frozenset[int]) -> Iterator[list[_Piece]]:
    pieces: list[_Piece] = []
    current: list[int] = []

    def close() -> None:
        if current:
            boxes = [characters[i].box for i in current]
            text = "".join(
                chr(characters[i].code) for i in range(current[0], current[-1] + 1) if i not in taken
            )
            pieces.append(
                _Piece(
                    min(b[0] for b in boxes),
                    max(b[2] for b in boxes),
                    text.strip(),
                    current[0],
                    current[-1] + 1,
                )
            )
            current.clear()

    for index, one in enumerate(characters):
        if one.code in _LINE_ENDS or index in taken:
            close()
            if pieces:
                yield list(pieces)
                pieces.clear()
        elif not one.blank:
            if current:
                before = characters[current[-1]].box
                height = max(one.box[3] - one.box[1], before[3] - before[1], 6.0)
                if one.box[0] - before[2] > _GAP * height or one.box[0] < before[0] - height:
                    close()
            current.append(index)
    close()
    yield list(pieces)


def _fits(run: Sequence[Sequence[_Piece]], line: Sequence[_Piece]) -> bool:
    """Tell whether each piece of ``line`` stands below one column of ``run`` and no two below the same."""
    if len(line) < 2:
        return False
    columns = _columns(run)
    places = [_place(columns, piece) for piece in line]
    known = [place for place in places if place is not None]
    return len(known) == len(line) and len(set(known)) == len(known) and known == sorted(known)


def _columns(run: Sequence[Sequence[_Piece]]) -> list[tuple[float, float]]:
    """Return the columns of the fullest line, each as wide as what stands in it."""
    fullest = max(run, key=len)
    columns = [(piece.left, piece.right) for piece in fullest]
    for line in run:
        for piece in line:
            place = _place(columns, piece)
            if place is not None:
                left, right = columns[place]
                columns[place] = (min(left, piece.left), max(right, piece.right))
    return columns


def _place(columns: Sequence[tuple[float, float]], piece: _Piece) -> int | None:
    """Return the one column that ``piece`` overlaps; None for none or several."""
    found = [i for i, (left, right) in enumerate(columns) if piece.left < right and left < piece.right]
    return found[0] if len(found) == 1 else None


def _table(run: Sequence[Sequence[_Piece]]) -> Table | None:
    """Return lines in columns as a table, unless they are numbered text, contents or prose with gaps."""
    columns = _columns(run)
    if len(run) < _FEWEST_ROWS or any(len(piece.text) > _LONGEST_CELL for line in run for piece in line):
        return None
    grid: list[tuple[str, ...]] = []
    for line in run:
        row = [""] * len(columns)
        for piece in line:
            place = _place(columns, piece)
            if place is not None:
                row[place] = piece.text
        grid.append(tuple(row))
    if any(parse_label(row[0]) is not None or row[0].endswith(("。", "；", ".", "•")) for row in grid):
        return None
    if not all(_lined_up(run, column) for column in columns) or not _tabular(grid):
        return None
    held = frozenset(i for line in run for i in range(line[0].start, line[-1].end))
    return Table(tuple(grid), held)


def _lined_up(run: Sequence[Sequence[_Piece]], column: tuple[float, float]) -> bool:
    own = [piece for line in run for piece in line if piece.left < column[1] and column[0] < piece.right]
    measures = ([p.left for p in own], [p.right for p in own], [(p.left + p.right) / 2 for p in own])
    return any(
        max(sum(abs(v - w) <= _NEAR for w in values) for v in values) >= _ALIGNED * len(own)
        for values in measures
    )


def _tabular(grid: Sequence[tuple[str, ...]]) -> bool:
    """Tell a table from other text in columns: below headings that are no amounts something is counted.

    Of three columns or more words will do. Rising whole numbers at the end are the pages of a table of contents.
    """
    if any(cell and not any(c.isalpha() for c in cell) for cell in grid[0]):
        return False
    last = [row[-1] for row in grid[1:] if row[-1]]
    pages = [int(text) for text in last if text.isdecimal()]
    if len(pages) == len(last) and pages == sorted(pages):
        return False
    counted = sum(any(c.isdigit() for c in text) for text in last)
    return len(grid[0]) > 2 or (counted > len(last) / 2 and not any(c.isdigit() for c in grid[0][-1]))
