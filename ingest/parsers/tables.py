"""Tables to blocks: a row that stands alone, or a question with its answer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ingest.parsers.lines import one_line, readable, squeezed
from ingest.types import Block

Role = Literal["question", "answer", "id", "category", "audience", "tags"]
RowKind = Literal["table_row", "record"]

_ROLES: dict[str, Role] = {
    "question": "question", "問題": "question", "问题": "question",
    "answer": "answer", "答案": "answer",
    "id": "id", "編號": "id", "编号": "id",
    "category": "category", "分類": "category", "分类": "category",
    "audience": "audience", "對象": "audience", "对象": "audience",
    "tags": "tags", "標籤": "tags", "标签": "tags",
}  # fmt: skip
_AUDIENCES = {"公開": "public", "公开": "public", "內部": "internal", "内部": "internal"}
_TAG_ENDS = re.compile(r"[,;|，；、\n]")


def roles(header: Sequence[str]) -> dict[Role, int]:
    """Return which column plays which part, by its heading; the first of two wins."""
    found: dict[Role, int] = {}
    for column, name in enumerate(header):
        key = unicodedata.normalize("NFKC", name).strip().strip("*:").strip().casefold()
        if (role := _ROLES.get(key)) is not None:
            found.setdefault(role, column)
    return found


def is_faq(header: Sequence[str]) -> bool:
    """Tell whether these column headings are those of a table of questions and answers."""
    found = roles(header)
    return "question" in found and "answer" in found


def filled(cells: Sequence[str]) -> int:
    """Return how many different texts stand in a row's cells; one merged across the row counts once."""
    return len({text for cell in cells if (text := cell.strip())})


@dataclass(slots=True)
class Rows:
    """Turns the rows under one header into blocks.

    ``sheet`` stands in front of row anchors ("Sheet1!row=3"); ``taken`` holds the anchors given so far in the
    file, so that an id used twice does not name two rows. With ``anchored`` false only ids become anchors.
    ``above`` is what stands over the table: the sheet's name, titles, "單位：元".
    """

    header: Sequence[str]
    kind: RowKind
    sheet: str | None = None
    anchored: bool = True
    taken: set[str] = field(default_factory=set)
    above: tuple[str, ...] = ()
    roles: dict[Role, int] = field(init=False)
    faq: bool = field(init=False)

    def __post_init__(self) -> None:
        self.roles = roles(self.header)
        self.faq = is_faq(self.header)

    def block(self, cells: Sequence[str], number: int) -> Block | None:
        """Return row ``number`` (from 1, header not counted) as a block; None when there is nothing in it."""
        values = [squeezed(readable(cell)) for cell in cells]
        if not any(values):
            return None
        question = one_line(self._value("question", values)) if self.faq else ""
        answer = self._value("answer", values) if self.faq else ""
        if question and answer:
            return Block(
                kind="faq",
                text=f"{question}\n{answer}",
                anchor=self._anchor(values, number),
                question=question,
                audience=self._audience(values),
                tags=self._tags(values),
                above=self.above,
            )
        audience = self._audience(values) if self.faq else None  # an unanswered question keeps its readers
        text = fields(self.header, values)
        if not text:
            return None
        anchor = self._anchor(values, number)
        return Block(self.kind, text, anchor=anchor, audience=audience, above=self.above)

    def _value(self, role: Role, values: Sequence[str]) -> str:
        """Return the cell that plays a part in this row, empty when there is none."""
        column = self.roles.get(role)
        return values[column] if column is not None and column < len(values) else ""

    def _anchor(self, values: Sequence[str], number: int) -> str | None:
        """Return the row's id, or its place."""
        name = one_line(self._value("id", values))
        if not name or name in self.taken:
            if not self.anchored:
                return None
            name = f"{self.sheet}!row={number}" if self.sheet is not None else f"row={number}"
        self.taken.add(name)
        return name

    def _audience(self, values: Sequence[str]) -> str | None:
        """Return who may read this row, as the name of an audience."""
        written = one_line(self._value("audience", values)).casefold()
        return _AUDIENCES.get(written, written) or None

    def _tags(self, values: Sequence[str]) -> tuple[str, ...]:
        """Return the row's category and tags, each once."""
        parts = [self._value("category", values), *_TAG_ENDS.split(self._value("tags", values))]
        return tuple(dict.fromkeys(tag for part in parts if (tag := one_line(part))))


