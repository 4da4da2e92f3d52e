"""Citations as typed values, numbered in the order in which the answer uses them."""

from __future__ import annotations

from assistant.answering.types import Citation
from knowledge.types import Hit, Passage


def cite(n: int, hit: Hit, start: int, end: int) -> Citation:
    """Return citation ``n`` of ``hit`` for canonical offsets ``start``..``end`` inside its passage.

    Raises ValueError when they do not: a quote is never taken from anywhere but the passage that was found.
    """
    passage = hit.passage
    if not passage.start <= start < end <= passage.end:
        message = (
            f"quote {start}..{end} lies outside passage {passage.start}..{passage.end} of {passage.source}"
        )
        raise ValueError(message)
    quote = passage.text[start - passage.start : end - passage.start]
    also = (*hit.places, *(edition for edition in hit.editions if quote in edition.text))
    return Citation(
        n, passage.document_id, passage.source, passage.title, passage.version, passage.clause, passage.page,
        quote, start, end, passage.heading, tuple(place.source for place in also),
    )  # fmt: skip


def whole(passage: Passage) -> tuple[int, int]:
    """Return the canonical offsets of a passage without white space at its ends."""
    text = passage.text
    lead = len(text) - len(text.lstrip())
    return passage.start + lead, passage.start + len(text.rstrip())


class Numbering:
    """Gives each distinct quote one number, in order of first use."""

    def __init__(self) -> None:
        """Start with no citation."""
        self._by_span: dict[tuple[str, int, int, int], Citation] = {}

    def number(self, hit: Hit, start: int, end: int) -> Citation:
        """Return the citation of this span, made when it is new."""
        key = (hit.passage.document_id, hit.passage.version, start, end)
        known = self._by_span.get(key)
        if known is not None:
            return known
        made = self._by_span[key] = cite(len(self._by_span) + 1, hit, start, end)
        return made

    def all(self) -> tuple[Citation, ...]:
        """Return the citations in order of their numbers."""
        return tuple(self._by_span.values())
