"""Reads the plain-text sources from which the binary samples are made.

The mark-up is a handful of line prefixes: ``# `` chapter, ``## `` clause, ``1) `` item of a clause, ``|`` row
of a table, anything else a paragraph. Numbers are left out where Word is to count them itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

ItemKind = Literal["chapter", "clause", "item", "paragraph", "table"]

_ITEM = re.compile(r"^\d+\) ")
_RULE = re.compile(r"^\|[\s|:-]+\|$")


@dataclass(frozen=True, slots=True)
class Item:
    """One paragraph, or one table (``rows``, the header first)."""

    kind: ItemKind
    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A document as written by its author: front matter and items in order."""

    meta: dict[str, str]
    items: tuple[Item, ...]


def read_source(path: Path) -> Source:
    """Return the document in ``path``; raises ValueError when the front matter is not closed."""
    _, front, body = path.read_text(encoding="utf-8").split("---\n", 2)
    meta = dict(line.split(": ", 1) for line in front.splitlines() if line.strip())
    lines = [line.strip() for line in body.splitlines() if line.strip()]
    items: list[Item] = []
    for is_table, group in groupby(lines, key=lambda line: line.startswith("|")):
        together = list(group)
        items.extend([_table(together)] if is_table else map(_paragraph, together))
    return Source(meta, tuple(items))


def _table(lines: list[str]) -> Item:
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines if not _RULE.match(line)
    ]
    return Item("table", rows=tuple(rows))


def _paragraph(line: str) -> Item:
    if line.startswith("## "):
        return Item("clause", line[3:])
    if line.startswith("# "):
        return Item("chapter", line[2:])
    if _ITEM.match(line):
        return Item("item", _ITEM.sub("", line))
    return Item("paragraph", line)
