"""Rules and the verifier joined: how likely it is that a source bears a sentence.

A logistic regression over the verifier's log-odds and what the rules say, fitted on 7,734 labelled pairs by log-odds of
models that had not seen the pair's passage (docs/log.md, 2026-11-27).
"""

from __future__ import annotations

import math
from typing import Protocol

# Of the verifier's log-odds, and of what else is known; the last is added always.
_LOGIT, _BORNE, _CONTRADICTED, _UNCOUNTED, _ACROSS, _BASE = 0.655, 0.955, -1.043, 0.410, -0.492, 0.356
SHOWN = 0.55  # from here a sentence is shown
# An amount that stands in no source is mostly the model's own; only a plain instance of a rule passes (800 元 under 一千元以下).
SHOWN_UNCOUNTED = 0.8


class Judge(Protocol):
    """Reads question, sentence and source together (models/verifier.py)."""

    def judge(self, question: str, sentence: str, source: str) -> float:
        """Return the log-odds that the source bears the sentence."""


def likelihood(logit: float, *, borne: bool, contradicted: bool, counted: bool, across: bool) -> float:
    """Return the probability that a sentence is borne: by the verifier's ``logit`` and the rules' findings.

    ``contradicted``: an amount, a name or a denial differs; ``counted``: every amount said stands in the sources or the
    question; ``across``: sentence and source are in different languages.
    """
    z = (
        _BASE
        + _LOGIT * logit
        + _BORNE * borne
        + _CONTRADICTED * contradicted
        + _UNCOUNTED * (not counted)
        + _ACROSS * across
    )
    return 1 / (1 + math.exp(-max(min(z, 30.0), -30.0)))


def is_shown(probability: float, *, counted: bool) -> bool:
    """Return whether a sentence of this likelihood may be shown."""
    return probability >= (SHOWN if counted else SHOWN_UNCOUNTED)
