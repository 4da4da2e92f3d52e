"""Sentences of a passage, with their offsets: the unit that is marked, quoted and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A sentence ends after 。！？ or ； (closing quotes and brackets stay with it), after . ! ? before a space,
# or at a line's end. A full stop after a short abbreviation, an initial or inside a number does not end one.
_CLOSERS = "」』”’）)】》〉\"'"
_END = re.compile(
    rf"[。！？!?；]+[{_CLOSERS}]*|(?<![A-Z])(?<!\b[A-Z][a-z])(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bNo)(?<!\bart)(?<!\b[ap]\.m)"
    rf"\.[{_CLOSERS}]*(?=\s)|\n+"
)


# A row of a table as parsers write it, "header：value；header：value": one fact, never cut between cells.
_ROW = re.compile(r"^[^：:；;\n]{1,30}[：:][^；;\n]*；[^；;：:\n]{1,30}[：:].*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text: ``text == whole[start:end]``, without white space at its ends."""

    start: int
    end: int
    text: str


def _trimmed(whole: str, start: int, end: int) -> Span | None:
    while start < end and whole[start].isspace():
        start += 1
    while end > start and whole[end - 1].isspace():
        end -= 1
    return Span(start, end, whole[start:end]) if end > start else None


def is_row(text: str) -> bool:
    """Return whether ``text`` is a row of a table as the parsers write it."""
    return _ROW.match(text) is not None


def sentences(text: str) -> list[Span]:
    """Return the sentences of ``text`` in order; together they hold all of it but white space."""
    found: list[Span] = []
    start = 0
    rows = [(row.start(), row.end()) for row in _ROW.finditer(text)]
    for match in _END.finditer(text):
        if match.group().startswith(("；", ";")) and any(a <= match.start() < b - 1 for a, b in rows):
            continue
        if match.group().startswith(("?", "!")) and match.end() < len(text) and text[match.end()].isalnum():
            continue  # a query string or an exclamation inside a word
        span = _trimmed(text, start, match.end())
        if span is not None:
            found.append(span)
        start = match.end()
    last = _trimmed(text, start, len(text))
    if last is not None:
        found.append(last)
    return found
