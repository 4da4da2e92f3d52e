"""Sentences of a passage, with their offsets: the unit that is marked, quoted and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.text import HAN

# A sentence ends after 。！？ or ； (closing quotes and brackets stay with it), after . ! ? before a space,
# or at a line's end. A full stop after a short abbreviation, an initial or inside a number does not end one.
_CLOSERS = "」』”’）)】》〉\"'"
_END = re.compile(
    rf"[。！？!?；]+[{_CLOSERS}]*|(?<![A-Z])(?<!\b[A-Z][a-z])(?<!\be\.g)(?<!\bi\.e)(?<!\bvs)(?<!\bNo)(?<!\bart)(?<!\b[ap]\.m)"
    rf"\.[{_CLOSERS}]*(?=\s)|\n+"
)


# A row of a table as parsers write it, "header：value；header：value": one fact, never cut between cells.
_ROW = re.compile(r"^[^：:；;\n]{1,30}[：:][^；;\n]*；[^；;：:\n]{1,30}[：:].*$", re.MULTILINE)

_HAN = re.compile(f"[{HAN}]")
_LATIN = re.compile(r"[A-Za-z]")
_LESSER = 1 / 3  # of a text's letters that a foreign part may make up to be passed over


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


def in_own_script(text: str) -> str:
    """Return ``text`` without the lines and sentences in a script that is not its own.

    In a Chinese text a sentence without a Han character is foreign, in a Latin one a sentence that is mostly Han. Where what is
    foreign is not the lesser part, ``text`` is returned as it is, as bilingual documents are. One Chinese
    sentence put into a short English mail would otherwise make it a Chinese passage, and blur its vector: of BIPIA's mails
    with Chinese attacks, 15 % were taken for Chinese.
    """
    han, latin = _weights(text)
    main_is_han = han > latin
    lesser = min(han, latin)
    if not lesser or lesser > _LESSER * (han + latin):
        return text
    foreign = [span for span in sentences(text) if _is_foreign(span.text, main_is_han=main_is_han)]
    kept, at = "", 0
    for span in foreign:
        kept, at = kept + text[at : span.start], span.end
    return kept + text[at:] if foreign else text


def _is_foreign(sentence: str, *, main_is_han: bool) -> bool:
    han, latin = _weights(sentence)
    return han == 0 < latin if main_is_han else han > latin


def _weights(text: str) -> tuple[float, int]:
    """Return how much of a text is Chinese and how much Latin, in Latin letters: one Han character says as much as 2.5."""
    return 2.5 * len(_HAN.findall(text)), len(_LATIN.findall(text))
