"""Windows: neighbouring sentences of a passage, prepared for comparison with a written sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.answering.amounts import Amount
from assistant.answering.reading import Reading, is_row, read
from knowledge.sentences import sentences
from knowledge.text import fold
from knowledge.types import Passage

_WINDOW = 3  # neighbouring source sentences that may bear one written sentence together
_LIST = 8  # items that one sentence may say together
_ITEM = re.compile(r"\s*(?:[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.、)）]|[-•*・]\s)")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Window:
    """Neighbouring sentences of one passage, prepared for comparison. Offsets are into the canonical text."""

    passage: Passage
    rank: int  # the passage's place among the evidence, 0 is the best
    start: int
    end: int
    text: str
    count: int  # sentences in it
    readings: tuple[Reading, ...]  # of its sentences
    folded: str
    about: str  # title, heading, clause label and a FAQ's question, folded
    grams: frozenset[str]  # and of its title, heading and clause label, which also bear a sentence
    amounts: tuple[Amount, ...]
    words: frozenset[str]

    @property
    def units(self) -> tuple[str, ...]:
        """Its words in order."""
        return tuple(unit for reading in self.readings for unit in reading.units)

    def says(self, sentence: str) -> bool:
        """Return whether it says the sentence word for word."""
        return fold(sentence).strip(" 。.") in self.folded


def windows_of(passage: Passage, rank: int) -> Iterable[Window]:
    """Yield the windows of a passage, which is the ``rank``-th best from 0.

    One to three sentences each, with a list as many as its items; a row of a table stands alone.
    """
    # What a FAQ pair asks is no evidence; it only says what its answer is about.
    spans = [s for s in sentences(passage.text) if passage.start + s.start >= passage.answer_start]
    readings = [read(span.text) for span in spans]
    context = " ".join((passage.title, *passage.heading, passage.clause or "", passage.question or ""))
    context_grams = read(context).grams
    context_amounts = read(passage.clause or "").amounts + read(passage.title).amounts
    context_words = frozenset(_WORD.findall(fold(context)))
    items = [_ITEM.match(span.text) is not None for span in spans]
    for first in range(len(spans)):
        # The next row of a table is about something else; a list may be said in one sentence, with what leads to it.
        listed = next((i for i in range(first + 1, len(spans)) if not items[i]), len(spans)) - first
        widest = 1 if is_row(spans[first].text) else max(_WINDOW, min(listed, _LIST))
        for count in range(1, min(widest, len(spans) - first) + 1):
            start, end = spans[first].start, spans[first + count - 1].end
            text = passage.text[start:end]
            inside = tuple(readings[first : first + count])
            folded = " ".join(reading.folded for reading in inside)
            yield Window(
                passage, rank, passage.start + start, passage.start + end, text, count, inside, folded, fold(context),
                context_grams.union(*(reading.grams for reading in inside)),
                (*(amount for reading in inside for amount in reading.amounts), *context_amounts),
                context_words | frozenset(_WORD.findall(folded)),
            )  # fmt: skip


def share_of(wanted: frozenset[str], held: frozenset[str]) -> float:
    """Return how much of ``wanted`` is in ``held``, 0..1; 0 of nothing."""
    return len(wanted & held) / max(len(wanted), 1)


def holds_names(wanted: frozenset[str], window: Window, question: str) -> bool:
    """Return whether every name stands in the window or the question: a code whole, another name by all its words."""
    words = window.words | frozenset(_WORD.findall(question))
    where = f"{window.folded} {window.about} {question}"
    return all(
        _holds_code(name, where)
        if any(c.isdigit() for c in name)
        else name in where or all(w in words for w in _WORD.findall(name))
        for name in wanted
    )


def _holds_code(code: str, text: str) -> bool:
    """Return whether a text has a code, SOP-012 also as SOP 012 and SOP012, and not as a part of SOP-0123."""
    parts = re.findall(r"[a-z]+|\d+|[^\W\d_a-z]+|\.", code)
    return (
        re.search(r"(?<![a-z0-9])" + r"[-_ ]*".join(map(re.escape, parts)) + r"(?![0-9])", text) is not None
    )