def fields(header: Sequence[str], cells: Sequence[str]) -> str:
    """Return a row as "header：value；header：value"; cells without a value are left out."""
    parts: list[str] = []
    for column, cell in enumerate(cells):
        value = one_line(cell)
        name = one_line(header[column]).rstrip(":：") if column < len(header) else ""
        if value:
            part = f"{name}：{value}" if name and name != value else value
            if not parts or parts[-1] != part:  # a cell merged across columns is said once
                parts.append(part)
    return "；".join(parts)


def grid_blocks(
    grid: Sequence[Sequence[str]], header_rows: int | None = None, *, keyed: bool = False
) -> Iterator[Block]:
    """Yield a table inside a document, row by row, each with its headings.

    ``grid`` has merged cells filled in on every place that they cover. Without ``header_rows`` the first row
    is taken as the header. ``keyed`` tables have their headings in the first column.
    """
    rows = [row for row in _narrowed(grid) if any(row)]
    while len(rows) > 1 and len(rows[0]) > 1 and len(set(rows[0])) == 1:  # a title across the table's top
        yield Block("paragraph", one_line(rows[0][0]))
        rows, header_rows = rows[1:], None if header_rows is None else max(header_rows - 1, 1)
    if not rows:
        return
    if len(rows[0]) == 1 or len(rows) == 1:
        for row in rows:
            yield Block("paragraph", "；".join(dict.fromkeys(one_line(cell) for cell in row if cell)))
    elif keyed or _looks_keyed(rows, header_rows):
        yield from _keyed_rows(rows)
    else:
        yield from _headed_rows(rows, 1 if header_rows is None else min(header_rows, len(rows) - 1))


def _keyed_rows(rows: Sequence[Sequence[str]]) -> Iterator[Block]:
    """Yield the rows of a table that has its headings in the first column."""
    for row in rows:
        if len(set(row)) == 1:
            yield Block("paragraph", one_line(row[0]))
        else:
            yield Block("table_row", fields([row[0]] * len(row), row[1:]) or one_line(row[0]))


def _headed_rows(rows: Sequence[Sequence[str]], count: int) -> Iterator[Block]:
    """Yield the rows below the first ``count``, which are the header."""
    table = Rows(merged_header(rows[:count]), "table_row", anchored=False)
    for number, row in enumerate(rows[count:], start=1):
        if len(set(row)) == 1:  # one cell across the whole table: a heading between rows
            yield Block("paragraph", one_line(row[0]))
        elif (count == 0 or row != rows[0]) and (block := table.block(row, number)) is not None:
            yield block


def merged_header(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return several header rows as one: what stands above each column, top first, each word once."""
    if not rows:
        return []
    return [
        " ".join(dict.fromkeys(one_line(row[column]) for row in rows if row[column]))
        for column in range(len(rows[0]))
    ]


def _narrowed(grid: Iterable[Sequence[str]]) -> list[list[str]]:
    """Return the rows equally long, cleaned, without columns that are empty throughout."""
    rows = [[squeezed(readable(cell)) for cell in row] for row in grid]
    longest = max((len(row) for row in rows), default=0)
    filled = [row + [""] * (longest - len(row)) for row in rows]
    keep = [column for column in range(longest) if any(row[column] for row in filled)]
    return [[row[column] for column in keep] for row in filled] if keep else []


def _looks_keyed(rows: Sequence[Sequence[str]], header_rows: int | None) -> bool:
    """Tell whether a two-column table is a form: every first cell ends in a colon."""
    return (
        header_rows is None
        and len(rows[0]) == 2
        and all(row[0].endswith((":", "：")) for row in rows if row[0])
    )
