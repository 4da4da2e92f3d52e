"""The first step of the ladder: an approved pair whose question is the one asked gives its answer."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.answering.facts import numbers
from knowledge.relevance import QueryTerms
from knowledge.text import keys
from knowledge.types import Hit

EmbedQuestion = Callable[[str], NDArray[np.float32]]

# Logistic over (shared terms, cosine of the two questions). Set by hand for the default embedder, whose cosines of
# unrelated questions lie near .8 and of paraphrases above .9; not fitted yet.
_INTERCEPT, _SHARED, _COSINE = -40.0, 5.0, 41.0


def confidence(query: QueryTerms, asked: str, cosine: float) -> float:
    """Return how sure it is that ``asked``, a FAQ's question, is the same question as ``query``, 0..1."""
    if numbers(query.text) - numbers(asked):
        return 0.0
    theirs = set(keys(asked).grams)
    light = min(query.weights.values(), default=1.0)
    shared = sum(w for t, w in query.weights.items() if t in theirs)
    foreign = sum(light for t in theirs if t not in query.weights)
    dice = 2 * shared / (query.mass + shared + foreign)
    z = _INTERCEPT + _SHARED * dice + _COSINE * cosine
    return 1 / (1 + math.exp(-z))


def best_match(query: QueryTerms, hits: Sequence[Hit], embed: EmbedQuestion) -> tuple[Hit, float] | None:
    """Return the FAQ hit that matches best with its confidence, or None where no hit is a FAQ pair."""
    pairs = [hit for hit in hits if hit.passage.question is not None][:3]
    if not pairs:
        return None
    mine = embed(query.text)
    rated = [
        (hit, confidence(query, hit.passage.question or "", float(mine @ embed(hit.passage.question or ""))))
        for hit in pairs
    ]
    return max(rated, key=lambda pair: pair[1])
