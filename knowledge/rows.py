"""Rows of tables, "header：value；header：value", and which of them a question names by what stands in a cell.

Words alone do not tell X-100 from X-1000 in a list of a thousand rows that share everything else. A cell's
value that stands whole in the question does: the row that holds most of what the question names is meant,
and rows that are not named there, having other values, are not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge.sentences import is_row
from knowledge.text import HAN, fold
from knowledge.types import Hit, Passage

_HEADER_CHARS = 30
_PARTS = re.compile(r"[、,，/／|]")
_SHORTEST = 2  # characters of a value that can name a row: 有, 無, A and 1 name none
_LOOSE_SPACE = re.compile(rf"(?<=[{HAN}])\s+|\s+(?=[{HAN}])")
_RIVAL = 0.2  # of its relevance is left to a row where the question names less than of the best of its table


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row; ``row[start:end]`` is it, heading included."""

    header: str
    value: str
    start: int
    end: int


def cells(row: str) -> list[Cell]:
    """Return the cells of a row in order; a cell without a heading has an empty one."""
    found: list[Cell] = []
    start = 0
    for part in row.split("；"):
        body = part.strip()
        if body:
            header, sign, value = body.partition("：")
            named = bool(sign) and len(header) <= _HEADER_CHARS and bool(value)
            at = start + part.index(body)
            found.append(Cell(header if named else "", value.strip() if named else body, at, at + len(body)))
        start += len(part) + 1
    return found


def plain(text: str) -> str:
    """Return ``text`` folded, without blanks beside Han characters: as values and questions are compared."""
    return _LOOSE_SPACE.sub("", " ".join(fold(text).split()))


def stands_whole(value: str, text: str) -> bool:
    """Return whether ``value`` stands in ``text``, both ``plain``, and is not the beginning or end of more."""
    at = text.find(value)
    while at >= 0:
        end = at + len(value)
        if not (_runs_on(text[:at][::-1], value[0]) or _runs_on(text[end:], value[-1])):
            return True
        at = text.find(value, at + 1)
    return False


def _runs_on(rest: str, edge: str) -> bool:
    """Return whether a word or code goes on beyond its edge: X-100 in X-1000, X-100-B and X-100.5."""
    if not (edge.isascii() and edge.isalnum()) or not rest:
        return False
    return (rest[0].isascii() and rest[0].isalnum()) or (
        rest[0] in "-_./" and rest[1:2].isascii() and rest[1:2].isalnum()
    )


def named(question: str, row: Sequence[Cell]) -> list[tuple[Cell, int]]:
    """Return the cells whose value, or one of whose values, ``question`` names whole, each with its length.

    ``question`` is ``plain``. "日本、韓國" is named by either.
    """
    found: list[tuple[Cell, int]] = []
    for cell in row:
        value = plain(cell.value)
        ways = [value, *(_PARTS.split(value) if _PARTS.search(value) else ())]
        lengths = [
            len(way) for way in map(str.strip, ways) if len(way) >= _SHORTEST and stands_whole(way, question)
        ]
        if lengths:
            found.append((cell, max(lengths)))
    return found


def prefer_named_rows(question: str, hits: Sequence[Hit]) -> list[Hit]:
    """Return ``hits`` with the rows of each table in the order in which the question names them.

    A table's rows keep the places and relevances that they have together; its rows that rival the one named
    lose most of theirs. Other hits stay as they are.
    """
    tables: dict[tuple[str, str], list[int]] = {}
    for index, hit in enumerate(hits):
        if hit.passage.kind == "record" and not hit.exact:
            tables.setdefault(_table(hit.passage), []).append(index)
    asked = plain(question)
    result = list(hits)
    changed = False
    for places in tables.values():
        found = {i: named(asked, cells(hits[i].passage.text.strip())) for i in places}
        worth = {i: sum(length for _, length in found[i]) for i in places}
        best = max(places, key=lambda i: worth[i])
        if not worth[best]:
            continue
        changed = True
        meant = {cell.header for cell, _ in found[best]}
        order = sorted(places, key=lambda i: -worth[i])
        scores = [hits[i].score for i in places]
        for place, i, score in zip(places, order, scores, strict=True):
            rival = {cell.header for cell, _ in found[i]} < meant
            result[place] = replace(hits[i], score=score * (_RIVAL if rival else 1.0))
    return sorted(result, key=lambda hit: -hit.score) if changed else result


def _table(passage: Passage) -> tuple[str, str]:
    """Return what the rows of one table share: the document and the sheet."""
    file, _, anchor = passage.source.rpartition("#")
    return passage.document_id, file + anchor.rpartition("!")[0] + "\n".join(passage.heading)


def row_spans(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each line of ``text`` that is a row of a table, without white space at its ends."""
    spans: list[tuple[int, int]] = []
    at = 0
    for line in text.split("\n"):
        body = line.strip()
        if body and is_row(body):
            start = at + line.index(body)
            spans.append((start, start + len(body)))
        at += len(line) + 1
    return spans
