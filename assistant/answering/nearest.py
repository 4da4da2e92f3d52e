"""What may help where nothing is answered: the nearest clause, when it is close."""

from __future__ import annotations

from assistant.answering.cells import clean
from assistant.answering.citations import cite, whole
from assistant.answering.evidence import sentence_scores
from assistant.answering.grounding import Embed
from assistant.answering.instructions import speaks_to_model
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
    asked = found.query.text
    if passage.question is not None:
        _, end = whole(passage)
        told = end > passage.answer_start and clean([hit], asked)
        return cite(1, hit, passage.answer_start, end) if told else None
    scores = sentence_scores(found.query, passage, embed)
    rated = [
        (score, span)
        for score, span in zip(scores, sentences(passage.text), strict=True)
        if not speaks_to_model(span.text, asked, passage.text.replace(span.text, " "))
    ]
    # A title may share the question's only word; it helps nobody.
    rated = [pair for pair in rated if pair[1].text.endswith(_STOPS)] or rated
    if not rated:
        return None
    _, best = max(rated, key=lambda pair: pair[0])
    return cite(1, hit, passage.start + best.start, passage.start + best.end)
