"""What may help where nothing is answered: the nearest clause, when it is close."""

from __future__ import annotations

from assistant.answering.citations import cite, whole
from assistant.answering.evidence import sentence_scores
from assistant.answering.grounding import Embed
from assistant.answering.types import Citation
from knowledge.search import Found
from knowledge.sentences import sentences

_STOPS = ("。", "！", "？", "；", ".", "!", "?", ";")


def nearest(found: Found, embed: Embed, floor: float) -> Citation | None:
    """Return the best hit with its best sentence as the quote, or None where its relevance is below ``floor``.

    Of a FAQ pair the answer is the quote: its question tells nothing. What the reader may not see is no hit.
    """
    if not found.hits or found.hits[0].score < floor:
        return None
    hit = found.hits[0]
    passage = hit.passage
    if passage.question is not None:
        _, end = whole(passage)
        return cite(1, hit, passage.answer_start, end) if end > passage.answer_start else None
    spans = sentences(passage.text)
    if not spans:
        return None
    scores = sentence_scores(found.query, passage, embed)
    # A title may share the question's only word; it helps nobody.
    told = [i for i, span in enumerate(spans) if span.text.endswith(_STOPS)] or list(range(len(spans)))
    best = spans[max(told, key=lambda i: scores[i])]
    return cite(1, hit, passage.start + best.start, passage.start + best.end)
